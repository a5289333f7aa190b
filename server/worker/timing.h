/* SPDX-License-Identifier: MIT */
/*
 * Timing: warm-up, samples, and how long an answer takes without training.
 */
#ifndef WORKER_TIMING_H
#define WORKER_TIMING_H

#include <stdint.h>

#include "training.h"
#include "trilane/error.h"

struct pace {
	uint64_t step_ns; /* after warm-up */
	uint64_t steps;   /* of one sample */
};

/* Runs windows of steps until two in a row agree within 2 %, or the time is up that a
 * restless machine gets; then as many steps make a sample as take SAMPLE_NS. */
int warm_up(struct training *t, uint64_t sample_ns, struct pace *out, struct error *err);

/* One sample: PACE's steps, and more if they took less than SAMPLE_NS after all. */
int take_sample(struct training *t, const struct pace *pace, uint64_t sample_ns,
                uint64_t *steps, uint64_t *duration_ns, struct error *err);

/* Median time of a forward pass of N test images, N at most the engine's batch. */
int time_inference(struct training *t, unsigned n, uint64_t *duration_ns,
                   struct error *err);

#endif
