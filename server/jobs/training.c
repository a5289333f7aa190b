/* SPDX-License-Identifier: MIT */
/*
 * Bringing one lane to `ready` for one model: launch, hello, checks, epochs, warm-up.
 * Whatever goes wrong on the way becomes the lane's outcome in words.
 */
#include "bench.h"

#include <inttypes.h>

#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/mem.h"
#include "trilane/memory_need.h"

#include "trilane/banned.h"

/* Starting Python with TensorFlow from a cold disk takes long; a translator translates
 * before it runs; and a GPU's driver may compile for minutes. */
#define HELLO_SILENCE_NS    (60 * NS_PER_S)
#define PYTHON_SILENCE_NS   (180 * NS_PER_S)
#define TRAINING_SILENCE_NS (600 * NS_PER_S)
#define EXPORT_DEADLINE_NS  (120 * NS_PER_S)

enum { EXPORT_OUTPUT_MAX = 65536 };

/* --- launching --- */

static int worker_path(struct bench *b, const char *image, struct str *path,
                       struct error *err)
{
	return worker_dir_unpack(&b->dir, b->host->images, b->host->image_count, image,
	                         path, err);
}

/* Writes the data set as files, once, for workers that cannot make it themselves. */
static int export_data(struct bench *b, struct error *err)
{
	if (b->data_files.len)
		return 0;
	CLEANUP(lane_plan_release) struct lane_plan native = {0};
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str dir = STR_INIT;
	CLEANUP(proc_output_release) struct proc_output output = PROC_OUTPUT_INIT;
	const struct lane_host host = bench_lane_host(b);
	lane_plan(LANE_NATIVE, &host, &native);
	int rc = worker_path(b, native.images.items[0], &path, err);
	if (rc)
		return rc;
	fs_join(&dir, b->dir.temporary.path.data, "data");
	CLEANUP_FREE char *seed = xasprintf("%" PRIu64, b->spec->seed);
	const char *argv[] = {path.data, "--export-data", dir.data, "--data",
	                      b->data,   "--seed",        seed,     NULL};
	struct proc_spec spec = {.path = path.data,
	                         .argv = argv,
	                         .env = (const char *const *)native.env.items};
	rc = proc_run(&spec, NULL, 0, EXPORT_DEADLINE_NS, EXPORT_OUTPUT_MAX, &output,
	              err);
	if (!rc && !(output.end.exited && output.end.exit_code == 0)) {
		CLEANUP(str_release) struct str how = STR_INIT;
		proc_describe_end(&output.end, &how);
		rc = error_set(err, ERROR_FAILED, "the data set could not be written: %s",
		               how.data);
	}
	if (!rc)
		str_add(&b->data_files, dir.data);
	return rc;
}

static void add_option(struct strlist *argv, const char *name, uint64_t value)
{
	strlist_add(argv, name);
	strlist_addf(argv, "%" PRIu64, value);
}

static void build_argv(const struct bench *b, const struct lane_run *lane,
                       enum model model, const char *worker, struct strlist *argv)
{
	const struct bench_spec *spec = b->spec;
	const struct lane_plan *plan = &lane->plan;
	if (plan->program.len)
		strlist_add(argv, plan->program.data);
	for (size_t i = 0; i < plan->before.count; i++)
		strlist_add(argv, plan->before.items[i]);
	strlist_add(argv, worker);
	strlist_add(argv, "--model");
	strlist_add(argv, model_name(model));
	strlist_add(argv, "--engine");
	strlist_add(argv, plan->engine);
	strlist_add(argv, "--data");
	strlist_add(argv, plan->python ? b->data_files.data : b->data);
	if (plan->device) {
		strlist_add(argv, "--device");
		strlist_add(argv, plan->device);
	}
	add_option(argv, "--batch", spec->batch);
	add_option(argv, "--epochs", spec->epochs);
	add_option(argv, "--threads", b->threads);
	add_option(argv, "--seed", spec->seed);
	if (bench_images(b, lane))
		add_option(argv, "--images", bench_images(b, lane));
}

/* All that the plan names; PATH is the first's. */
static int unpack(struct bench *b, const struct lane_plan *plan, struct str *path,
                  struct error *err)
{
	int rc = worker_path(b, plan->images.items[0], path, err);
	for (size_t i = 1; i < plan->images.count && !rc; i++) {
		CLEANUP(str_release) struct str other = STR_INIT;
		rc = worker_path(b, plan->images.items[i], &other, err);
	}
	return rc;
}

static int launch(struct bench *b, struct lane_run *lane, enum model model,
                  struct error *err)
{
	CLEANUP(str_release) struct str worker = STR_INIT;
	CLEANUP(strlist_release) struct strlist argv = STRLIST_INIT;
	struct model_run *m = &lane->models[model];
	int rc = unpack(b, &lane->plan, &worker, err);
	if (!rc && lane->plan.python)
		rc = export_data(b, err);
	if (rc)
		return rc;
	build_argv(b, lane, model, worker.data, &argv);
	struct worker_launch how = {
		.path = argv.items[0],
		.argv = (const char *const *)argv.items,
		.env = (const char *const *)lane->plan.env.items,
	};
	rc = worker_start(&m->worker, &how, b->listener->cancelled, err);
	m->alive = !rc;
	if (rc == ERROR_UNSUPPORTED)
		return error_set(err, rc,
		                 "this system cannot run the worker, which is built for "
		                 "another processor");
	return rc;
}

/* --- listening --- */

/* A line of one model on one lane, as an event. */
static void tell(struct bench *b, const struct lane_run *lane, enum model model,
                 const char *type, const json_t *line)
{
	json_t *data = json_pack("{s:s, s:s}", "lane", lane_name(lane->kind), "model",
	                         model_name(model));
	json_object_update(data, (json_t *)(uintptr_t)line);
	bench_event(b, type, data);
}

/* How long ago the model's worker was launched. */
static uint64_t age_ns(const struct model_run *m)
{
	return clock_monotonic_ns() - m->worker.proc.started_ns;
}

static int take_hello(struct lane_run *lane, struct model_run *m, const json_t *hello,
                      struct error *err)
{
	CLEANUP(str_release) struct str why = STR_INIT;
	if (!lane_hello_fits(&lane->plan, hello, &why))
		return error_set(err, ERROR_CONFLICT, "%s; it was stopped", why.data);
	if (!lane->hello)
		lane->hello = json_deep_copy(hello);
	if (lane->starts_ns[0] && !lane->starts_ns[1])
		lane->starts_ns[1] = age_ns(m);
	return 0;
}

static int take_checks(struct model_run *m, json_t *line, struct error *err)
{
	json_decref(m->checks);
	m->checks = json_incref(line);
	if (json_is_true(json_object_get(line, "passed")))
		return 0;
	const char *detail = json_string_value(json_object_get(line, "detail"));
	return error_set(err, ERROR_FAILED, "it computes wrongly: %s",
	                 detail ? detail : "its results stray from the reference");
}

static void show_progress(struct bench *b, const struct lane_run *lane, enum model model,
                          const json_t *line)
{
	const char *step = json_string_value(json_object_get(line, "step"));
	bench_progress(b, json_number_value(json_object_get(line, "done")), "%s, %s: %s",
	               lane_name(lane->kind), model_name(model), step);
}

/* "unsupported" says that the lane is not possible here, and so does a worker that does
 * not know the engine at all; anything else is a failure. */
static int take_error(const struct model_run *m, const json_t *line, struct error *err)
{
	const char *code = json_string_value(json_object_get(line, "code"));
	const char *text = json_string_value(json_object_get(line, "text"));
	bool impossible = text_equal(code, "unsupported") ||
	                  (!m->greeted && text_equal(code, "not_found"));
	return error_set(err, impossible ? ERROR_UNSUPPORTED : ERROR_FAILED, "%s", text);
}

static void replace(json_t **slot, json_t *line)
{
	json_decref(*slot);
	*slot = json_incref(line);
}

/* Does what a line asks for. */
static int take_line(struct bench *b, struct lane_run *lane, enum model model,
                     enum message_type type, json_t *line, struct error *err)
{
	struct model_run *m = &lane->models[model];
	if ((type == MESSAGE_HELLO) == m->greeted)
		return error_set(err, ERROR_INVALID,
		                 "the worker did not begin with a hello");
	switch (type) {
	case MESSAGE_HELLO:
		m->greeted = true;
		return take_hello(lane, m, line, err);
	case MESSAGE_PROGRESS:
		show_progress(b, lane, model, line);
		return 0;
	case MESSAGE_CHECKS:
		return take_checks(m, line, err);
	case MESSAGE_EPOCH:
		if (json_array_size(m->epochs) >= SPEC_EPOCHS_MAX)
			return error_set(err, ERROR_INVALID,
			                 "the worker trains too long");
		json_array_append(m->epochs, line);
		tell(b, lane, model, "epoch", line);
		return 0;
	case MESSAGE_TRAINED:
		replace(&m->trained, line);
		return 0;
	case MESSAGE_READY:
		if (!m->checks)
			return error_set(err, ERROR_INVALID,
			                 "the worker checked nothing");
		replace(&m->ready, line);
		return 0;
	default:
		return error_set(err, ERROR_INVALID,
		                 "the worker said something out of turn");
	}
}

static uint64_t hello_silence_ns(const struct bench *b, const struct lane_run *lane)
{
	if (b->host->hello_silence_ns)
		return b->host->hello_silence_ns;
	return lane->plan.python ? PYTHON_SILENCE_NS : HELLO_SILENCE_NS;
}

static int next_line(struct bench *b, struct lane_run *lane, struct model_run *m,
                     enum message_type *type, json_t **line, struct error *err)
{
	uint64_t silence = m->greeted ? TRAINING_SILENCE_NS : hello_silence_ns(b, lane);
	int rc = worker_next(&m->worker, silence, type, line, err);
	if (rc != ERROR_TIMEOUT || m->greeted || !lane->plan.python)
		return rc;
	return error_set(err, rc,
	                 "importing TensorFlow did not end within %.0f s, and the "
	                 "interpreter was stopped; trilane probe --imports tells more",
	                 (double)silence / 1e9);
}

static int listen_until_ready(struct bench *b, struct lane_run *lane, enum model model,
                              struct error *err)
{
	struct model_run *m = &lane->models[model];
	while (!m->ready) {
		enum message_type type;
		json_t *line;
		int rc = next_line(b, lane, m, &type, &line, err);
		if (rc)
			return rc;
		rc = type == MESSAGE_ERROR ? take_error(m, line, err)
		                           : take_line(b, lane, model, type, line, err);
		json_decref(line);
		if (rc)
			return rc;
	}
	return 0;
}

/* A translator may work on a program before it first runs, and keep what it made: what
 * that costs is how much longer the first start takes than the one that trains. */
static int start_before(struct bench *b, struct lane_run *lane, enum model model,
                        struct error *err)
{
	struct model_run *m = &lane->models[model];
	enum message_type type;
	json_t *line;
	if (!lane->plan.translated || lane->starts_ns[0] || lane->hello)
		return 0;
	int rc = launch(b, lane, model, err);
	if (!rc)
		rc = next_line(b, lane, m, &type, &line, err);
	if (!rc) {
		if (type == MESSAGE_HELLO)
			lane->starts_ns[0] = age_ns(m);
		json_decref(line);
	}
	if (m->alive)
		worker_end(&m->worker, 0);
	m->alive = false;
	return rc;
}

/* --- room --- */

/* What the workers that wait already hold is no longer available. */
static int check_room(const struct bench *b, const struct lane_run *lane,
                      enum model model, struct error *err)
{
	uint64_t need =
		memory_need_of_lane(model, lane->kind, b->spec->batch, b->threads);
	struct memory_verdict verdict;
	json_t *report = memory_now();
	memory_judge(report, need, &verdict);
	json_decref(report);
	if (verdict.state != MEMORY_TOO_LARGE)
		return 0;
	return error_set(err, ERROR_UNSUPPORTED, "%s", verdict.sentence);
}

static enum outcome outcome_of(int rc)
{
	return rc == ERROR_UNSUPPORTED ? OUTCOME_NOT_POSSIBLE : OUTCOME_FAILED;
}

int bench_train(struct bench *b, struct lane_run *lane, enum model model,
                struct error *err)
{
	struct error why = ERROR_INIT;
	bench_progress(b, 0, "%s, %s: starting", lane_name(lane->kind),
	               model_name(model));
	int rc = check_room(b, lane, model, &why);
	if (!rc)
		rc = start_before(b, lane, model, &why);
	if (!rc)
		rc = launch(b, lane, model, &why);
	if (!rc)
		rc = listen_until_ready(b, lane, model, &why);
	if (rc == ERROR_CANCELLED) {
		model_end(b, lane, model, OUTCOME_FAILED, "cancelled");
		return error_set(err, ERROR_CANCELLED, "cancelled");
	}
	if (rc)
		model_end(b, lane, model, outcome_of(rc), why.text);
	return 0;
}
