/* SPDX-License-Identifier: MIT */
/*
 * A GPU engine (TEST_ENGINE): the same judges as before every benchmark, over real and
 * odd shapes; steps in one submission equal steps one by one.  Skipped where there is no
 * device.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trilane/checks.h"
#include "trilane/engines.h"
#include "trilane/mem.h"
#include "trilane/rng.h"

#include "trilane/banned.h"

static const struct engine_class *const class = &TEST_ENGINE;

/* Random images and labels; a third of the pixels is 0. */
struct samples {
	float *x;
	uint8_t *labels;
};

static struct samples samples_new(const struct model_shape *shape, size_t n)
{
	const size_t size = n * model_inputs(shape);
	struct samples s = {xmalloc(size * sizeof(float)), xmalloc(n)};
	struct rng r;

	rng_init(&r, 7, 3);
	for (size_t i = 0; i < size; i++)
		s.x[i] = rng_below(&r, 3) ? (float)rng_unit(&r) : 0;
	for (size_t i = 0; i < n; i++)
		s.labels[i] = (uint8_t)rng_below(&r, shape->classes);
	return s;
}

static void samples_free(struct samples *s)
{
	free(s->x);
	free(s->labels);
}

static struct engine *create(const struct engine_config *config)
{
	struct error err = ERROR_INIT;
	struct engine *e = NULL;

	if (class->create(config, &e, &err) != 0)
		fail_msg("%s: %s", class->name, err.text);
	return e;
}

static void set_weights(struct engine *e, const struct model_shape *shape)
{
	for (int i = 0; i < MODEL_PARAMETERS; i++) {
		float *values = xmalloc(model_parameter_size(shape, i) * sizeof(float));

		model_initial_parameter(shape, i, 5, values);
		assert_int_equal(e->class->set_parameter(e, i, values, NULL), 0);
		free(values);
	}
}

static void judge(struct model_shape shape, unsigned batch)
{
	struct check_subject subject = {
		.class = class,
		.config = {.shape = shape, .batch = batch, .threads = 1},
	};
	struct samples s = samples_new(&shape, (size_t)20 * batch);
	const struct check_batches batches = {s.x, s.labels, batch, 20};
	struct check_report report = CHECK_REPORT_INIT;
	struct error err = ERROR_INIT;

	subject.engine = create(&subject.config);
	if (check_engine(&subject, 3, &batches, &report, &err) != 0)
		fail_msg("%s", err.text);
	class->destroy(subject.engine);
	samples_free(&s);
	if (!report.passed)
		fail_msg("%s, batch %u: %s", class->name, batch, report.detail);
}

static void need_a_device(void)
{
	struct error err = ERROR_INIT;

	if (class->available(&err))
		return;
	printf("skipped: %s: %s\n", class->name, err.text);
	skip();
}

static void agrees_with_the_reference(void **state)
{

	(void)state;
	need_a_device();
	judge((struct model_shape)MODEL_SHAPE_MLP, 32);
	judge((struct model_shape)MODEL_SHAPE_CNN, 32);
	judge((struct model_shape){FAMILY_MLP, 5, 7, 37, 0, 3}, 1);
	judge((struct model_shape){FAMILY_CNN, 9, 6, 0, 35, 11}, 5);
}

/* Steps that do not fit into one submission, and an odd rest. */
static void many_steps_equal_single_ones(void **state)
{
	const struct model_shape shape = {FAMILY_CNN, 8, 8, 0, 4, 5};
	const struct engine_config config = {.shape = shape, .batch = 6, .threads = 1};
	enum { STEPS = 37 };
	struct engine_step one[STEPS], many[STEPS];
	struct samples s;
	struct engine *e;

	(void)state;
	need_a_device();
	s = samples_new(&shape, (size_t)STEPS * 6);
	e = create(&config);
	set_weights(e, &shape);
	for (size_t k = 0; k < STEPS; k++)
		assert_int_equal(class->train(e, s.x + k * 6 * 64, s.labels + k * 6, 6,
		                              &one[k], NULL),
		                 0);
	set_weights(e, &shape);
	assert_int_equal(class->train_many(e, s.x, s.labels, 6, STEPS, many, NULL), 0);
	assert_memory_equal(one, many, sizeof(one));
	class->destroy(e);
	samples_free(&s);
}

static void unknown_device_is_refused(void **state)
{
	const struct engine_config config = {.shape = MODEL_SHAPE_MLP,
	                                     .batch = 1,
	                                     .threads = 1,
	                                     .device = "no such device"};
	struct engine *e = NULL;
	struct error err = ERROR_INIT;

	(void)state;
	need_a_device();
	assert_int_equal(class->create(&config, &e, &err), ERROR_UNSUPPORTED);
	assert_null(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_reference),
		cmocka_unit_test(many_steps_equal_single_ones),
		cmocka_unit_test(unknown_device_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
