/* SPDX-License-Identifier: MIT */
/*
 * The training loop on an engine that computes nothing and remembers what it was given:
 * epochs use every image once, and count as Keras does.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "timing.h"
#include "training.h"

#include "trilane/banned.h"

enum { IMAGES = 7, BATCH = 3, CALLS_MAX = 1000 };

/* Its "loss" is the number of samples, and the labels are the images' numbers. */
struct recorder {
	struct engine engine;
	unsigned calls, sizes[CALLS_MAX];
	unsigned seen[IMAGES];
	bool first_pixel_fits;
	float weights_set;
};

static int record(struct engine *e, const float *x, const uint8_t *labels, unsigned n,
                  struct engine_step *out, struct error *err)
{
	struct recorder *r = (struct recorder *)e;

	(void)err;
	assert_true(r->calls < CALLS_MAX);
	r->sizes[r->calls++] = n;
	for (unsigned i = 0; i < n; i++) {
		r->seen[labels[i]]++;
		if (x[i * IMAGE_SIZE] != (float)labels[i] / 255.0f)
			r->first_pixel_fits = false;
	}
	*out = (struct engine_step){.loss = (float)n, .correct = n - 1};
	return 0;
}

static int set_parameter(struct engine *e, int i, const float *values, struct error *err)
{
	(void)i;
	(void)err;
	((struct recorder *)e)->weights_set += fabsf(values[0]);
	return 0;
}

/* Finds the right class for even labels, the wrong one for odd ones. */
static int forward(struct engine *e, const float *x, unsigned n, float *logits,
                   struct error *err)
{
	(void)e;
	(void)err;
	memset(logits, 0, n * IMAGE_CLASSES * sizeof(*logits));
	for (unsigned i = 0; i < n; i++) {
		unsigned label = (unsigned)lroundf(x[i * IMAGE_SIZE] * 255.0f);

		logits[i * IMAGE_CLASSES + label + label % 2] = 1000;
	}
	return 0;
}

static const struct engine_class recorder_class = {
	.name = "recorder",
	.set_parameter = set_parameter,
	.train = record,
	.forward = forward,
};

struct fixture {
	uint8_t images[IMAGES][IMAGE_SIZE];
	uint8_t labels[IMAGES];
	struct dataset data;
	struct recorder recorder;
	struct training training;
	unsigned reports;
};

static void set_up(struct fixture *f)
{
	const struct model_shape shape = MODEL_SHAPE_CNN;

	memset(f, 0, sizeof(*f));
	for (uint8_t i = 0; i < IMAGES; i++)
		f->labels[i] = f->images[i][0] = i;
	f->data.train = (struct image_set){
		.images = f->images[0], .labels = f->labels, .count = IMAGES};
	f->data.test = f->data.train;
	f->recorder.engine.class = &recorder_class;
	f->recorder.first_pixel_fits = true;
	assert_int_equal(training_init(&f->training, &f->recorder.engine, &f->data,
	                               &shape, BATCH, 1, NULL),
	                 0);
}

static void report(void *context, double done)
{
	struct fixture *f = context;

	assert_true(done > 0 && done <= 1);
	f->reports++;
}

static void test_an_epoch_uses_every_image_once(void **state)
{
	struct fixture f;
	struct progress progress = {report, &f};
	struct epoch_result result;

	(void)state;
	set_up(&f);
	for (unsigned epoch = 1; epoch <= 2; epoch++) {
		f.recorder.calls = 0;
		assert_int_equal(training_epoch(&f.training, &progress, &result, NULL),
		                 0);
		assert_int_equal(f.recorder.calls, 3);
		assert_int_equal(f.recorder.sizes[0], BATCH);
		assert_int_equal(f.recorder.sizes[1], BATCH);
		assert_int_equal(f.recorder.sizes[2], IMAGES % BATCH);
		for (int i = 0; i < IMAGES; i++)
			assert_int_equal(f.recorder.seen[i], epoch);
		/* Means over samples, not over steps. */
		assert_true(fabs(result.loss - (3 * 3 + 3 * 3 + 1 * 1) / 7.0) < 1e-9);
		assert_true(fabs(result.accuracy - 4 / 7.0) < 1e-9);
	}
	assert_true(f.recorder.first_pixel_fits);
	assert_true(f.reports >= 2);
	assert_int_equal(f.training.first_count, 6);
	training_release(&f.training);
}

static void test_timed_batches_are_full(void **state)
{
	struct fixture f;
	uint64_t duration;

	(void)state;
	set_up(&f);
	assert_int_equal(training_run(&f.training, 9, &duration, NULL), 0);
	assert_int_equal(f.recorder.calls, 9);
	for (int i = 0; i < 9; i++)
		assert_int_equal(f.recorder.sizes[i], BATCH);
	training_release(&f.training);
}

static void test_restart_sets_weights_and_order(void **state)
{
	struct fixture f;
	uint32_t order[IMAGES];
	struct engine_step step;

	(void)state;
	set_up(&f);
	memcpy(order, f.training.order, sizeof(order));
	for (int i = 0; i < 4; i++) /* into the second epoch */
		assert_int_equal(training_step(&f.training, &step, NULL), 0);
	assert_int_equal(f.training.epoch, 1);
	assert_memory_not_equal(order, f.training.order, sizeof(order));
	assert_int_equal(training_restart(&f.training, NULL), 0);
	assert_memory_equal(order, f.training.order, sizeof(order));
	assert_int_equal(f.training.at, 0);
	assert_int_equal(f.training.first_count, 0);
	assert_true(f.recorder.weights_set > 0);
	training_release(&f.training);
}

static void test_the_test_counts(void **state)
{
	struct fixture f;
	struct epoch_result result;

	(void)state;
	set_up(&f);
	assert_int_equal(training_test(&f.training, &result, NULL), 0);
	assert_true(fabs(result.accuracy - 4 / 7.0) < 1e-9);
	assert_true(fabs(result.loss - 3 * 1000 / 7.0) < 1e-6);
	training_release(&f.training);
}

static void test_samples_are_long_enough(void **state)
{
	const struct pace too_short = {.step_ns = 1000, .steps = 1};
	uint64_t steps, duration;
	struct fixture f;

	(void)state;
	set_up(&f);
	assert_int_equal(
		take_sample(&f.training, &too_short, 20000, &steps, &duration, NULL), 0);
	assert_true(duration >= 20000);
	assert_int_equal(steps, f.recorder.calls);
	training_release(&f.training);
}

static void test_too_few_images_are_refused(void **state)
{
	const struct model_shape shape = MODEL_SHAPE_CNN;
	struct error err = ERROR_INIT;
	struct training t;
	struct fixture f;

	(void)state;
	set_up(&f);
	assert_int_equal(training_init(&t, &f.recorder.engine, &f.data, &shape,
	                               IMAGES + 1, 1, &err),
	                 ERROR_INVALID);
	assert_non_null(strstr(err.text, "the data set has 7"));
	training_release(&f.training);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_epoch_uses_every_image_once),
		cmocka_unit_test(test_timed_batches_are_full),
		cmocka_unit_test(test_restart_sets_weights_and_order),
		cmocka_unit_test(test_the_test_counts),
		cmocka_unit_test(test_samples_are_long_enough),
		cmocka_unit_test(test_too_few_images_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
