/* SPDX-License-Identifier: MIT */
/*
 * The blas engine's insides: plain row-major arrays, every product a call of the library.
 * The convolution is one too: its patches are written out as rows, a block of samples at
 * a time.
 */
#ifndef ENGINES_BLAS_H
#define ENGINES_BLAS_H

#include "blas_library.h"
#include "kernels.h"
#include "trilane/engine.h"

enum { BLAS_BLOCK = 32 /* samples whose patches are held */ };

struct blas_weights {
	size_t size; /* filled up to the kernels' vectors */
	float *w, *m, *v, *g;
};

struct blas {
	struct engine engine;
	struct blas_library library;
	const struct kernels *kernels; /* for Adam */
	struct model_shape shape;
	unsigned batch, threads;
	bool flush_to_zero;
	char device[96];
	uint64_t steps; /* of Adam */

	struct blas_weights weights[MODEL_PARAMETERS];
	unsigned inputs, features, positions; /* of the convolution */
	float *a, *da;    /* [sample][feature]: what the last layer reads */
	uint8_t *winners; /* [sample][feature] */
	float *patches;   /* [sample of block][position][tap] */
	float *y;         /* [sample of block][position][filter]; then its gradient */
	float *z;         /* [sample][class] */
};

/* Logits of N samples into z, and what leads to them. */
void blas_forward(struct blas *b, const float *x, unsigned n);
/* From the logits' gradient in z to all weights' gradients. */
void blas_backward(struct blas *b, const float *x, unsigned n);

#endif
