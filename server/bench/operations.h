/* SPDX-License-Identifier: MIT */
/*
 * The reference operations: what every engine has to agree with.
 *
 * float32, row-major, channels last.  Each backward function stands beside its forward
 * one, takes the gradient of the loss by its output (dy) and writes, not adds, the
 * gradients by its inputs.  Sums run in the order of the indices as they are written.
 */
#ifndef BENCH_OPERATIONS_H
#define BENCH_OPERATIONS_H

#include <stddef.h>
#include <stdint.h>

struct dense {
	size_t n, inputs, outputs;
};
void dense_forward(struct dense s, float *y, const float *x, const float *w,
                   const float *b);
/* DX may be NULL: the first layer needs none. */
void dense_backward(struct dense s, float *dx, float *dw, float *db, const float *dy,
                    const float *x, const float *w);

/* 3x3 kernels on one channel, valid, stride 1: (height-2) x (width-2) x filters out. */
struct conv {
	size_t n, height, width, filters;
};
void conv_forward(struct conv s, float *y, const float *x, const float *k,
                  const float *b);
/* It is always the first layer: no gradient by x. */
void conv_backward(struct conv s, float *dk, float *db, const float *dy, const float *x);

void relu_forward(size_t size, float *y, const float *x); /* y may be x */
void relu_backward(size_t size, float *dx, const float *dy,
                   const float *y); /* dx may be dy */

/* 2x2, stride 2, valid: an odd last row or column is left out. */
struct pool {
	size_t n, height, width, channels; /* of the input */
};
void maxpool_forward(struct pool s, float *y, uint8_t *winner, const float *x);
void maxpool_backward(struct pool s, float *dx, const float *dy, const uint8_t *winner);

/* Mean loss over the batch and the probabilities; *CORRECT counts the samples whose
 * largest logit (first of equals) is the label. */
float softmax_cross_entropy_forward(size_t n, size_t classes, float *probabilities,
                                    const float *logits, const uint8_t *labels,
                                    unsigned *correct);
void softmax_cross_entropy_backward(size_t n, size_t classes, float *dlogits,
                                    const float *probabilities, const uint8_t *labels);

/* RATE is adam_rate() of the step (engine.h). */
void adam_update(size_t size, float *w, float *m, float *v, const float *g, float rate);

#endif
