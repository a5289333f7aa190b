/* SPDX-License-Identifier: MIT */
/*
 * The models as lists of kernels.  Every function notes dispatches; nothing runs before
 * finish().  The shapes stand in front of each.
 */
#include "gpu_engine.h"

#include "trilane/banned.h"

const struct gpu_kernel gpu_kernels[GPU_KERNELS] = {
	[GPU_ADAM] = {"adam", 4, {256, 1, 1}},
	[GPU_COLUMNS] = {"columns", 2, {64, 1, 1}},
	[GPU_CONV_FORWARD] = {"conv_forward", 5, {64, 1, 1}},
	[GPU_CONV_GRADIENT] = {"conv_gradient", 4, {32, 8, 1}},
	[GPU_MATMUL] = {"matmul", 5, {16, 16, 1}},
	[GPU_NARROW] = {"narrow", 4, {128, 1, 1}},
	[GPU_SOFTMAX] = {"softmax", 4, {256, 1, 1}},
};

enum { MATMUL_BIAS = 1, MATMUL_RELU = 2, MATMUL_GATE = 4 };

/* The constants of kernels/matmul.comp, in its order; likewise below. */
struct matmul {
	uint32_t m, n, k;
	uint32_t a_offset, a_row, a_column;
	uint32_t b_row, b_column;
	uint32_t flags;
};

size_t gpu_features(const struct model_shape *s)
{
	if (s->family == FAMILY_MLP)
		return s->hidden;
	return (size_t)((s->height - 2) / 2) * ((s->width - 2) / 2) * s->filters;
}

struct gpu_buffer *gpu_gradient(const struct gpu_engine *e, int i, size_t *offset)
{
	bool second = e->shape.family == FAMILY_CNN && i == 1;

	*offset = second ? model_parameter_size(&e->shape, 0) : 0;
	return second ? e->g[0] : e->g[i];
}

static unsigned tiles(size_t n, unsigned tile)
{
	return (unsigned)((n + tile - 1) / tile);
}

/* Groups for a one-dimensional kernel: rows of at most 65535 (Vulkan's least limit). */
static void spread(struct gpu_dispatch *d, size_t invocations, unsigned local)
{
	unsigned groups = tiles(invocations, local);

	d->groups[0] = groups < 65535 ? groups : 65535;
	d->groups[1] = tiles(groups, 65535);
	d->groups[2] = 1;
}

static void matmul(struct gpu_engine *e, struct gpu_buffer *a, struct gpu_buffer *b,
                   struct gpu_buffer *bias, struct gpu_buffer *gate, struct gpu_buffer *c,
                   const struct matmul *k)
{
	const struct gpu_dispatch d = {
		.kernel = GPU_MATMUL,
		.buffers = {a, b, bias, gate, c},
		.constants = k,
		.constants_size = sizeof(*k),
		.groups = {tiles(k->n, 32), tiles(k->m, 32), 1},
	};

	e->backend->dispatch(e->gpu, &d);
}

/* total[n] = column sums of a[m][n] */
static void columns(struct gpu_engine *e, struct gpu_buffer *a, struct gpu_buffer *total,
                    size_t m, size_t n)
{
	const uint32_t constants[] = {(uint32_t)m, (uint32_t)n};
	const struct gpu_dispatch d = {
		.kernel = GPU_COLUMNS,
		.buffers = {a, total},
		.constants = constants,
		.constants_size = sizeof(constants),
		.groups = {tiles(n, 64), 1, 1},
	};

	e->backend->dispatch(e->gpu, &d);
}

/* logits[n][classes] = act[n][features] w[features][classes] + b[classes] */
static void head_forward(struct gpu_engine *e, unsigned n)
{
	const uint32_t constants[] = {e->shape.classes,
	                              (uint32_t)gpu_features(&e->shape)};
	const struct gpu_dispatch d = {
		.kernel = GPU_NARROW,
		.buffers = {e->act, e->w[2], e->w[3], e->logits},
		.constants = constants,
		.constants_size = sizeof(constants),
		.groups = {e->shape.classes, n, 1},
	};

	e->backend->dispatch(e->gpu, &d);
}

/* act[n][hidden] = relu(x[n][inputs] w[inputs][hidden] + b[hidden]) */
static void hidden_forward(struct gpu_engine *e, unsigned n, unsigned slot)
{
	const uint32_t inputs = (uint32_t)model_inputs(&e->shape),
		       hidden = e->shape.hidden;
	const struct matmul k = {
		.m = n,
		.n = hidden,
		.k = inputs,
		.a_offset = slot * e->batch * inputs,
		.a_row = inputs,
		.a_column = 1,
		.b_row = hidden,
		.b_column = 1,
		.flags = MATMUL_BIAS | MATMUL_RELU,
	};

	matmul(e, e->x, e->w[0], e->w[1], NULL, e->act, &k);
}

/* act[n][ph][pw][filters], winner likewise, from x[n][height][width] */
static void conv_forward(struct gpu_engine *e, unsigned n, unsigned slot)
{
	const size_t total = n * gpu_features(&e->shape);
	const uint32_t constants[] = {
		(uint32_t)total,  slot * e->batch * (uint32_t)model_inputs(&e->shape),
		e->shape.height,  e->shape.width,
		e->shape.filters,
	};
	struct gpu_dispatch d = {
		.kernel = GPU_CONV_FORWARD,
		.buffers = {e->x, e->w[0], e->w[1], e->act, e->winner},
		.constants = constants,
		.constants_size = sizeof(constants),
	};

	spread(&d, total, gpu_kernels[GPU_CONV_FORWARD].local[0]);
	e->backend->dispatch(e->gpu, &d);
}

void gpu_step_forward(struct gpu_engine *e, unsigned n, unsigned slot)
{
	if (e->shape.family == FAMILY_MLP)
		hidden_forward(e, n, slot);
	else
		conv_forward(e, n, slot);
	head_forward(e, n);
}

/* d_logits[n][classes] and result[slot] from logits and labels */
static void softmax(struct gpu_engine *e, unsigned n, unsigned slot)
{
	const uint32_t constants[] = {n, e->shape.classes, slot * e->batch, slot};
	const struct gpu_dispatch d = {
		.kernel = GPU_SOFTMAX,
		.buffers = {e->logits, e->labels, e->d_logits, e->result},
		.constants = constants,
		.constants_size = sizeof(constants),
		.groups = {1, 1, 1},
	};

	e->backend->dispatch(e->gpu, &d);
}

/* gw[features][classes] = act^T d_logits, gb = column sums,
 * d_act[n][features] = d_logits w^T, through relu for the hidden layer; a pooled feature
 * that relu stopped has no winner, and needs no gate. */
static void head_backward(struct gpu_engine *e, unsigned n)
{
	const uint32_t features = (uint32_t)gpu_features(&e->shape);
	const uint32_t classes = e->shape.classes;
	const bool gated = e->shape.family == FAMILY_MLP;
	const struct matmul weights = {
		.m = features,
		.n = classes,
		.k = n,
		.a_row = 1,
		.a_column = features,
		.b_row = classes,
		.b_column = 1,
	};
	const struct matmul inputs = {
		.m = n,
		.n = features,
		.k = classes,
		.a_row = classes,
		.a_column = 1,
		.b_row = 1,
		.b_column = classes,
		.flags = gated ? MATMUL_GATE : 0,
	};

	matmul(e, e->act, e->d_logits, NULL, NULL, e->g[2], &weights);
	columns(e, e->d_logits, e->g[3], n, classes);
	matmul(e, e->d_logits, e->w[2], NULL, e->act, e->d_act, &inputs);
}

/* gw[inputs][hidden] = x^T d_act, gb = column sums */
static void hidden_backward(struct gpu_engine *e, unsigned n, unsigned slot)
{
	const uint32_t inputs = (uint32_t)model_inputs(&e->shape),
		       hidden = e->shape.hidden;
	const struct matmul k = {
		.m = inputs,
		.n = hidden,
		.k = n,
		.a_offset = slot * e->batch * inputs,
		.a_row = 1,
		.a_column = inputs,
		.b_row = hidden,
		.b_column = 1,
	};

	matmul(e, e->x, e->d_act, NULL, NULL, e->g[0], &k);
	columns(e, e->d_act, e->g[1], n, hidden);
}

/* partial[splits][10][filters], then g[10][filters]: nine taps and the bias */
static void conv_backward(struct gpu_engine *e, unsigned n, unsigned slot)
{
	const uint32_t filters = e->shape.filters;
	const uint32_t constants[] = {
		(uint32_t)(n * gpu_features(&e->shape) / filters),
		slot * e->batch * (uint32_t)model_inputs(&e->shape),
		e->shape.height,
		e->shape.width,
		filters,
		GPU_SPLITS,
	};
	const struct gpu_dispatch d = {
		.kernel = GPU_CONV_GRADIENT,
		.buffers = {e->x, e->d_act, e->winner, e->partial},
		.constants = constants,
		.constants_size = sizeof(constants),
		.groups = {10, GPU_SPLITS, tiles(filters, 32)},
	};

	e->backend->dispatch(e->gpu, &d);
	columns(e, e->partial, e->g[0], GPU_SPLITS, (size_t)10 * filters);
}

void gpu_step_backward(struct gpu_engine *e, unsigned n, unsigned slot)
{
	softmax(e, n, slot);
	head_backward(e, n);
	if (e->shape.family == FAMILY_MLP)
		hidden_backward(e, n, slot);
	else
		conv_backward(e, n, slot);
}

void gpu_step_adam(struct gpu_engine *e, uint64_t t)
{
	const float rate = adam_rate(t);

	for (int i = 0; i < MODEL_PARAMETERS; i++) {
		size_t size = model_parameter_size(&e->shape, i), offset;
		struct gpu_buffer *gradient = gpu_gradient(e, i, &offset);
		const struct {
			uint32_t n, g_offset;
			float rate;
		} constants = {(uint32_t)size, (uint32_t)offset, (float)rate};
		struct gpu_dispatch d = {
			.kernel = GPU_ADAM,
			.buffers = {gradient, e->w[i], e->m[i], e->v[i]},
			.constants = &constants,
			.constants_size = sizeof(constants),
		};

		spread(&d, size, gpu_kernels[GPU_ADAM].local[0]);
		e->backend->dispatch(e->gpu, &d);
	}
}

void gpu_step_empty(struct gpu_engine *e)
{
	columns(e, e->logits, e->d_logits, 1, 1);
}
