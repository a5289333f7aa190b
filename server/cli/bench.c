/* SPDX-License-Identifier: MIT */
/*
 * trilane bench: the benchmark without server and history.
 *
 * Signals are taken by a thread of their own with sigwait(), so that Ctrl-C is a
 * cancelled run like any other: workers are killed, their folder is removed, and the
 * program ends with the code of something that could not be done.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_page.h"
#include "bench_progress.h"
#include "commands.h"
#include "trilane/benchmark.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/fs.h"
#include "trilane/log.h"
#include "trilane/report.h"
#include "trilane/worker_images.h"

#include "trilane/banned.h"

struct bench_values {
	const char *models, *lanes, *data, *interpreter;
	uint64_t batch, epochs, blocks, threads, seed;
	bool quick, sweep, json;
};

static const struct bench_values defaults = {.batch = 32, .seed = 1, .data = "digits"};

#define VALUE(member) offsetof(struct bench_values, member)

static const struct option_row options[] = {
	{"batch", OPTION_NUMBER, VALUE(batch), "N", "samples in a step (32)", 1,
         SPEC_BATCH_MAX, NULL},
	{"blocks", OPTION_NUMBER, VALUE(blocks), "N",
         "blocks to measure (20; 6 with --quick)", 1, SPEC_BLOCKS_MAX, NULL},
	{"data", OPTION_STRING, VALUE(data), "SET",
         "digits, or a folder with MNIST's four files, or an mnist.npz (digits)", 0, 0,
         NULL},
	{"epochs", OPTION_NUMBER, VALUE(epochs), "N",
         "epochs of training (10; 1 with --quick)", 1, SPEC_EPOCHS_MAX, NULL},
	{"interpreter", OPTION_STRING, VALUE(interpreter), "ID",
         "the TensorFlow lane's, by its id in trilane probe --json", 0, 0, NULL},
	{"json", OPTION_FLAG, VALUE(json), .help = "print the result as JSON"},
	{"lane", OPTION_STRING, VALUE(lanes), "LANES",
         "of " SPEC_LANE_NAMES "; several with commas (native)", 0, 0, NULL},
	{"model", OPTION_STRING, VALUE(models), "MODELS", "of mlp and cnn (both)", 0, 0,
         NULL},
	{"quick", OPTION_FLAG, VALUE(quick), .help = "one epoch and 6 blocks"},
	{"seed", OPTION_NUMBER, VALUE(seed), "N",
         "of weights, order of samples and order of lanes (1)", 0, INT64_MAX, NULL},
	{"sweep", OPTION_FLAG, VALUE(sweep),
         .help = "also time batch sizes 8 to 1024 on the native and gpu lanes"},
	{"threads", OPTION_NUMBER, VALUE(threads), "N",
         "threads (all that the machine gives)", 1, SPEC_THREADS_MAX, NULL},
	{.name = NULL},
};

struct run {
	struct bench_spec spec;
	struct datasets datasets;
	struct bench_progress progress;
	atomic_bool cancelled;
	sigset_t signals;
	pthread_t signal_thread;
};

/* --- from values to a specification --- */

/* A path becomes a data set under the name of its last part. */
static int set_data(struct run *r, const char *data, struct error *err)
{
	if (text_equal(data, SPEC_DATA_BUILT_IN))
		return 0;
	const char *name = fs_base_name(data);
	if (!spec_name_valid(name) || text_equal(name, SPEC_DATA_BUILT_IN))
		name = "data";
	snprintf(r->spec.data, sizeof(r->spec.data), "%s", name);
	return datasets_add_path(&r->datasets, name, data, err);
}

static int set_interpreter(struct run *r, const char *id, struct error *err)
{
	if (!spec_name_valid(id))
		return error_set(err, ERROR_INVALID,
		                 "--interpreter takes an id, not a path");
	snprintf(r->spec.interpreter, sizeof(r->spec.interpreter), "%s", id);
	return 0;
}

static int fill_spec(struct run *r, const struct bench_values *v, struct error *err)
{
	struct bench_spec *spec = &r->spec;
	int rc = 0;
	bench_spec_init(spec);
	if (v->models)
		rc = bench_spec_set_models(spec, v->models, err);
	if (!rc && v->lanes)
		rc = bench_spec_set_lanes(spec, v->lanes, err);
	if (!rc && v->interpreter)
		rc = set_interpreter(r, v->interpreter, err);
	if (rc)
		return rc;
	spec->batch = (unsigned)v->batch;
	spec->threads = (unsigned)v->threads;
	spec->seed = v->seed;
	spec->quick = v->quick;
	spec->sweep = v->sweep;
	if (v->epochs)
		spec->epochs = (unsigned)v->epochs;
	if (v->blocks)
		spec->blocks = (unsigned)v->blocks;
	bench_spec_finish(spec, v->epochs != 0, v->blocks != 0);
	return 0;
}

/* --- while it runs --- */

static void on_progress(void *context, double done, const char *step)
{
	struct run *r = context;
	bench_progress_draw(&r->progress, done, step);
}

/* A report of this machine, for the interpreters in it. */
static json_t *take_report(void *context)
{
	CLEANUP(source_release) struct source source = SOURCE_INIT;
	const struct report_options how = REPORT_OPTIONS_INIT;
	struct error err = ERROR_INIT;
	json_t *report = NULL;
	(void)context;
	int rc = source_open_live(&source, &err);
	if (!rc)
		rc = report_build(&source, &how, &report, &err);
	if (rc)
		log_warning("no report: %s", err.text);
	return rc ? NULL : report;
}

static bool needs_report(const struct bench_spec *spec)
{
	return spec->lanes[LANE_TENSORFLOW] || spec->lanes[LANE_TENSORFLOW_GPU];
}

static void *wait_for_signal(void *context)
{
	struct run *r = context;
	int taken;
	if (sigwait(&r->signals, &taken) == 0 && taken != SIGUSR1)
		atomic_store(&r->cancelled, true);
	return NULL;
}

static int watch_signals(struct run *r, struct error *err)
{
	sigemptyset(&r->signals);
	sigaddset(&r->signals, SIGINT);
	sigaddset(&r->signals, SIGTERM);
	sigaddset(&r->signals, SIGHUP);
	sigaddset(&r->signals, SIGUSR1); /* from unwatch_signals() */
	pthread_sigmask(SIG_BLOCK, &r->signals, NULL);
	int errnum = pthread_create(&r->signal_thread, NULL, wait_for_signal, r);
	return errnum ? error_set_errno(err, errnum, "cannot start a thread") : 0;
}

static void unwatch_signals(struct run *r)
{
	pthread_kill(r->signal_thread, SIGUSR1);
	pthread_join(r->signal_thread, NULL);
}

static int measure(struct run *r, json_t **result, struct error *err)
{
	struct advice *advice = NULL;
	int rc = advice_new(NULL, &advice, err);
	if (rc)
		return rc;
	const struct benchmark_host host = {
		.images = worker_images,
		.image_count = worker_images_count,
		.datasets = &r->datasets,
		.report = needs_report(&r->spec) ? take_report : NULL,
		.advice = advice,
	};
	const struct benchmark_listener listener = {
		.progress = on_progress,
		.context = r,
		.cancelled = &r->cancelled,
	};
	rc = watch_signals(r, err);
	if (!rc) {
		bench_progress_start(&r->progress);
		rc = benchmark_run(&r->spec, &host, &listener, result, err);
		bench_progress_clear(&r->progress);
		unwatch_signals(r);
	}
	advice_free(advice);
	return rc;
}

/* --- afterwards --- */

static void print(const json_t *result, bool json)
{
	CLEANUP(str_release) struct str page = STR_INIT;
	CLEANUP(str_release) struct str clean = STR_INIT;
	if (json) {
		CLEANUP_FREE char *text = document_text(result, true);
		puts(text);
		return;
	}
	bench_page(result, &page);
	/* Devices are named by their drivers. */
	str_add_utf8(&clean, page.data, page.len);
	fputs(clean.data, stdout);
}

/* Nothing measured, or a lane that broke, is something that could not be done; a lane
 * that is not possible on this machine is an answer. */
static int judge(const json_t *result)
{
	if (benchmark_count_lanes(result, "failed") ||
	    !benchmark_count_lanes(result, "done"))
		return CLI_EXIT_FAILED;
	return CLI_EXIT_FINE;
}

static int run(const void *values, const char *const *arguments, size_t count)
{
	const struct bench_values *v = values;
	struct run r = {.datasets = DATASETS_INIT};
	struct error err = ERROR_INIT;
	json_t *result = NULL;
	(void)arguments;
	(void)count;
	if (fill_spec(&r, v, &err)) {
		log_error("%s", err.text);
		return CLI_EXIT_USAGE;
	}
	int rc = set_data(&r, v->data, &err);
	if (!rc)
		rc = measure(&r, &result, &err);
	if (rc)
		log_error("%s", err.text);
	else
		print(result, v->json);
	rc = rc ? CLI_EXIT_FAILED : judge(result);
	json_decref(result);
	datasets_release(&r.datasets);
	return rc;
}

const struct command command_bench = {
	.name = "bench",
	.summary = "train the two models on the lanes asked for, and compare them",
	.options = options,
	.values_size = sizeof(struct bench_values),
	.defaults = &defaults,
	.details = "Every lane is checked against the reference and trained before it is "
		   "timed; then all are timed in randomised blocks, one at a time.  The "
		   "exit code is 3 if a lane fails or none could be measured.",
	.run = run,
};
