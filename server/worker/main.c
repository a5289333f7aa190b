/* SPDX-License-Identifier: MIT */
/*
 * The worker: trains one model with one engine, checked first, and is then timed by a
 * supervisor that asks for samples.  The stages below are the protocol's order
 * (docs/worker-protocol.md); the first that fails ends the worker with an `error` line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "lines.h"
#include "options.h"
#include "start.h"
#include "system.h"
#include "timing.h"
#include "training.h"
#include "trilane/checks.h"
#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/engines.h"
#include "trilane/fs.h"
#include "trilane/mem.h"
#include "trilane/platform.h"

#include "trilane/banned.h"

enum {
	BATCH_MIN = 32,   /* of the engine: inference is timed with it */
	CHECK_BATCH = 32, /* at most, and so many steps are compared */
	CHECK_STEPS = 20,
	SOFTWARE_IMAGES = 1280, /* at least, for a software device */
	SOFTWARE_BATCHES = 16,
};

/* How far the work is when a stage begins, of what is done before `ready`. */
#define DONE_CHECKS   0.03
#define DONE_TRAINING 0.06
#define DONE_WARM_UP  0.98

struct worker {
	struct options options;
	struct lines lines;
	struct commands commands;
	uint64_t started_ns;
	const struct engine_class *class;
	struct engine_config config;
	struct engine *engine;
	struct dataset data;
	struct training training;
	uint64_t cold_ns;
	struct pace pace;
	const char *error_code; /* NULL: that of the error */
};

static void worker_release(struct worker *w)
{
	if (w->engine)
		w->class->destroy(w->engine);
	training_release(&w->training);
	dataset_release(&w->data);
}

static void worker_engine_release(struct engine **e)
{
	if (*e)
		(*e)->class->destroy(*e);
}

static int make_engine(struct worker *w, struct error *err)
{
	const struct options *o = &w->options;
	unsigned batch = (unsigned)o->batch;

	w->class = engine_find(o->engine, err);
	if (!w->class)
		return ERROR_NOT_FOUND;
	if (!w->class->available(err))
		return ERROR_UNSUPPORTED;
	w->config = (struct engine_config){.shape = o->shape,
	                                   .batch = batch < BATCH_MIN ? BATCH_MIN : batch,
	                                   .threads = (unsigned)o->threads,
	                                   .isa = o->isa,
	                                   .device = o->device};
	return w->class->create(&w->config, &w->engine, err);
}

/* A GPU interface carried out by the processor takes hours for a whole data set; it is
 * there to show that the lane works, and a few batches do that. */
static uint64_t least_images(const struct options *o)
{
	return o->batch * SOFTWARE_BATCHES < SOFTWARE_IMAGES
	               ? SOFTWARE_IMAGES
	               : o->batch * SOFTWARE_BATCHES;
}

static int say_hello(struct worker *w, struct error *err)
{
	struct engine_info info;
	int rc = make_engine(w, err);

	if (rc)
		return rc;
	w->cold_ns = clock_monotonic_ns() - w->started_ns;
	w->class->info(w->engine, &info);
	if (info.software_device && !w->options.images)
		w->options.images = least_images(&w->options);
	lines_hello(&w->lines, &info, w->options.images);
	return 0;
}

static int load_dataset(struct worker *w, struct error *err)
{
	const struct options *o = &w->options;

	return dataset_load(&w->data,
	                    &(struct dataset_request){.from = o->data,
	                                              .seed = o->seed,
	                                              .threads = (unsigned)o->threads,
	                                              .images = o->images},
	                    err);
}

static int load_data(struct worker *w, struct error *err)
{
	const struct options *o = &w->options;
	bool drawn = !strcmp(o->data, "digits");
	int rc;

	lines_progress(&w->lines, drawn ? "drawing the digits" : "reading the data set",
	               0);
	rc = load_dataset(w, err);
	if (rc)
		return rc;
	return training_init(&w->training, w->engine, &w->data, &o->shape,
	                     (unsigned)o->batch, o->seed, err);
}

static int make_first_step(struct worker *w, struct error *err)
{
	uint64_t started = clock_monotonic_ns();
	struct engine_step step;
	int rc = training_restart(&w->training, err);

	if (!rc)
		rc = training_step(&w->training, &step, err);
	w->cold_ns += clock_monotonic_ns() - started;
	return rc;
}

static int check(struct worker *w, struct check_report *report, struct error *err)
{
	struct check_subject subject = {w->class, w->config, w->engine};
	const struct image_set *train = &w->data.train;
	size_t batch = w->options.batch < CHECK_BATCH ? w->options.batch : CHECK_BATCH;
	size_t most = train->count / batch;
	size_t steps = most < CHECK_STEPS ? most : CHECK_STEPS, count = steps * batch;
	CLEANUP_FREE float *x = xcalloc(count * IMAGE_SIZE, sizeof(*x));
	CLEANUP_FREE uint8_t *labels = xcalloc(count, 1);
	struct check_batches batches = {x, labels, (unsigned)batch, (unsigned)steps};

	epoch_order(w->options.seed, 0, w->training.order, train->count);
	image_set_batch(train, w->training.order, count, x, labels);
	return check_engine(&subject, w->options.seed, &batches, report, err);
}

static int run_checks(struct worker *w, struct error *err)
{
	struct check_report report;
	int rc;

	lines_progress(&w->lines, "checking against the reference", DONE_CHECKS);
	rc = check(w, &report, err);
	if (rc)
		return rc;
	lines_checks(&w->lines, &report);
	if (report.passed)
		return training_restart(&w->training, err);
	w->error_code = "check_failed";
	return error_set(err, ERROR_FAILED, "the engine %s computes wrongly: %s",
	                 w->class->name, report.detail);
}

static void report_training(void *context, double done)
{
	struct worker *w = context;
	unsigned epochs = (unsigned)w->options.epochs;
	double all = (w->training.epoch + done) / epochs;
	CLEANUP(str_release) struct str step = STR_INIT;

	str_addf(&step, "training %s, epoch %u of %u", w->options.model,
	         w->training.epoch + 1, epochs);
	lines_progress(&w->lines, step.data,
	               DONE_TRAINING + (DONE_WARM_UP - DONE_TRAINING) * all);
}

static int train(struct worker *w, struct error *err)
{
	struct progress progress = {report_training, w};
	unsigned epochs = (unsigned)w->options.epochs;

	for (unsigned i = 1; i <= epochs; i++) {
		struct epoch_result result;
		int rc = training_epoch(&w->training, &progress, &result, err);

		if (rc)
			return rc;
		lines_epoch(&w->lines,
		            &(struct epoch_line){.epoch = i,
		                                 .of = epochs,
		                                 .loss = result.loss,
		                                 .accuracy = result.accuracy,
		                                 .seconds = (double)result.duration_ns /
		                                            1e9});
	}
	return 0;
}

static int test(struct worker *w, struct error *err)
{
	struct epoch_result result;
	int rc = training_test(&w->training, &result, err);

	if (!rc)
		lines_trained(&w->lines, &(struct trained_line){
						 .test_accuracy = result.accuracy,
						 .test_loss = result.loss,
						 .first_losses = w->training.first_losses,
						 .first_count = w->training.first_count});
	return rc;
}

static uint64_t sample_ns(const struct worker *w)
{
	return w->options.sample_ms * NS_PER_MS;
}

static int get_ready(struct worker *w, struct error *err)
{
	int rc;

	lines_progress(&w->lines, "warming up", DONE_WARM_UP);
	rc = warm_up(&w->training, sample_ns(w), &w->pace, err);
	if (!rc)
		lines_ready(&w->lines, &(struct ready_line){.cold_ns = w->cold_ns,
		                                            .step_ns = w->pace.step_ns,
		                                            .steps = w->pace.steps,
		                                            .batch = w->training.batch});
	return rc;
}

static int sample(struct worker *w, struct error *err)
{
	uint64_t steps, duration;
	int rc =
		take_sample(&w->training, &w->pace, sample_ns(w), &steps, &duration, err);

	if (!rc)
		lines_sample(&w->lines, steps, duration);
	return rc;
}

static int obey(struct worker *w, struct error *err)
{
	for (;;) {
		int rc;

		switch (commands_next(&w->commands)) {
		case COMMAND_SAMPLE:
			rc = sample(w, err);
			if (rc)
				return rc;
			break;
		case COMMAND_QUIT:
			return 0;
		case COMMAND_UNKNOWN:
			return error_set(err, ERROR_INVALID, "an unknown command");
		}
	}
}

static int give_result(struct worker *w, struct error *err)
{
	struct latency inference[] = {{1, 0}, {BATCH_MIN, 0}};
	int rc = 0;

	for (int i = 0; !rc && i < 2; i++)
		rc = time_inference(&w->training, inference[i].batch,
		                    &inference[i].duration_ns, err);
	if (!rc)
		lines_result(&w->lines,
		             &(struct result_line){
				     .peak_memory_bytes = platform_peak_memory_bytes(),
				     .flop_per_sample =
					     model_flop_per_sample(&w->options.shape),
				     .inference = inference,
				     .inference_count = 2});
	return rc;
}

static int start_listening(struct worker *w, struct error *err)
{
	return commands_start(&w->commands, err);
}

/* The start of a training of MODEL by the reference engine, beside the exported data. */
static int export_start(struct worker *w, const char *model, struct error *err)
{
	struct options *o = &w->options;
	size_t count = w->data.train.count;
	CLEANUP(str_release) struct str dir = STR_INIT;
	CLEANUP(worker_engine_release) struct engine *engine = NULL;
	CLEANUP(training_release) struct training t = {.order = NULL};
	unsigned batch = count < CHECK_BATCH ? (unsigned)count : CHECK_BATCH;
	size_t steps = count / batch < CHECK_STEPS ? count / batch : CHECK_STEPS;
	struct engine_config config = {.batch = batch, .threads = 1};
	int rc;

	o->model = model;
	rc = options_find_model(o, err);
	if (rc)
		return rc;
	config.shape = o->shape;
	str_addf(&dir, "%s/start-%s", o->export_data, model);
	rc = engine_reference.create(&config, &engine, err);
	if (!rc)
		rc = training_init(&t, engine, &w->data, &o->shape, batch, o->seed, err);
	return rc ? rc : start_dump(&t, dir.data, steps, err);
}

static int export_data(struct worker *w, struct error *err)
{
	int rc = load_dataset(w, err);

	if (!rc)
		rc = dataset_export(&w->data, w->options.export_data, err);
	if (!rc)
		rc = export_start(w, "mlp", err);
	return rc ? rc : export_start(w, "cnn", err);
}

static int prepare_start(struct worker *w, struct error *err)
{
	const struct options *o = &w->options;
	int rc = make_engine(w, err);

	if (!rc)
		rc = load_dataset(w, err);
	if (!rc)
		rc = training_init(&w->training, w->engine, &w->data, &o->shape,
		                   (unsigned)o->batch, o->seed, err);
	return rc;
}

static int dump_start(struct worker *w, struct error *err)
{
	return start_dump(&w->training, w->options.dump_start, w->options.losses, err);
}

static int print_losses(struct worker *w, struct error *err)
{
	return start_losses(&w->training, w->options.losses, err);
}

typedef int stage(struct worker *w, struct error *err);

static stage *const work_stages[] = {start_listening,
                                     say_hello,
                                     load_data,
                                     make_first_step,
                                     run_checks,
                                     train,
                                     test,
                                     get_ready,
                                     obey,
                                     give_result,
                                     NULL};
static stage *const export_stages[] = {export_data, NULL};
static stage *const dump_stages[] = {prepare_start, dump_start, NULL};
static stage *const losses_stages[] = {prepare_start, print_losses, NULL};

static stage *const *choose_stages(const struct options *o)
{
	if (o->export_data)
		return export_stages;
	if (o->dump_start)
		return dump_stages;
	return o->losses ? losses_stages : work_stages;
}

static int run(struct worker *w, struct error *err)
{
	int rc = 0;

	platform_die_with_parent();
	system_prepare((unsigned)w->options.threads);
	for (stage *const *s = choose_stages(&w->options); !rc && *s; s++)
		rc = (*s)(w, err);
	return rc;
}

static int print_help(void)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	options_help(&text);
	return fs_write_fd(STDOUT_FILENO, text.data, text.len, NULL) ? 1 : 0;
}

/* The exit status. */
static int work(struct worker *w, int argc, char **argv)
{
	struct error err = ERROR_INIT;
	int rc = options_parse(&w->options, argc, argv, &err);

	if (!rc && w->options.help)
		return print_help();
	if (!rc)
		rc = run(w, &err);
	if (!rc)
		return 0;
	commands_stop(&w->commands);
	lines_error(&w->lines, w->error_code ? w->error_code : error_code_name(err.code),
	            err.text);
	fprintf(stderr, "trilane-worker: %s\n", err.text);
	return 1;
}

int main(int argc, char **argv)
{
	struct worker w = {.started_ns = clock_monotonic_ns(),
	                   .commands = COMMANDS_INIT,
	                   .lines = {lines_choose_fd()}};
	int status = work(&w, argc, argv);

	worker_release(&w);
	/* No return: the thread that reads commands looks at W to the very end. */
	exit(status);
}
