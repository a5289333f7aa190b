/* SPDX-License-Identifier: MIT */
/*
 * The training loop.
 */
#include "training.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum { PROGRESS_NS = 500000000 };

int training_init(struct training *t, struct engine *engine, const struct dataset *data,
                  const struct model_shape *shape, unsigned batch, uint64_t seed,
                  struct error *err)
{
	size_t count = data->train.count;
	unsigned at_once = engine->class->train_many ? STEPS_AT_ONCE : 1;

	if (count < batch)
		return error_set(
			err, ERROR_INVALID,
			"a batch of %u needs as many images; the data set has %zu", batch,
			count);
	*t = (struct training){
		.engine = engine,
		.data = data,
		.shape = *shape,
		.batch = batch,
		.seed = seed,
		.order = xcalloc(count, sizeof(*t->order)),
		.at_once = at_once,
		.x = xcalloc((size_t)at_once * batch * IMAGE_SIZE, sizeof(*t->x)),
		.labels = xcalloc((size_t)at_once * batch, 1)};
	epoch_order(seed, 0, t->order, count);
	return 0;
}

void training_release(struct training *t)
{
	free(t->order);
	free(t->x);
	free(t->labels);
}

static void begin_epoch(struct training *t, unsigned epoch)
{
	t->epoch = epoch;
	t->at = 0;
	epoch_order(t->seed, epoch, t->order, t->data->train.count);
}

int training_restart(struct training *t, struct error *err)
{
	int rc = 0;

	for (int i = 0; !rc && i < MODEL_PARAMETERS; i++) {
		CLEANUP_FREE float *w =
			xcalloc(model_parameter_size(&t->shape, i), sizeof(*w));

		model_initial_parameter(&t->shape, i, t->seed, w);
		rc = t->engine->class->set_parameter(t->engine, i, w, err);
	}
	t->first_count = 0;
	begin_epoch(t, 0);
	return rc;
}

/* STEPS <= AT_ONCE steps on the next N samples each. */
static int steps_on(struct training *t, unsigned n, unsigned steps,
                    struct engine_step *out, struct error *err)
{
	const struct engine_class *class = t->engine->class;
	int rc;

	image_set_batch(&t->data->train, t->order + t->at, n * steps, t->x, t->labels);
	t->at += (size_t)n * steps;
	rc = steps == 1
	             ? class->train(t->engine, t->x, t->labels, n, out, err)
	             : class->train_many(t->engine, t->x, t->labels, n, steps, out, err);
	for (unsigned i = 0; !rc && i < steps && t->first_count < FIRST_LOSSES; i++)
		t->first_losses[t->first_count++] = out[i].loss;
	return rc;
}

/* How many steps of full batches can go together now, MOST at the most; 0 where the
 * epoch has no full batch left. */
static unsigned full_steps(const struct training *t, uint64_t most)
{
	size_t left = (t->data->train.count - t->at) / t->batch;

	if (most > t->at_once)
		most = t->at_once;
	return (unsigned)(left < most ? left : most);
}

static unsigned left_in_batch(const struct training *t)
{
	size_t left = t->data->train.count - t->at;

	return left < t->batch ? (unsigned)left : t->batch;
}

int training_step(struct training *t, struct engine_step *out, struct error *err)
{
	if (t->at == t->data->train.count)
		begin_epoch(t, t->epoch + 1);
	return steps_on(t, left_in_batch(t), 1, out, err);
}

/* Adds the N samples of STEP to the sums that an epoch_result begins as. */
static void add_step(struct epoch_result *sums, const struct engine_step *step,
                     unsigned n)
{
	sums->loss += (double)step->loss * n;
	sums->accuracy += step->correct;
}

static void divide(struct epoch_result *sums, size_t count, uint64_t started_ns)
{
	sums->loss /= (double)count;
	sums->accuracy /= (double)count;
	sums->duration_ns = clock_monotonic_ns() - started_ns;
}

int training_epoch(struct training *t, const struct progress *progress,
                   struct epoch_result *out, struct error *err)
{
	size_t count = t->data->train.count;
	uint64_t started = clock_monotonic_ns(), next = started;

	if (t->at == count)
		begin_epoch(t, t->epoch + 1);
	*out = (struct epoch_result){.loss = 0};
	while (t->at < count) {
		unsigned n = left_in_batch(t), full = full_steps(t, t->at_once);
		unsigned steps = full ? full : 1;
		struct engine_step results[STEPS_AT_ONCE];
		int rc = steps_on(t, n, steps, results, err);

		if (rc)
			return rc;
		for (unsigned i = 0; i < steps; i++)
			add_step(out, &results[i], n);
		if (clock_monotonic_ns() < next)
			continue;
		progress->report(progress->context, (double)t->at / (double)count);
		next = clock_monotonic_ns() + PROGRESS_NS;
	}
	divide(out, count, started);
	return isfinite(out->loss)
	               ? 0
	               : error_set(err, ERROR_FAILED, "the loss is no number any more");
}

/* What a step would say about N samples with these logits. */
static void judge(const struct model_shape *shape, const float *logits,
                  const uint8_t *labels, unsigned n, struct epoch_result *sums)
{
	for (unsigned i = 0; i < n; i++) {
		const float *z = logits + (size_t)i * shape->classes;
		unsigned largest = 0;
		double sum = 0;

		for (unsigned c = 1; c < shape->classes; c++)
			if (z[c] > z[largest])
				largest = c;
		for (unsigned c = 0; c < shape->classes; c++)
			sum += exp((double)z[c] - (double)z[largest]);
		sums->loss += log(sum) - ((double)z[labels[i]] - (double)z[largest]);
		sums->accuracy += largest == labels[i];
	}
}

int training_test(struct training *t, struct epoch_result *out, struct error *err)
{
	const struct image_set *set = &t->data->test;
	CLEANUP_FREE uint32_t *order = xcalloc(set->count, sizeof(*order));
	CLEANUP_FREE float *logits =
		xcalloc((size_t)t->batch * t->shape.classes, sizeof(*logits));
	uint64_t started = clock_monotonic_ns();

	*out = (struct epoch_result){.loss = 0};
	for (size_t i = 0; i < set->count; i++)
		order[i] = (uint32_t)i;
	for (size_t at = 0; at < set->count; at += t->batch) {
		size_t left = set->count - at;
		unsigned n = left < t->batch ? (unsigned)left : t->batch;
		int rc;

		image_set_batch(set, order + at, n, t->x, t->labels);
		rc = t->engine->class->forward(t->engine, t->x, n, logits, err);
		if (rc)
			return rc;
		judge(&t->shape, logits, t->labels, n, out);
	}
	divide(out, set->count, started);
	return 0;
}

int training_run(struct training *t, uint64_t steps, uint64_t *duration_ns,
                 struct error *err)
{
	uint64_t started = clock_monotonic_ns();
	struct engine_step results[STEPS_AT_ONCE];
	int rc = 0;

	while (!rc && steps > 0) {
		unsigned some = full_steps(t, steps);

		if (some)
			rc = steps_on(t, t->batch, some, results, err);
		else
			begin_epoch(t, t->epoch + 1);
		steps -= some;
	}
	*duration_ns = clock_monotonic_ns() - started;
	return rc;
}
