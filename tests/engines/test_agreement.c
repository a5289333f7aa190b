/* SPDX-License-Identifier: MIT */
/*
 * The cpu engine against the reference engine: every instruction set that runs here, over
 * shapes with odd tails everywhere, gradients and logits to 1e-5 of the array's largest.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trilane/engines.h"
#include "trilane/mem.h"
#include "trilane/rng.h"

#include "trilane/banned.h"

#define LIMIT 1e-5

struct pair {
	struct engine *tuned, *reference;
	struct model_shape shape;
	unsigned n;
	float *x;
	uint8_t *labels;
};

static struct engine *create(const struct engine_class *class,
                             const struct engine_config *config)
{
	struct error err = ERROR_INIT;
	struct engine *e = NULL;

	if (class->create(config, &e, &err))
		fail_msg("%s: %s", class->name, err.text);
	return e;
}

static void set_weights(struct engine *e, const struct model_shape *s, uint64_t seed)
{
	for (int i = 0; i < MODEL_PARAMETERS; i++) {
		size_t size = model_parameter_size(s, i);
		float *values = xmalloc(size * sizeof(*values));
		struct rng r;

		model_initial_parameter(s, i, seed, values);
		rng_init(&r, seed, 77);
		for (size_t k = 0; i % 2 && k < size; k++)
			values[k] = (float)(0.2 * rng_unit(&r) - 0.1);
		assert_int_equal(e->class->set_parameter(e, i, values, NULL), 0);
		free(values);
	}
}

static void pair_init(struct pair *p, const struct engine_class *class,
                      const struct engine_config *config, unsigned n, uint64_t seed)
{
	size_t inputs = model_inputs(&config->shape);
	struct rng r;

	p->shape = config->shape;
	p->n = n;
	p->tuned = create(class, config);
	p->reference = create(&engine_reference, config);
	set_weights(p->tuned, &p->shape, seed);
	set_weights(p->reference, &p->shape, seed);
	p->x = xmalloc(n * inputs * sizeof(*p->x));
	p->labels = xmalloc(n);
	rng_init(&r, seed, 99);
	for (size_t k = 0; k < n * inputs; k++)
		p->x[k] = rng_below(&r, 3) ? (float)rng_unit(&r) : 0;
	for (unsigned b = 0; b < n; b++)
		p->labels[b] = (uint8_t)rng_below(&r, p->shape.classes);
}

static void pair_release(struct pair *p)
{
	p->tuned->class->destroy(p->tuned);
	p->reference->class->destroy(p->reference);
	free(p->x);
	free(p->labels);
}

/* The largest difference relative to the largest value. */
static double distance(const float *a, const float *b, size_t size)
{
	double worst = 0, largest = 0;

	for (size_t k = 0; k < size; k++) {
		double d = fabs((double)a[k] - b[k]);
		if (isnan(d))
			return isnan(a[k]) && isnan(b[k]) ? 0 : INFINITY;
		worst = fmax(worst, d);
		largest = fmax(largest, fabs((double)b[k]));
	}
	return largest > 0 ? worst / largest : worst;
}

static void compare_forward(const struct pair *p)
{
	size_t size = (size_t)p->n * p->shape.classes;
	float *a = xmalloc(size * sizeof(*a)), *b = xmalloc(size * sizeof(*b));
	double d;

	assert_int_equal(p->tuned->class->forward(p->tuned, p->x, p->n, a, NULL), 0);
	assert_int_equal(p->reference->class->forward(p->reference, p->x, p->n, b, NULL),
	                 0);
	d = distance(a, b, size);
	if (!(d <= LIMIT))
		fail_msg("logits differ by %g", d);
	free(a);
	free(b);
}

static void compare_gradients(const struct pair *p)
{
	struct engine_step a, b;

	assert_int_equal(
		p->tuned->class->gradients(p->tuned, p->x, p->labels, p->n, &a, NULL), 0);
	assert_int_equal(p->reference->class->gradients(p->reference, p->x, p->labels,
	                                                p->n, &b, NULL),
	                 0);
	assert_int_equal(a.correct, b.correct);
	assert_true(fabsf(a.loss - b.loss) <= 1e-5f * fabsf(b.loss));
	for (int i = 0; i < MODEL_PARAMETERS; i++) {
		size_t size = model_parameter_size(&p->shape, i);
		float *ga = xmalloc(size * sizeof(*ga)),
		      *gb = xmalloc(size * sizeof(*gb));
		double d;

		p->tuned->class->get_gradient(p->tuned, i, ga, NULL);
		p->reference->class->get_gradient(p->reference, i, gb, NULL);
		d = distance(ga, gb, size);
		if (!(d <= LIMIT))
			fail_msg("gradients of array %d differ by %g", i, d);
		free(ga);
		free(gb);
	}
}

/* From equal weights: the losses stay together. */
static void compare_training(const struct pair *p)
{
	struct engine_step a, b;

	for (int step = 0; step < 10; step++) {
		p->tuned->class->train(p->tuned, p->x, p->labels, p->n, &a, NULL);
		p->reference->class->train(p->reference, p->x, p->labels, p->n, &b, NULL);
		if (!(fabsf(a.loss - b.loss) <= 1e-4f * fabsf(b.loss) + 1e-6f))
			fail_msg("step %d: losses %g and %g", step, (double)a.loss,
			         (double)b.loss);
	}
}

static const struct model_shape shapes[] = {
	{FAMILY_MLP, 28, 28, 64, 0, 10}, {FAMILY_MLP, 4, 4, 1, 0, 2},
	{FAMILY_MLP, 5, 7, 33, 0, 3},    {FAMILY_MLP, 9, 4, 100, 0, 17},
	{FAMILY_MLP, 11, 13, 47, 0, 11}, {FAMILY_CNN, 28, 28, 0, 32, 10},
	{FAMILY_CNN, 4, 4, 0, 1, 2},     {FAMILY_CNN, 5, 7, 0, 3, 3},
	{FAMILY_CNN, 9, 6, 0, 17, 12},   {FAMILY_CNN, 13, 10, 0, 40, 7},
};
static const unsigned batches[] = {1, 2, 3, 7, 32, 37};

static void compare_all(const struct engine_class *class, const char *isa)
{
	for (size_t s = 0; s < sizeof(shapes) / sizeof(*shapes); s++)
		for (size_t b = 0; b < sizeof(batches) / sizeof(*batches); b++) {
			struct engine_config config = {
				.shape = shapes[s],
				.batch = batches[b] + (unsigned)(s % 3),
				.threads = 1 + (unsigned)((s + b) % 3),
				.isa = isa,
			};
			struct pair p;

			print_message("%s %s shape %zu batch %u\n", class->name,
			              isa ? isa : "", s, batches[b]);
			pair_init(&p, class, &config, batches[b], 1000 * s + b);
			compare_forward(&p);
			compare_gradients(&p);
			compare_training(&p);
			compare_forward(&p);
			pair_release(&p);
		}
}

/* More samples than an engine does at once. */
static void agrees_on_large_batches(void **state)
{
	static const unsigned large[] = {129, 1030};

	(void)state;
	for (size_t s = 2; s < sizeof(shapes) / sizeof(*shapes); s += 6)
		for (size_t b = 0; b < sizeof(large) / sizeof(*large); b++) {
			struct engine_config config = {
				.shape = shapes[s], .batch = large[b], .threads = 2};
			struct pair p;

			pair_init(&p, &engine_cpu, &config, large[b], b);
			compare_training(&p);
			compare_forward(&p);
			compare_gradients(&p);
			pair_release(&p);
		}
}

static void agrees_with_reference(void **state)
{
	const char *isa;
	bool supported;

	(void)state;
	for (unsigned i = 0; (isa = engine_cpu_isa(i, &supported)); i++) {
		if (supported)
			compare_all(&engine_cpu, isa);
		else
			print_message("skipped: this processor has no %s\n", isa);
	}
}

static void blas_agrees_with_reference(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	if (!engine_blas.available(&err)) {
		print_message("skipped: %s\n", err.text);
		skip();
	}
	compare_all(&engine_blas, NULL);
}

static void train_from_seed(struct engine *e, const struct pair *p,
                            struct engine_step out[4])
{
	set_weights(e, &p->shape, 3);
	for (int step = 0; step < 4; step++)
		assert_int_equal(
			e->class->train(e, p->x, p->labels, p->n, &out[step], NULL), 0);
}

/* Weights that are set begin a training: moments and steps of an earlier one are gone. */
static void setting_weights_resets_the_optimiser(void **state)
{
	const struct engine_class *const classes[] = {&engine_reference, &engine_cpu,
	                                              &engine_blas};

	(void)state;
	for (size_t c = 0; c < 3; c++) {
		struct engine_config config = {
			.shape = {FAMILY_MLP, 5, 7, 33, 0, 3}, .batch = 7, .threads = 1};
		struct engine_step first[4], again[4];
		struct pair p;

		if (!classes[c]->available(NULL))
			continue;
		pair_init(&p, classes[c], &config, 7, 5);
		train_from_seed(p.tuned, &p, first);
		train_from_seed(p.tuned, &p, again);
		for (int step = 0; step < 4; step++)
			if (first[step].loss != again[step].loss)
				fail_msg("%s, step %d: losses %g and %g",
				         classes[c]->name, step, (double)first[step].loss,
				         (double)again[step].loss);
		pair_release(&p);
	}
}

/* The parameters and losses after some steps, as bytes. */
static void train_some(const struct engine_config *config, unsigned n, float *out)
{
	struct engine_config own = *config;
	struct pair p;

	pair_init(&p, &engine_cpu, &own, n, 5);
	for (int step = 0; step < 5; step++) {
		struct engine_step result;
		/* The last batch of an epoch is smaller. */
		unsigned count = step == 3 ? (n + 1) / 2 : n;
		assert_int_equal(p.tuned->class->train(p.tuned, p.x, p.labels, count,
		                                       &result, NULL),
		                 0);
		*out++ = result.loss;
		*out++ = (float)result.correct;
	}
	for (int i = 0; i < MODEL_PARAMETERS; i++) {
		p.tuned->class->get_parameter(p.tuned, i, out, NULL);
		out += model_parameter_size(&p.shape, i);
	}
	pair_release(&p);
}

static void compare_threads(const char *isa, const struct model_shape *shape, unsigned n)
{
	static const unsigned threads[] = {1, 2, 3, 8};
	float *first = NULL;
	size_t size = 10;

	for (int i = 0; i < MODEL_PARAMETERS; i++)
		size += model_parameter_size(shape, i);
	for (size_t t = 0; t < sizeof(threads) / sizeof(*threads); t++) {
		struct engine_config config = {
			.shape = *shape, .batch = n, .threads = threads[t], .isa = isa};
		float *result = xmalloc(size * sizeof(*result));

		train_some(&config, n, result);
		if (!first)
			first = result;
		else
			for (size_t k = 0; k < size; k++) {
				if (memcmp(&first[k], &result[k], sizeof(*first)) != 0)
					fail_msg("%s, %u threads, value %zu: %.9g and "
					         "%.9g",
					         isa, threads[t], k, (double)first[k],
					         (double)result[k]);
			}
		if (first != result)
			free(result);
	}
	free(first);
}

static void results_do_not_depend_on_threads(void **state)
{
	const char *isa;
	bool supported;

	(void)state;
	for (unsigned i = 0; (isa = engine_cpu_isa(i, &supported)); i++)
		for (size_t s = 0; supported && s < sizeof(shapes) / sizeof(*shapes); s++)
			compare_threads(isa, &shapes[s], s % 2 ? 32 : s > 5 ? 150 : 5);
}

/* What is no number in stays so in both engines, and harms nobody's memory. */
static void survives_what_is_no_number(void **state)
{
	struct engine_config config = {
		.shape = {FAMILY_MLP, 5, 7, 33, 0, 3}, .batch = 6, .threads = 2};
	struct engine_step a, b;
	struct pair p;

	(void)state;
	pair_init(&p, &engine_cpu, &config, 6, 3);
	p.x[11] = NAN;
	p.x[50] = INFINITY;
	for (int step = 0; step < 3; step++) {
		p.tuned->class->train(p.tuned, p.x, p.labels, p.n, &a, NULL);
		p.reference->class->train(p.reference, p.x, p.labels, p.n, &b, NULL);
		assert_int_equal(isnan(a.loss), isnan(b.loss));
	}
	pair_release(&p);
}

/* Adam's averages decay through the denormals; nothing else may follow from that. */
static void forgets_small_gradients(void **state)
{
	struct engine_config config = {
		.shape = {FAMILY_MLP, 4, 4, 16, 0, 2}, .batch = 4, .threads = 1};
	struct engine_step a, b;
	struct pair p;

	(void)state;
	pair_init(&p, &engine_cpu, &config, 4, 3);
	for (size_t k = 0; k < 4 * 16; k++)
		p.x[k] = k % 2 ? 1e-38f : 1e-20f;
	for (int step = 0; step < 200; step++) {
		p.tuned->class->train(p.tuned, p.x, p.labels, p.n, &a, NULL);
		p.reference->class->train(p.reference, p.x, p.labels, p.n, &b, NULL);
		assert_true(fabsf(a.loss - b.loss) <= 1e-4f * fabsf(b.loss) + 1e-6f);
	}
	pair_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_on_large_batches),
		cmocka_unit_test(agrees_with_reference),
		cmocka_unit_test(blas_agrees_with_reference),
		cmocka_unit_test(setting_weights_resets_the_optimiser),
		cmocka_unit_test(results_do_not_depend_on_threads),
		cmocka_unit_test(survives_what_is_no_number),
		cmocka_unit_test(forgets_small_gradients),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
