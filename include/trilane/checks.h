/* SPDX-License-Identifier: MIT */
/*
 * Checks: does an engine compute what it says?  Nothing is timed before they pass.
 *
 * Two independent judges:
 *	gradients   finite differences of the loss, computed in float64 by a forward pass
 *	            that shares no code with any engine: every parameter of small models
 *	            of odd shapes, and some of the real one
 *	oracle      the reference engine: gradients of every parameter on the same
 *	            batches, then losses of the first steps from the same weights, and
 *	            where the weights have gone after them
 *
 * Errors are relative: of a gradient, the largest difference divided by the array's
 * largest gradient; of a loss, divided by the reference's; of the weights, the distance
 * of the ends divided by the way gone (Adam turns rounding of a gradient near zero into a
 * step, so single weights say little).
 *
 * Batches for gradients are drawn so that no relu or maximum lies within rounding of its
 * kink, where more than one answer is right.
 */
#ifndef TRILANE_CHECKS_H
#define TRILANE_CHECKS_H

#include <stdbool.h>
#include <stdint.h>

#include "trilane/engine.h"
#include "trilane/error.h"

#define CHECK_GRADIENT_LIMIT 1e-3
#define CHECK_ORACLE_LIMIT   1e-3
#define CHECK_WEIGHTS_LIMIT  5e-2

struct check_report {
	double gradient_max_error; /* against finite differences */
	double oracle_max_error;   /* against the reference: gradients and losses */
	double weights_error;      /* against the reference, after the steps */
	bool passed;
	char detail[200]; /* what was compared, or what failed */
};
#define CHECK_REPORT_INIT \
	{ \
		.passed = true \
	}

/* Batches to train on; STEPS of N samples each, one behind the other. */
struct check_batches {
	const float *x;
	const uint8_t *labels;
	unsigned n, steps;
};

/* What is judged: ENGINE was created by CLASS with CONFIG; its weights are lost. */
struct check_subject {
	const struct engine_class *class;
	struct engine_config config;
	struct engine *engine;
};

/*
 * Runs everything; the small models get engines of their own.  BATCHES are the first of
 * the training itself, none larger than the engine's.  0 when the comparison could be
 * made, whatever its outcome: look at PASSED.
 */
int check_engine(const struct check_subject *subject, uint64_t seed,
                 const struct check_batches *batches, struct check_report *out,
                 struct error *err);

#endif
