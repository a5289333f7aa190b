/* SPDX-License-Identifier: MIT */
/* The last layer, softmax and loss: the part that both models share. */
#include "cpu.h"
#include "softmax.h"

#include "trilane/banned.h"

struct target cpu_target(const struct cpu *c, int which, size_t offset)
{
	const struct weights *w = &c->weights[which];

	if (c->kind == STEP_GRADIENTS)
		return (struct target){.g = w->g + offset};
	return (struct target){.w = w->w + offset,
	                       .m = w->m + offset,
	                       .v = w->v + offset,
	                       .adam = &c->adam};
}

void cpu_head(struct cpu *c, const struct features *f, unsigned begin, unsigned end)
{
	float *z = c->logits + begin * c->logit_stride;

	c->kernels->head_forward(f, c->weights[WEIGHTS_HEAD].w,
	                         c->weights[WEIGHTS_HEAD_BIAS].w, c->shape.classes, z,
	                         c->logit_stride);
	if (c->kind == STEP_FORWARD)
		return;
	for (unsigned b = begin; b < end; b++, z += c->logit_stride)
		c->losses[b] = softmax_gradient(z, c->shape.classes, c->labels[b], c->n,
		                                &c->hits[b]);
}

void cpu_update_head(struct cpu *c, const struct features *f, unsigned panel)
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

	c->kernels->update(&d, f->a + panel * f->panel_stride, f->sample_stride, &to);
}

void cpu_update_head_bias(struct cpu *c)
{
	struct target to = cpu_target(c, WEIGHTS_HEAD_BIAS, 0);

	c->kernels->update_sum(c->logits, c->logit_stride, c->n, c->logit_stride, &to);
}
