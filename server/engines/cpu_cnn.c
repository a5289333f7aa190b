/* SPDX-License-Identifier: MIT */
/*
 * The CNN on the cpu engine.  A sample's way through the convolution and back needs no
 * other sample, so a member owns samples up to the convolution's gradients (kept a sample
 * each, they are few), and in a second loop panels of the head's weights.
 */
#include <string.h>

#include "cpu.h"

#include "trilane/banned.h"

/* Samples that a member takes at once: the head's weights are read once for them, and
 * what is theirs still fits the second cache. */
enum { BLOCK = 4, PANELS = 16 /* of the head, at once */ };

static void cnn_layout(struct cpu *c, struct carver *carver)
{
	struct cnn *cnn = &c->u.cnn;
	const struct model_shape *s = &c->shape;
	size_t members = team_size(c->team), panel = c->kernels->panel;
	unsigned filters = (unsigned)round_up(s->filters, panel);

	cnn->conv =
		(struct conv){s->width, (s->height - 2) / 2, (s->width - 2) / 2, filters};
	cnn->stride = round_up((size_t)cnn->conv.pooled_height * cnn->conv.pooled_width *
	                               filters,
	                       panel);
	cnn->kernel_size = (size_t)CONV_ROWS * filters;
	cnn->quads = (s->height - 1) * (s->width - 1);
	c->panels = (unsigned)(cnn->stride / panel);
	c->weights[WEIGHTS_FIRST].size = cnn->kernel_size;
	cnn->a = carve(carver, cnn->stride * c->piece);
	cnn->da = carve(carver, cnn->stride * BLOCK * members);
	cnn->winners = (int32_t *)(void *)carve(carver, cnn->stride * BLOCK * members);
	cnn->quads_x = carve(carver, (size_t)cnn->quads * CONV_QUAD * members);
	cnn->dk = carve(carver, cnn->kernel_size * c->piece);
}

static size_t cnn_first_place(const struct cpu *c, int i, size_t e)
{
	size_t panel = c->kernels->panel, f = e % c->shape.filters;
	size_t tap = i ? CONV_TAPS : e / c->shape.filters;

	return (f / panel * CONV_ROWS + tap) * panel + f % panel;
}

static size_t cnn_head_column(const struct cpu *c, size_t k)
{
	return k / c->shape.filters * c->u.cnn.conv.filters + k % c->shape.filters;
}

/* Two pixels beside each other, moved as one. */
typedef double two __attribute__((aligned(4), may_alias));
typedef double quad __attribute__((vector_size(16), may_alias));

/* The 2x2 neighbourhood of each pixel.  (Sizes are copied: as far as the compiler knows,
 * a store of pixels might change the shape.) */
static void gather_quads(const struct model_shape *s, const float *x, float *q)
{
	const unsigned width = s->width, height = s->height;

	for (unsigned r = 0; r + 1 < height; r++, x += width)
		for (unsigned i = 0; i + 1 < width; i++, q += CONV_QUAD) {
			two above = *(const two *)(const void *)(x + i);
			two below = *(const two *)(const void *)(x + i + width);
			*(quad *)(void *)q = (quad){above, below};
		}
}

/* Where a block's features go: kept for the head's gradient, which wants them of all
 * samples, or else where the member's next block will overwrite them. */
static float *features_of(const struct cpu *c, unsigned member, unsigned begin)
{
	const struct cnn *cnn = &c->u.cnn;

	if (c->kind == STEP_FORWARD)
		return cnn->da + cnn->stride * BLOCK * member;
	return cnn->a + begin * cnn->stride;
}

static void backward_block(struct cpu *c, unsigned member, const struct features *f,
                           unsigned begin, unsigned end)
{
	struct cnn *cnn = &c->u.cnn;
	const struct kernels *k = c->kernels;
	float *da = cnn->da + cnn->stride * BLOCK * member;
	const int32_t *winners = cnn->winners + cnn->stride * BLOCK * member;
	float *quads = cnn->quads_x + (size_t)cnn->quads * CONV_QUAD * member;

	k->head_backward(c->logits + begin * c->logit_stride, c->logit_stride,
	                 c->weights[WEIGHTS_HEAD].w, c->shape.classes, f, da);
	for (unsigned b = begin; b < end; b++) {
		gather_quads(&c->shape, c->x + b * model_inputs(&c->shape), quads);
		k->conv_backward(&cnn->conv, quads, da, winners,
		                 cnn->dk + b * cnn->kernel_size);
		da += cnn->stride;
		winners += cnn->stride;
	}
}

static void do_block(struct cpu *c, unsigned member, unsigned begin, unsigned end)
{
	struct cnn *cnn = &c->u.cnn;
	float *a = features_of(c, member, begin);
	struct features f = {
		.a = a,
		.sample_stride = cnn->stride,
		.panel_stride = c->kernels->panel,
		.samples = end - begin,
		.panels = c->panels,
	};
	int32_t *winners = cnn->winners + cnn->stride * BLOCK * member;

	for (unsigned b = begin; b < end; b++, a += cnn->stride, winners += cnn->stride)
		c->kernels->conv_forward(&cnn->conv, c->x + b * model_inputs(&c->shape),
		                         c->weights[WEIGHTS_FIRST].w, a, winners);
	cpu_logits(c, &f, begin);
	if (c->kind == STEP_FORWARD)
		return;
	cpu_softmax(c, begin, end);
	backward_block(c, member, &f, begin, end);
}

static void update_kernel(struct cpu *c)
{
	struct cnn *cnn = &c->u.cnn;
	struct target to = cpu_target(c, WEIGHTS_FIRST, 0);

	c->kernels->update_sum(cnn->dk, cnn->kernel_size, c->n, cnn->kernel_size, &to);
}

static void do_samples(void *context, unsigned member, unsigned begin, unsigned end)
{
	for (unsigned b = begin; b < end; b += BLOCK)
		do_block(context, member, b, end - b < BLOCK ? end : b + BLOCK);
}

static void do_panels(void *context, unsigned member, unsigned begin, unsigned end)
{
	struct cpu *c = context;
	const struct cnn *cnn = &c->u.cnn;

	(void)member;
	for (unsigned p = begin; p < end; p++)
		cpu_update_head(c, p, cnn->a + p * c->kernels->panel, cnn->stride);
	if (!begin) {
		update_kernel(c);
		cpu_update_head_bias(c);
	}
}

static void cnn_step(struct cpu *c)
{
	unsigned fair = c->n / team_size(c->team);

	team_for(c->team, c->n,
	         fair < 1       ? 1
	         : fair < BLOCK ? fair
	                        : BLOCK,
	         do_samples, c);
	if (c->kind != STEP_FORWARD)
		team_for(c->team, c->panels, PANELS, do_panels, c);
}

const struct cpu_model cpu_cnn = {
	.piece_forward = 128,
	.piece_train = 128,
	.layout = cnn_layout,
	.step = cnn_step,
	.first_place = cnn_first_place,
	.head_column = cnn_head_column,
};
