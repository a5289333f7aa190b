/* SPDX-License-Identifier: MIT */
/* The last layer, softmax and loss: the part that both models share. */
#include <math.h>

#include "cpu.h"

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

/* From a sample's logits Z to their gradient in place; returns its loss. */
static float softmax_gradient(float *z, unsigned classes, unsigned label, unsigned n,
                              bool *hit)
{
	unsigned largest = 0;
	float sum = 0, loss, top;

	for (unsigned k = 1; k < classes; k++)
		if (z[k] > z[largest])
			largest = k;
	top = z[largest];
	loss = top - z[label];
	for (unsigned k = 0; k < classes; k++)
		sum += z[k] = expf(z[k] - top);
	for (unsigned k = 0; k < classes; k++)
		z[k] = (z[k] / sum - (k == label ? 1.0f : 0.0f)) / (float)n;
	*hit = largest == label;
	return loss + logf(sum);
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
