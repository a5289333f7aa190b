/* SPDX-License-Identifier: MIT */
/*
 * Training an engine on a data set: epochs as Keras runs and counts them, the test after
 * them, and an endless run of full batches to be timed.
 *
 * Of an epoch every image is used once, in the order of epoch_order(); the last batch has
 * what is left.  Loss and accuracy of an epoch are the means over its samples, each taken
 * before the step that uses it.
 */
#ifndef WORKER_TRAINING_H
#define WORKER_TRAINING_H

#include <stdint.h>

#include "trilane/dataset.h"
#include "trilane/engine.h"
#include "trilane/error.h"

enum {
	FIRST_LOSSES = 20,
	STEPS_AT_ONCE = 16, /* for engines to which handing over work is dear */
};

struct training {
	struct engine *engine;      /* borrowed */
	const struct dataset *data; /* borrowed */
	struct model_shape shape;
	unsigned batch;
	uint64_t seed;
	unsigned epoch; /* whose order ORDER is, from 0 */
	size_t at;      /* samples of it that are used */
	uint32_t *order;
	unsigned at_once; /* steps handed to the engine together */
	float *x;         /* AT_ONCE batches */
	uint8_t *labels;
	float first_losses[FIRST_LOSSES];
	unsigned first_count;
};

struct epoch_result {
	double loss, accuracy;
	uint64_t duration_ns;
};

/* Called now and then with the done part of an epoch, 0 … 1. */
struct progress {
	void (*report)(void *context, double done);
	void *context;
};

int training_init(struct training *t, struct engine *engine, const struct dataset *data,
                  const struct model_shape *shape, unsigned batch, uint64_t seed,
                  struct error *err);
void training_release(struct training *t);

/* The first weights, and back to the first epoch's start. */
int training_restart(struct training *t, struct error *err);
/* One step on the next batch; crosses into the next epoch's order by itself. */
int training_step(struct training *t, struct engine_step *out, struct error *err);
/* One whole epoch; only between epochs. */
int training_epoch(struct training *t, const struct progress *progress,
                   struct epoch_result *out, struct error *err);
/* Loss and accuracy on the test set; no weight changes. */
int training_test(struct training *t, struct epoch_result *out, struct error *err);

/* STEPS steps of full batches, and how long they took. */
int training_run(struct training *t, uint64_t steps, uint64_t *duration_ns,
                 struct error *err);

#endif
