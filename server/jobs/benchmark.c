/* SPDX-License-Identifier: MIT */
/*
 * The order of things in a benchmark, and its progress.
 *
 * Progress is a guess made of parts: each model has an equal share, of which a sweep
 * takes two fifths.
 */
#include "trilane/benchmark.h"

#include <stdio.h>

#include "bench.h"
#include "machine_lock.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/log.h"
#include "trilane/platform.h"

#include "trilane/banned.h"

#define SWEEP_SHARE 0.4

static void bench_release(struct bench *b)
{
	bench_release_lanes(b);
	json_decref(b->sweep);
	json_decref(b->crossovers);
	moment_release(&b->before);
	moment_release(&b->after);
	json_decref(b->report);
	fs_root_release(&b->root);
	str_release(&b->data_files);
	worker_dir_release(&b->dir);
	cleanup_close(&b->lock_fd);
}

int benchmark_check(const struct bench_spec *spec, const struct benchmark_host *host,
                    struct error *err)
{
	const char *path;
	if (datasets_find(host->datasets, spec->data, &path, err))
		return ERROR_INVALID;
	return 0;
}

static const char *root_of(const struct bench *b)
{
	return b->host->root ? b->host->root : "/";
}

static int open_root(struct bench *b, struct error *err)
{
	return fs_root_open(&b->root, root_of(b), err);
}

json_t *benchmark_lanes(const struct benchmark_host *host)
{
	struct bench_spec spec;
	struct bench b = {.spec = &spec, .host = host, .root = FS_ROOT_INIT};
	bench_spec_init(&spec);
	if (open_root(&b, NULL))
		return json_array();
	if (host->report)
		b.report = host->report(host->report_context);
	const struct lane_host machine = bench_lane_host(&b);
	json_t *list = lanes_document(&machine);
	json_decref(b.report);
	fs_root_release(&b.root);
	return list;
}

static void say_waiting(void *context)
{
	static const char why[] = "waiting for another benchmark on this machine";
	struct bench *b = context;
	if (!b->waited)
		log_info("%s", why);
	b->waited = true;
	bench_progress(b, 0, why);
}

static int prepare(struct bench *b, struct error *err)
{
	const struct bench_spec *spec = b->spec;
	int rc = datasets_find(b->host->datasets, spec->data, &b->data, err);
	if (!rc)
		rc = machine_lock_take(root_of(b), b->listener->cancelled, say_waiting, b,
		                       &b->lock_fd, err);
	if (!rc)
		rc = open_root(b, err);
	if (!rc)
		rc = worker_dir_open(&b->dir, b->host->dir, err);
	if (rc)
		return rc;
	b->threads = spec->threads ? spec->threads : platform_cpu_count();
	if (b->host->report)
		b->report = b->host->report(b->host->report_context);
	moment_take(&b->before);
	for (int kind = 0; kind < LANE_KIND_COUNT; kind++)
		if (spec->lanes[kind])
			bench_add_lane(b, (enum lane_kind)kind);
	return 0;
}

/* --- the run --- */

/* One model's whole share of the run, of which a sweep takes its part. */
static int run_and_sweep(struct bench *b, enum model model, double base, double share,
                         struct error *err)
{
	double first = b->spec->sweep ? share * (1 - SWEEP_SHARE) : share;
	int rc = bench_run_model(b, model, base, first, err);
	if (rc || !b->spec->sweep)
		return rc;
	b->base = base + first;
	b->share = share - first;
	return bench_sweep(b, model, err);
}

static int run_models(struct bench *b, struct error *err)
{
	int asked = 0, done = 0, rc = 0;
	for (int m = 0; m < MODEL_COUNT; m++)
		asked += b->spec->models[m];
	for (int m = 0; m < MODEL_COUNT && !rc; m++) {
		if (!b->spec->models[m])
			continue;
		rc = run_and_sweep(b, (enum model)m, (double)done / asked, 1.0 / asked,
		                   err);
		done++;
	}
	if (!rc && bench_cancelled(b))
		rc = error_set(err, ERROR_CANCELLED, "cancelled");
	return rc;
}

int benchmark_run(const struct bench_spec *spec, const struct benchmark_host *host,
                  const struct benchmark_listener *listener, json_t **result,
                  struct error *err)
{
	CLEANUP(bench_release)
	struct bench b = {
		.spec = spec,
		.host = host,
		.listener = listener,
		.dir = WORKER_DIR_INIT,
		.lock_fd = -1,
		.root = FS_ROOT_INIT,
		.data_files = STR_INIT,
		.sweep = json_array(),
		.crossovers = json_array(),
	};
	int rc = prepare(&b, err);
	if (!rc)
		rc = run_models(&b, err);
	if (rc)
		return rc;
	moment_take(&b.after);
	*result = bench_result(&b);
	json_object_set_new(*result, "findings",
	                    host->advice ? advice_result(host->advice, *result)
	                                 : json_array());
	return 0;
}

unsigned benchmark_count_lanes(const json_t *result, const char *state)
{
	unsigned n = 0;
	size_t at;
	json_t *lane;
	json_array_foreach(json_object_get(result, "lanes"), at, lane)
	{
		n += text_equal(fact_get_string(lane, "state"), state);
	}
	return n;
}
