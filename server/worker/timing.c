/* SPDX-License-Identifier: MIT */
/*
 * Timing by windows of steps; no clock is read inside of one.
 */
#include "timing.h"

#include <math.h>
#include <stdlib.h>

#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

#define WINDOW_NS   (50 * NS_PER_MS)
#define PATIENCE_NS (4 * NS_PER_S)
#define AGREEMENT   0.02

enum { INFERENCES_MAX = 101, INFERENCES_MIN = 5, INFERENCES_COLD = 3 };
#define INFERENCE_NS (200 * NS_PER_MS)

static uint64_t steps_for(uint64_t duration_ns, double step_ns)
{
	double steps = ceil((double)duration_ns / fmax(step_ns, 1));

	return steps < 1 ? 1 : (uint64_t)steps;
}

int warm_up(struct training *t, uint64_t sample_ns, struct pace *out, struct error *err)
{
	uint64_t started = clock_monotonic_ns(), steps = 1, duration;
	double before, now = 0;
	int rc;

	do {
		before = now;
		rc = training_run(t, steps, &duration, err);
		if (rc)
			return rc;
		now = (double)duration / (double)steps;
		steps = steps_for(WINDOW_NS, now);
	} while (fabs(now - before) > AGREEMENT * now &&
	         clock_monotonic_ns() - started < PATIENCE_NS);
	out->step_ns = (uint64_t)now;
	/* A little more, so that a quicker moment need not be filled up. */
	out->steps = steps_for(sample_ns + sample_ns / 20, now);
	return 0;
}

int take_sample(struct training *t, const struct pace *pace, uint64_t sample_ns,
                uint64_t *steps, uint64_t *duration_ns, struct error *err)
{
	int rc = training_run(t, pace->steps, duration_ns, err);

	*steps = pace->steps;
	while (!rc && *duration_ns < sample_ns) {
		double step_ns = (double)*duration_ns / (double)*steps;
		uint64_t more = steps_for(sample_ns - *duration_ns, step_ns), took;

		rc = training_run(t, more, &took, err);
		*steps += more;
		*duration_ns += took;
	}
	return rc;
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

int time_inference(struct training *t, unsigned n, uint64_t *duration_ns,
                   struct error *err)
{
	CLEANUP_FREE float *logits =
		xcalloc((size_t)n * t->shape.classes, sizeof(*logits));
	CLEANUP_FREE float *x = xcalloc((size_t)n * IMAGE_SIZE, sizeof(*x));
	uint64_t times[INFERENCES_MAX], sum = 0;
	unsigned count = 0;

	for (unsigned i = 0; i < n * IMAGE_SIZE; i++)
		x[i] = (float)t->data->test.images[i % IMAGE_SIZE] / 255.0f;
	for (int i = 0; i < INFERENCES_COLD + INFERENCES_MAX; i++) {
		uint64_t started = clock_monotonic_ns(), took;
		int rc = t->engine->class->forward(t->engine, x, n, logits, err);

		took = clock_monotonic_ns() - started;
		if (rc)
			return rc;
		if (i < INFERENCES_COLD)
			continue;
		times[count++] = took;
		sum += took;
		if (sum > INFERENCE_NS && count >= INFERENCES_MIN)
			break;
	}
	qsort(times, count, sizeof(*times), compare_u64);
	*duration_ns = times[count / 2];
	return 0;
}
