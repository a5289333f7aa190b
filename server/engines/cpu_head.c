/* SPDX-License-Identifier: MIT */
/* The last layer, softmax and loss: the part that both models share. */
#include "cpu.h"
#include "step.h"

#include "trilane/banned.h"

struct target cpu_target(const struct cpu *c, int which, size_t offset)
{
	const struct weights *w = &c->weights[which];
	struct target to = {
		.w = w->w + offset,
		.m = w->m + offset,
		.v = w->v + offset,
		.adam = &c->adam,
	};

	if (!c->first)
		to.sofar = w->g + offset;
	if (!c->last || c->kind == STEP_GRADIENTS)
		to.g = w->g + offset;
	return to;
}

void cpu_logits(struct cpu *c, const struct features *f, unsigned begin)
{
	c->kernels->head_forward(f, c->weights[WEIGHTS_HEAD].w,
	                         c->weights[WEIGHTS_HEAD_BIAS].w, c->shape.classes,
	                         c->logits + begin * c->logit_stride, c->logit_stride);
}

void cpu_softmax(struct cpu *c, unsigned begin, unsigned end)
{
	float *z = c->logits + begin * c->logit_stride;

	for (unsigned b = begin; b < end; b++, z += c->logit_stride)
		c->losses[b] = step_softmax(z, c->shape.classes, c->labels[b], c->total,
		                            &c->hits[b]);
}

void cpu_update_head(struct cpu *c, unsigned panel, const float *a, size_t sample_stride)
{
	size_t columns = c->kernels->panel, classes = c->shape.classes;
	struct target to = cpu_target(c, WEIGHTS_HEAD, panel * classes * columns);
	struct factor d = {
		.a = c->logits,
		.step = c->logit_stride,
		.tile_stride = c->kernels->rows,
		.rows = c->shape.classes,
		.depth = c->n,
	};

	c->kernels->update(&d, a, sample_stride, &to);
}

void cpu_update_head_bias(struct cpu *c)
{
	struct target to = cpu_target(c, WEIGHTS_HEAD_BIAS, 0);

	c->kernels->update_sum(c->logits, c->logit_stride, c->n, c->logit_stride, &to);
}
