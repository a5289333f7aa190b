/* SPDX-License-Identifier: MIT */
/* The engine's state, shared by gpu_engine.c (buffers, calls) and gpu_steps.c (work). */
#ifndef TRILANE_GPU_ENGINE_H
#define TRILANE_GPU_ENGINE_H

#include "gpu.h"

enum {
	GPU_STEPS_MAX = 16, /* steps handed to the device at once */
	GPU_SPLITS = 16,    /* parts of the convolution's gradient */
};

struct gpu_engine {
	struct engine base;
	const struct gpu_backend *backend;
	struct gpu *gpu;
	struct gpu_description description;
	struct model_shape shape;
	unsigned batch, steps; /* the largest: samples of a step, steps at once */
	uint64_t t;            /* Adam's, counting from 1 */
	uint64_t launch_ns;
	struct gpu_buffer *w[MODEL_PARAMETERS], *m[MODEL_PARAMETERS],
		*v[MODEL_PARAMETERS];
	/* Gradients.  CNN: [0] holds those of kernel and bias, [1] is not made. */
	struct gpu_buffer *g[MODEL_PARAMETERS];
	struct gpu_buffer *x, *labels, *result; /* a slot for each of STEPS */
	struct gpu_buffer *act, *d_act;         /* hidden layer, or pooled features */
	struct gpu_buffer *logits, *d_logits;
	struct gpu_buffer *winner, *partial; /* CNN */
};

/* gpu_steps.c.  Number of features that the last dense layer reads. */
size_t gpu_features(const struct model_shape *shape);
/* Where array I's gradient stands: the buffer, and the first element in it. */
struct gpu_buffer *gpu_gradient(const struct gpu_engine *e, int i, size_t *offset);

/* Between begin() and finish(): the work on the N samples of SLOT. */
void gpu_step_forward(struct gpu_engine *e, unsigned n, unsigned slot);
void gpu_step_backward(struct gpu_engine *e, unsigned n, unsigned slot);
void gpu_step_adam(struct gpu_engine *e, uint64_t t);
/* One dispatch with hardly any work. */
void gpu_step_empty(struct gpu_engine *e);

#endif
