/* SPDX-License-Identifier: MIT */
/*
 * Times the engines, for script/bench-train; not a test and not installed.
 *
 *	measure-engines train|forward MODEL ENGINE ISA THREADS BATCH MILLISECONDS|xSTEPS
 *	measure-engines roofline ISA THREADS MILLISECONDS
 *
 * ISA "-" is the best.  xSTEPS does that many steps after one, for counting instructions.
 * Prints one JSON object: the median and the smallest time of a step, and the medians'
 * ground: how many steps there were.
 */
#include "roofline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trilane/clock.h"
#include "trilane/engines.h"
#include "trilane/mem.h"
#include "trilane/platform.h"
#include "trilane/rng.h"
#include "trilane/str.h"

#include "trilane/banned.h"

/* As many samples whatever the batch: they take as much of the caches. */
enum { SAMPLES = 1024, STEPS_MAX = 1 << 20 };

struct run {
	struct engine *engine;
	struct engine_config config;
	bool forward;
	unsigned done, batches; /* that are gone through in turn */
	float *x, *logits;
	uint8_t *labels;
	uint64_t *ns; /* of each step */
};

static void fill(struct run *r)
{
	size_t inputs = model_inputs(&r->config.shape), n;
	struct rng rng;

	r->batches = r->config.batch < SAMPLES ? SAMPLES / r->config.batch : 1;
	n = (size_t)r->config.batch * r->batches;
	r->x = xmalloc(n * inputs * sizeof(*r->x));
	r->labels = xmalloc(n);
	r->logits = xmalloc((size_t)r->config.batch * r->config.shape.classes *
	                    sizeof(*r->logits));
	r->ns = xmalloc(STEPS_MAX * sizeof(*r->ns));
	rng_init(&rng, 1, 1);
	for (size_t k = 0; k < n * inputs; k++)
		r->x[k] = (float)rng_unit(&rng);
	for (size_t k = 0; k < n; k++)
		r->labels[k] = (uint8_t)rng_below(&rng, r->config.shape.classes);
}

static void step(struct run *r)
{
	size_t at = (size_t)(r->done % r->batches) * r->config.batch;
	const float *x = r->x + at * model_inputs(&r->config.shape);
	const struct engine_class *class = r->engine->class;
	struct engine_step out;
	struct error err = ERROR_INIT;
	int rc;

	rc = r->forward ? class->forward(r->engine, x, r->config.batch, r->logits, &err)
	                : class->train(r->engine, x, r->labels + at, r->config.batch,
	                               &out, &err);
	if (rc) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	r->done++;
}

static unsigned run_for(struct run *r, uint64_t duration_ns)
{
	uint64_t start = clock_monotonic_ns(), last = start;
	unsigned count = 0;

	do {
		step(r);
		uint64_t now = clock_monotonic_ns();
		r->ns[count++] = now - last;
		last = now;
	} while (last - start < duration_ns && count < STEPS_MAX);
	return count;
}

static int compare_ns(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void print_result(const struct run *r, unsigned count)
{
	struct engine_info info;
	uint64_t total = 0;

	for (unsigned i = 0; i < count; i++)
		total += r->ns[i];
	qsort(r->ns, count, sizeof(*r->ns), compare_ns);
	r->engine->class->info(r->engine, &info);
	printf("{\"engine\":\"%s\",\"isa\":\"%s\",\"threads\":%u,\"batch\":%u,"
	       "\"steps\":%u,\"median_ns\":%llu,\"min_ns\":%llu,\"mean_ns\":%llu,"
	       "\"samples_per_second\":%.0f,\"gflops\":%.1f,\"flush_to_zero\":%s,"
	       "\"peak_memory_bytes\":%llu}\n",
	       info.engine, info.isa ? info.isa : "", info.threads, r->config.batch,
	       count, (unsigned long long)r->ns[count / 2], (unsigned long long)r->ns[0],
	       (unsigned long long)(total / count),
	       1e9 * r->config.batch / (double)r->ns[count / 2],
	       model_flop_per_sample(&r->config.shape) * r->config.batch /
	               (double)r->ns[count / 2],
	       info.flush_to_zero ? "true" : "false",
	       (unsigned long long)platform_peak_memory_bytes());
}

static unsigned number(const char *text)
{
	uint64_t value;

	if (!text_to_u64(text, &value) || value > STEPS_MAX) {
		fprintf(stderr, "not a number: %s\n", text);
		exit(2);
	}
	return (unsigned)value;
}

static int print_roofline(char **argv)
{
	unsigned threads = number(argv[1]);
	uint64_t duration_ns = number(argv[2]) * NS_PER_MS;

	printf("{\"isa\":\"%s\",\"threads\":%u,\"peak_gflops\":%.1f,"
	       "\"triad_gbytes\":%.1f}\n",
	       argv[0], threads, roofline_peak(argv[0], threads, duration_ns),
	       roofline_triad(threads, duration_ns));
	return 0;
}

int main(int argc, char **argv)
{
	struct run r = {.done = 0};
	const struct engine_class *class;
	struct error err = ERROR_INIT;
	unsigned count = 0;

	if (argc == 5 && !strcmp(argv[1], "roofline"))
		return print_roofline(argv + 2);
	if (argc != 8) {
		fprintf(stderr,
		        "measure-engines train|forward mlp|cnn ENGINE ISA THREADS "
		        "BATCH MILLISECONDS|xSTEPS\n");
		return 2;
	}
	r.forward = !strcmp(argv[1], "forward");
	r.config.shape = !strcmp(argv[2], "mlp") ? (struct model_shape)MODEL_SHAPE_MLP
	                                         : (struct model_shape)MODEL_SHAPE_CNN;
	r.config.isa = strcmp(argv[4], "-") ? argv[4] : NULL;
	r.config.threads = number(argv[5]);
	r.config.batch = number(argv[6]);
	class = engine_find(argv[3], &err);
	if (!class || class->create(&r.config, &r.engine, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	for (int i = 0; i < MODEL_PARAMETERS; i++) {
		size_t size = model_parameter_size(&r.config.shape, i);
		float *values = xmalloc(size * sizeof(*values));
		model_initial_parameter(&r.config.shape, i, 1, values);
		class->set_parameter(r.engine, i, values, NULL);
		free(values);
	}
	fill(&r);
	if (argv[7][0] == 'x') {
		step(&r);
		for (unsigned steps = number(argv[7] + 1); count < steps; count++)
			step(&r);
		memset(r.ns, 0, count * sizeof(*r.ns));
	} else {
		run_for(&r, NS_PER_S / 20);
		count = run_for(&r, number(argv[7]) * NS_PER_MS);
		print_result(&r, count);
	}
	class->destroy(r.engine);
	free(r.x);
	free(r.logits);
	free(r.labels);
	free(r.ns);
	return 0;
}
