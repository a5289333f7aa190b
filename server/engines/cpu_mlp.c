/* SPDX-License-Identifier: MIT */
/*
 * The MLP on the cpu engine.  A member owns panels of hidden units: their weights on both
 * sides, their activations and gradients.  Only the logits need everybody's units, so a
 * step is three loops that everybody shares, one after the other:
 *
 *	1. panels of hidden units
 *	2. samples: logits, softmax and its gradient
 *	3. panels: gradients, applied at once (from the input transposed, a small loop)
 *
 * The bias is the weight of a constant input 1: the last row of each panel.
 */
#include "cpu.h"

#include "trilane/banned.h"

/* Grains of the loops over samples and tiles; panels are taken one by one. */
enum { SAMPLES = 8, TILES = 16 };

static unsigned count_rows(const struct cpu *c)
{
	return (unsigned)model_inputs(&c->shape) + 1;
}

static unsigned count_tiles(const struct cpu *c)
{
	return (count_rows(c) + c->kernels->rows - 1) / c->kernels->rows;
}

static void mlp_layout(struct cpu *c, struct carver *carver)
{
	struct mlp *mlp = &c->u.mlp;
	unsigned panel = c->kernels->panel;

	c->panels = (c->shape.hidden + panel - 1) / panel;
	c->weights[WEIGHTS_FIRST].size = (size_t)c->panels * count_rows(c) * panel;
	mlp->x_transposed =
		carve(carver, (size_t)count_tiles(c) * c->kernels->rows * c->piece);
	mlp->h = carve(carver, (size_t)c->panels * panel * c->piece);
	mlp->dh = carve(carver, (size_t)team_size(c->team) * panel * c->piece);
}

static size_t mlp_first_place(const struct cpu *c, int i, size_t e)
{
	size_t panel = c->kernels->panel, rows = count_rows(c);
	size_t row = i ? rows - 1 : e / c->shape.hidden;
	size_t column = e % c->shape.hidden;

	return (column / panel * rows + row) * panel + column % panel;
}

static size_t mlp_head_column(const struct cpu *c, size_t k)
{
	(void)c;
	return k;
}

/* Tile T of the input's transpose: rows as columns of the tile, samples beneath. */
static void transpose_tile(const struct cpu *c, unsigned t)
{
	unsigned rows = c->kernels->rows, inputs = count_rows(c) - 1;
	float *out = c->u.mlp.x_transposed + (size_t)t * rows * c->n;
	unsigned m = inputs - t * rows < rows ? inputs - t * rows : rows;

	for (unsigned b = 0; b < c->n; b++, out += rows) {
		const float *x = c->x + (size_t)b * inputs + t * rows;
		for (unsigned i = 0; i < m; i++)
			out[i] = x[i];
		if (m < rows)
			out[m] = 1;
	}
}

static struct features mlp_features(const struct cpu *c, unsigned begin, unsigned end)
{
	size_t panel = c->kernels->panel;

	return (struct features){
		.a = c->u.mlp.h + begin * panel,
		.sample_stride = panel,
		.panel_stride = panel * c->n,
		.samples = end - begin,
		.panels = c->panels,
	};
}

static void forward_panel(const struct cpu *c, unsigned p)
{
	size_t panel = c->kernels->panel, inputs = count_rows(c) - 1;

	c->kernels->dense_forward(c->x, inputs, c->n,
	                          c->weights[WEIGHTS_FIRST].w + p * (inputs + 1) * panel,
	                          (unsigned)inputs, c->u.mlp.h + p * panel * c->n);
}

static void backward_panel(struct cpu *c, unsigned p, float *dh)
{
	const struct kernels *k = c->kernels;
	size_t panel = k->panel, rows = count_rows(c), classes = c->shape.classes;
	struct features own = mlp_features(c, 0, c->n);
	struct target first = cpu_target(c, WEIGHTS_FIRST, p * rows * panel);
	struct factor x = {
		.a = c->u.mlp.x_transposed,
		.step = k->rows,
		.tile_stride = (size_t)k->rows * c->n,
		.rows = (unsigned)rows,
		.depth = c->n,
	};

	own.a += p * own.panel_stride;
	own.panels = 1;
	k->head_backward(c->logits, c->logit_stride,
	                 c->weights[WEIGHTS_HEAD].w + p * classes * panel,
	                 c->shape.classes, &own, dh);
	cpu_update_head(c, p, own.a, own.sample_stride);
	k->update(&x, dh, panel, &first);
}

static void do_tiles(void *context, unsigned member, unsigned begin, unsigned end)
{
	(void)member;
	for (unsigned t = begin; t < end; t++)
		transpose_tile(context, t);
}

static void do_forward(void *context, unsigned member, unsigned begin, unsigned end)
{
	(void)member;
	for (unsigned p = begin; p < end; p++)
		forward_panel(context, p);
}

static void do_head(void *context, unsigned member, unsigned begin, unsigned end)
{
	struct cpu *c = context;
	struct features own = mlp_features(c, begin, end);

	(void)member;
	cpu_logits(c, &own, begin);
	if (c->kind != STEP_FORWARD)
		cpu_softmax(c, begin, end);
}

static void do_backward(void *context, unsigned member, unsigned begin, unsigned end)
{
	struct cpu *c = context;
	float *dh = c->u.mlp.dh + (size_t)member * c->kernels->panel * c->piece;

	for (unsigned p = begin; p < end; p++)
		backward_panel(c, p, dh);
	if (!begin)
		cpu_update_head_bias(c);
}

static void mlp_step(struct cpu *c)
{
	team_for(c->team, c->panels, 1, do_forward, c);
	team_for(c->team, c->n, SAMPLES, do_head, c);
	if (c->kind == STEP_FORWARD)
		return;
	team_for(c->team, count_tiles(c), TILES, do_tiles, c);
	team_for(c->team, c->panels, 1, do_backward, c);
}

const struct cpu_model cpu_mlp = {
	.piece_forward = 64,
	.piece_train = 1024,
	.layout = mlp_layout,
	.step = mlp_step,
	.first_place = mlp_first_place,
	.head_column = mlp_head_column,
};
