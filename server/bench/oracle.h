/* SPDX-License-Identifier: MIT */
/*
 * The loss in float64, and how far it is from a kink.
 */
#ifndef BENCH_ORACLE_H
#define BENCH_ORACLE_H

#include <stdint.h>

#include "trilane/engine.h"

struct oracle {
	struct model_shape shape;
	double *w[MODEL_PARAMETERS];
	double *units; /* of one sample: the first layer's outputs */
	double *features;
};

struct oracle_loss {
	double loss;   /* mean over the samples */
	double margin; /* smallest distance of a relu's input or a maximum from its kink
			*/
};

void oracle_init(struct oracle *o, const struct model_shape *shape); /* all zero */
void oracle_release(struct oracle *o);
struct oracle_loss oracle_evaluate(struct oracle *o, const float *x,
                                   const uint8_t *labels, unsigned n);

#endif
