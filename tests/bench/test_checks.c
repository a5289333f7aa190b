/* SPDX-License-Identifier: MIT */
/*
 * The checks pass the reference engine and catch engines that compute wrongly: each
 * wrong one is the reference with one thing spoilt.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trilane/banned.h"
#include "trilane/checks.h"
#include "trilane/mem.h"
#include "trilane/rng.h"

enum { BATCH = 8, STEPS = 6 };

static const struct model_shape mlp = MODEL_SHAPE_MLP, cnn = MODEL_SHAPE_CNN;

/* Checks CLASS on SHAPE with drawn batches. */
static struct check_report check(const struct engine_class *class,
                                 const struct model_shape *shape)
{
	struct check_subject subject = {
		.class = class,
		.config = {.shape = *shape, .batch = BATCH, .threads = 1}};
	size_t count = STEPS * BATCH * model_inputs(shape);
	float *x = xcalloc(count, sizeof(*x));
	uint8_t labels[STEPS * BATCH];
	struct check_batches batches = {x, labels, BATCH, STEPS};
	struct error err = ERROR_INIT;
	struct check_report report;
	struct rng r;

	rng_init(&r, 7, 0);
	for (size_t i = 0; i < count; i++)
		x[i] = (float)rng_unit(&r);
	for (size_t i = 0; i < STEPS * BATCH; i++)
		labels[i] = (uint8_t)rng_below(&r, shape->classes);
	assert_int_equal(class->create(&subject.config, &subject.engine, &err), 0);
	assert_int_equal(check_engine(&subject, 1, &batches, &report, &err), 0);
	class->destroy(subject.engine);
	free(x);
	print_message("gradient %.2g oracle %.2g weights %.2g: %s\n",
	              report.gradient_max_error, report.oracle_max_error,
	              report.weights_error, report.detail);
	return report;
}

static void test_reference_passes(void **state)
{
	const struct model_shape *shapes[] = {&mlp, &cnn};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct check_report report = check(&engine_reference, shapes[i]);

		assert_true(report.passed);
		assert_true(report.gradient_max_error > 0 &&
		            report.gradient_max_error < 1e-4);
		assert_true(report.oracle_max_error == 0);
	}
}

/* Engines of the wrong classes below are engines of the reference class, which is what
 * they call; only the table that the check uses differs. */
static struct engine_class wrong;

static int create_wrong(const struct engine_config *config, struct engine **out,
                        struct error *err)
{
	int rc = engine_reference.create(config, out, err);

	if (!rc)
		(*out)->class = &wrong;
	return rc;
}

/* One gradient of the last layer a little too large. */
static int get_gradient_wrong(struct engine *e, int i, float *values, struct error *err)
{
	int rc = engine_reference.get_gradient(e, i, values, err);

	if (!rc && i == 2)
		values[5] += 0.01f;
	return rc;
}

static void test_wrong_gradient_fails(void **state)
{
	struct check_report report;

	(void)state;
	wrong = engine_reference;
	wrong.create = create_wrong;
	wrong.get_gradient = get_gradient_wrong;
	report = check(&wrong, &cnn);
	assert_false(report.passed);
	assert_true(report.gradient_max_error > CHECK_GRADIENT_LIMIT);
	assert_true(report.oracle_max_error > CHECK_ORACLE_LIMIT);
	assert_non_null(strstr(report.detail, "gradients of the CNN"));
}

/* Right gradients, but a step that updates nothing. */
static int train_nothing(struct engine *e, const float *x, const uint8_t *labels,
                         unsigned n, struct engine_step *out, struct error *err)
{
	return engine_reference.gradients(e, x, labels, n, out, err);
}

static void test_missing_update_fails(void **state)
{
	struct check_report report;

	(void)state;
	wrong = engine_reference;
	wrong.create = create_wrong;
	wrong.train = train_nothing;
	report = check(&wrong, &mlp);
	assert_false(report.passed);
	assert_true(report.gradient_max_error < CHECK_GRADIENT_LIMIT);
	assert_true(report.oracle_max_error > CHECK_ORACLE_LIMIT);
	assert_true(report.weights_error > CHECK_WEIGHTS_LIMIT);
}

/* A loss that is no number must not slip through a comparison. */
static int train_nan(struct engine *e, const float *x, const uint8_t *labels, unsigned n,
                     struct engine_step *out, struct error *err)
{
	int rc = engine_reference.train(e, x, labels, n, out, err);

	out->loss = strtof("nan", NULL);
	return rc;
}

static void test_nan_fails(void **state)
{
	(void)state;
	wrong = engine_reference;
	wrong.create = create_wrong;
	wrong.train = train_nan;
	assert_false(check(&wrong, &mlp).passed);
}

/* Answers that are not those of the training. */
static int forward_wrong(struct engine *e, const float *x, unsigned n, float *logits,
                         struct error *err)
{
	int rc = engine_reference.forward(e, x, n, logits, err);

	logits[n - 1] += 0.1f;
	return rc;
}

static void test_wrong_answers_fail(void **state)
{
	(void)state;
	wrong = engine_reference;
	wrong.create = create_wrong;
	wrong.forward = forward_wrong;
	assert_non_null(strstr(check(&wrong, &cnn).detail, "answers"));
}

/* Several steps handed over at once that are only one. */
static int train_many_wrong(struct engine *e, const float *x, const uint8_t *labels,
                            unsigned n, unsigned steps, struct engine_step *out,
                            struct error *err)
{
	int rc = 0;

	for (unsigned k = 0; !rc && k < steps; k++)
		rc = engine_reference.train(e, x, labels, n, &out[k], err);
	return rc;
}

static void test_wrong_groups_of_steps_fail(void **state)
{
	struct check_report report;

	(void)state;
	wrong = engine_reference;
	wrong.create = create_wrong;
	wrong.train_many = train_many_wrong;
	report = check(&wrong, &cnn);
	assert_false(report.passed);
	assert_non_null(strstr(report.detail, "losses of the first steps"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference_passes),
		cmocka_unit_test(test_wrong_gradient_fails),
		cmocka_unit_test(test_missing_update_fails),
		cmocka_unit_test(test_nan_fails),
		cmocka_unit_test(test_wrong_answers_fail),
		cmocka_unit_test(test_wrong_groups_of_steps_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
