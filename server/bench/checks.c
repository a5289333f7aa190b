/* SPDX-License-Identifier: MIT */
/*
 * The checks of an engine: gradients against finite differences and against the
 * reference engine on drawn batches, then both trained side by side for a few steps.
 */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracle.h"
#include "trilane/banned.h"
#include "trilane/checks.h"
#include "trilane/cleanup.h"
#include "trilane/mem.h"
#include "trilane/rng.h"

/* Small models: odd sizes, so that no kernel's blocks fit. */
static const struct model_shape small_shapes[] = {
	{FAMILY_MLP, 5, 7, 13, 0, 4},
	{FAMILY_CNN, 4, 4, 0, 1, 2},
	{FAMILY_CNN, 9, 8, 0, 5, 7},
	{FAMILY_MLP, 4, 9, 33, 0, 10},
};

enum { SAMPLES = 3, TRIES = 200, PER_ARRAY = 4, AT_ONCE = 8 };
#define STEP       1e-7 /* of the differences; float64 leaves nine digits of them */
#define MARGIN_CNN 2e-6 /* well above a float32 sum of 9 products */
#define MARGIN_MLP 1e-5 /* … of 784 */

/* One model with weights and a batch, and what two engines make of it. */
struct trial {
	struct model_shape shape;
	struct oracle oracle;
	float *w[MODEL_PARAMETERS], *gradient, *expected;
	float *x;
	uint8_t labels[SAMPLES];
	unsigned n;
};

static void trial_release(struct trial *t)
{
	oracle_release(&t->oracle);
	for (int i = 0; i < MODEL_PARAMETERS; i++)
		free(t->w[i]);
	free(t->gradient);
	free(t->expected);
	free(t->x);
}

static void draw_weights(struct trial *t, struct rng *r, uint64_t seed)
{
	for (int i = 0; i < MODEL_PARAMETERS; i++) {
		size_t size = model_parameter_size(&t->shape, i);

		model_initial_parameter(&t->shape, i, seed, t->w[i]);
		for (size_t k = 0; k < size && i % 2; k++) /* biases that are not zero */
			t->w[i][k] = (float)(0.2 * rng_unit(r) - 0.1);
		for (size_t k = 0; k < size; k++)
			t->oracle.w[i][k] = (double)t->w[i][k];
	}
}

static void draw_batch(struct trial *t, struct rng *r)
{
	for (size_t k = 0; k < t->n * model_inputs(&t->shape); k++)
		t->x[k] = (float)rng_unit(r);
	for (unsigned n = 0; n < SAMPLES; n++)
		t->labels[n] = (uint8_t)rng_below(r, t->shape.classes);
}

/* Weights, and a batch away from every kink; false if none could be drawn. */
static bool trial_init(struct trial *t, const struct model_shape *shape, unsigned n,
                       uint64_t seed)
{
	double margin = shape->family == FAMILY_MLP ? MARGIN_MLP : MARGIN_CNN;
	size_t largest = 0;
	struct rng r;

	t->shape = *shape;
	t->n = n;
	oracle_init(&t->oracle, shape);
	for (int i = 0; i < MODEL_PARAMETERS; i++) {
		size_t size = model_parameter_size(shape, i);

		t->w[i] = xcalloc(size, sizeof(float));
		largest = size > largest ? size : largest;
	}
	t->gradient = xcalloc(largest, sizeof(float));
	t->expected = xcalloc(largest, sizeof(float));
	t->x = xcalloc(n * model_inputs(shape), sizeof(float));
	rng_init(&r, seed, RNG_STREAM_CHECKS);
	draw_weights(t, &r, seed);
	for (int i = 0; i < TRIES; i++) {
		draw_batch(t, &r);
		if (oracle_evaluate(&t->oracle, t->x, t->labels, t->n).margin > margin)
			return true;
	}
	return false;
}

/* d loss / d w by central differences. */
static double difference(struct trial *t, double *w)
{
	double before = *w, above, below;

	*w = before + STEP;
	above = oracle_evaluate(&t->oracle, t->x, t->labels, t->n).loss;
	*w = before - STEP;
	below = oracle_evaluate(&t->oracle, t->x, t->labels, t->n).loss;
	*w = before;
	return (above - below) / (2 * STEP);
}

/* Not fmax(): GCC 12 for arm64 fails on it in a loop (tree-vect-loop.cc:7457). */
static double larger(double a, double b)
{
	return a < b ? b : a;
}

static double largest_of(const float *values, size_t size)
{
	double largest = 0;

	for (size_t k = 0; k < size; k++)
		largest = larger(largest, fabs((double)values[k]));
	return largest;
}

/* A difference relative to LARGEST; NaN and division by zero come out as infinity. */
static double relative(double difference, double largest)
{
	double error = difference == 0 ? 0 : fabs(difference) / largest;

	return error < INFINITY ? error : INFINITY;
}

/* The largest relative error of array I against differences at PER_ARRAY places spread
 * over it (all, if it has no more). */
static double compare_with_differences(struct trial *t, int i, unsigned per_array)
{
	size_t size = model_parameter_size(&t->shape, i);
	size_t stride = size > per_array ? size / per_array : 1;
	double largest = largest_of(t->expected, size), worst = 0;

	for (size_t k = 0; k < size; k += stride)
		worst = larger(worst, relative((double)t->gradient[k] -
		                                       difference(t, &t->oracle.w[i][k]),
		                               largest));
	return worst;
}

/* The largest difference of two arrays, relative to the largest expected. */
static double compare_arrays(const float *got, const float *expected, size_t size)
{
	double largest = largest_of(expected, size), worst = 0;

	for (size_t k = 0; k < size; k++)
		worst = larger(worst,
		               relative((double)got[k] - (double)expected[k], largest));
	return worst;
}

static void describe(struct check_report *out, const char *what,
                     const struct model_shape *s, double error)
{
	out->passed = false;
	snprintf(out->detail, sizeof(out->detail),
	         "%s of the %s on %u x %u images: relative error %.3g", what,
	         s->family == FAMILY_MLP ? "MLP" : "CNN", s->height, s->width, error);
}

static void note_oracle(struct check_report *out, const char *what,
                        const struct model_shape *s, double error)
{
	out->oracle_max_error = larger(out->oracle_max_error, error);
	if (out->passed && !(error <= CHECK_ORACLE_LIMIT))
		describe(out, what, s, error);
}

static void note_gradient(struct check_report *out, const struct model_shape *s,
                          double by_difference, double by_reference)
{
	out->gradient_max_error = larger(out->gradient_max_error, by_difference);
	if (out->passed && !(by_difference <= CHECK_GRADIENT_LIMIT))
		describe(out, "gradients", s, by_difference);
	note_oracle(out, "gradients against the reference", s, by_reference);
}

static int set_parameters(struct engine *e, float *const w[MODEL_PARAMETERS],
                          struct error *err)
{
	for (int i = 0; i < MODEL_PARAMETERS; i++) {
		int rc = e->class->set_parameter(e, i, w[i], err);

		if (rc)
			return rc;
	}
	return 0;
}

static void engine_release(struct engine **e)
{
	if (*e)
		(*e)->class->destroy(*e);
}

static int trial_gradients(struct trial *t, struct engine *e, struct error *err)
{
	struct engine_step step;
	int rc = set_parameters(e, t->w, err);

	return rc ? rc : e->class->gradients(e, t->x, t->labels, t->n, &step, err);
}

/* The answers without training, of both; their largest relative difference. */
static int compare_answers(struct trial *t, struct engine *tested,
                           struct engine *reference, double *error, struct error *err)
{
	size_t size = (size_t)t->n * t->shape.classes;
	CLEANUP_FREE float *got = xcalloc(size, sizeof(*got));
	CLEANUP_FREE float *expected = xcalloc(size, sizeof(*expected));
	int rc = reference->class->forward(reference, t->x, t->n, expected, err);

	if (!rc)
		rc = tested->class->forward(tested, t->x, t->n, got, err);
	*error = compare_arrays(got, expected, size);
	return rc;
}

static int trial_run(struct trial *t, struct engine *tested, unsigned per_array,
                     struct check_report *out, struct error *err)
{
	struct engine_config config = {.shape = t->shape, .batch = t->n, .threads = 1};
	CLEANUP(engine_release) struct engine *reference = NULL;
	double answers = 0;
	int rc = engine_reference.create(&config, &reference, err);

	if (!rc)
		rc = trial_gradients(t, reference, err);
	if (!rc)
		rc = trial_gradients(t, tested, err);
	for (int i = 0; !rc && i < MODEL_PARAMETERS; i++) {
		rc = reference->class->get_gradient(reference, i, t->expected, err);
		if (!rc)
			rc = tested->class->get_gradient(tested, i, t->gradient, err);
		if (!rc)
			note_gradient(out, &t->shape,
			              compare_with_differences(t, i, per_array),
			              compare_arrays(t->gradient, t->expected,
			                             model_parameter_size(&t->shape, i)));
	}
	if (!rc)
		rc = compare_answers(t, tested, reference, &answers, err);
	if (!rc)
		note_oracle(out, "answers", &t->shape, answers);
	return rc;
}

/* This and check_steps() raise the errors in OUT and clear PASSED.  Of every parameter
 * array PER_ARRAY places are tried by differences. */
static int check_gradients(const struct check_subject *subject, uint64_t seed,
                           unsigned per_array, struct check_report *out,
                           struct error *err)
{
	const struct engine_config *config = &subject->config;
	CLEANUP(trial_release) struct trial t = {0};
	unsigned n = config->batch < SAMPLES ? config->batch : SAMPLES;

	if (!trial_init(&t, &config->shape, n, seed))
		return error_set(err, ERROR_FAILED, "no batch away from every kink");
	return trial_run(&t, subject->engine, per_array, out, err);
}

/* The same on an engine of its own with SHAPE, whose batch a step does not fill. */
static int check_small(const struct check_subject *subject,
                       const struct model_shape *shape, uint64_t seed,
                       struct check_report *out, struct error *err)
{
	struct check_subject small = *subject;
	CLEANUP(engine_release) struct engine *engine = NULL;
	int rc;

	small.config.shape = *shape;
	small.config.batch = SAMPLES + 1;
	rc = subject->class->create(&small.config, &engine, err);
	if (rc)
		return rc;
	small.engine = engine;
	return check_gradients(&small, seed, UINT_MAX, out, err);
}

/* The tested engine and the reference side by side. */
struct pair {
	struct engine *tested, *reference;
};

static int set_initial(struct engine *e, const struct model_shape *shape, uint64_t seed,
                       struct error *err)
{
	int rc = 0;

	for (int i = 0; !rc && i < MODEL_PARAMETERS; i++) {
		CLEANUP_FREE float *w =
			xcalloc(model_parameter_size(shape, i), sizeof(*w));

		model_initial_parameter(shape, i, seed, w);
		rc = e->class->set_parameter(e, i, w, err);
	}
	return rc;
}

/* Trains E on the batches, one by one or several at once by train_many(). */
static int run_batches(struct engine *e, const struct check_batches *b, bool many,
                       size_t inputs, struct engine_step *out, struct error *err)
{
	int rc = 0;

	for (unsigned k = 0, now; !rc && k < b->steps; k += now) {
		size_t first = (size_t)k * b->n;
		const float *x = b->x + first * inputs;
		const uint8_t *labels = b->labels + first;

		now = !many ? 1 : b->steps - k < AT_ONCE ? b->steps - k : AT_ONCE;
		rc = many ? e->class->train_many(e, x, labels, b->n, now, out + k, err)
		          : e->class->train(e, x, labels, b->n, out + k, err);
	}
	return rc;
}

static double compare_losses(const struct engine_step *got,
                             const struct engine_step *expected, unsigned steps)
{
	double worst = 0;

	for (unsigned k = 0; k < steps; k++)
		worst = larger(worst,
		               relative((double)got[k].loss - (double)expected[k].loss,
		                        fabs((double)expected[k].loss)));
	return worst;
}

/* Both from the same weights over all batches; *LOSS becomes the largest difference. */
static int train_both(const struct pair *p, const struct model_shape *shape,
                      uint64_t seed, const struct check_batches *b, double *loss,
                      struct error *err)
{
	size_t inputs = model_inputs(shape);
	CLEANUP_FREE struct engine_step *expected = xcalloc(b->steps, sizeof(*expected));
	CLEANUP_FREE struct engine_step *got = xcalloc(b->steps, sizeof(*got));
	bool many = p->tested->class->train_many != NULL;
	int rc = set_initial(p->reference, shape, seed, err);

	if (!rc)
		rc = run_batches(p->reference, b, false, inputs, expected, err);
	for (int way = 0; !rc && way <= many; way++) {
		rc = set_initial(p->tested, shape, seed, err);
		if (!rc)
			rc = run_batches(p->tested, b, way, inputs, got, err);
		if (!rc)
			*loss = larger(*loss, compare_losses(got, expected, b->steps));
	}
	return rc;
}

/* Adds array I's squares: of the distance of the two ends, and of the way gone. */
static int compare_weights(const struct pair *p, const struct model_shape *shape,
                           uint64_t seed, int i, double squares[2], struct error *err)
{
	size_t size = model_parameter_size(shape, i);
	CLEANUP_FREE float *start = xcalloc(size, sizeof(*start));
	CLEANUP_FREE float *got = xcalloc(size, sizeof(*got));
	CLEANUP_FREE float *expected = xcalloc(size, sizeof(*expected));
	int rc = p->tested->class->get_parameter(p->tested, i, got, err);

	if (!rc)
		rc = p->reference->class->get_parameter(p->reference, i, expected, err);
	model_initial_parameter(shape, i, seed, start);
	for (size_t k = 0; !rc && k < size; k++) {
		double apart = (double)got[k] - (double)expected[k];
		double way = (double)expected[k] - (double)start[k];

		squares[0] += apart * apart;
		squares[1] += way * way;
	}
	return rc;
}

static void note_steps(struct check_report *out, const struct model_shape *s, double loss,
                       double weights)
{
	note_oracle(out, "losses of the first steps", s, loss);
	out->weights_error = larger(out->weights_error, weights);
	if (out->passed && !(weights <= CHECK_WEIGHTS_LIMIT))
		describe(out, "weights after the first steps", s, weights);
}

static int check_steps(const struct check_subject *subject, uint64_t seed,
                       const struct check_batches *b, struct check_report *out,
                       struct error *err)
{
	struct engine_config config = subject->config;
	CLEANUP(engine_release) struct engine *reference = NULL;
	double loss = 0, squares[2] = {0, 0};
	struct pair pair;
	int rc;

	config.batch = b->n;
	rc = engine_reference.create(&config, &reference, err);
	if (rc)
		return rc;
	pair = (struct pair){subject->engine, reference};
	rc = train_both(&pair, &config.shape, seed, b, &loss, err);
	for (int i = 0; !rc && i < MODEL_PARAMETERS; i++)
		rc = compare_weights(&pair, &config.shape, seed, i, squares, err);
	if (!rc)
		note_steps(out, &config.shape, loss,
		           relative(sqrt(squares[0]), sqrt(squares[1])));
	return rc;
}

int check_engine(const struct check_subject *subject, uint64_t seed,
                 const struct check_batches *batches, struct check_report *out,
                 struct error *err)
{
	int rc = 0;

	*out = (struct check_report)CHECK_REPORT_INIT;
	for (size_t i = 0; !rc && i < sizeof(small_shapes) / sizeof(*small_shapes); i++)
		if (small_shapes[i].family == subject->config.shape.family)
			rc = check_small(subject, &small_shapes[i], seed, out, err);
	if (!rc)
		rc = check_gradients(subject, seed, PER_ARRAY, out, err);
	if (!rc)
		rc = check_steps(subject, seed, batches, out, err);
	if (!rc && out->passed)
		snprintf(out->detail, sizeof(out->detail),
		         "finite differences; gradients, answers, %u steps' losses and "
		         "weights against the reference",
		         batches->steps);
	return rc;
}
