/* SPDX-License-Identifier: MIT */
/*
 * The kernels of the cpu engine: one table of functions an instruction set.
 *
 * The functions are kernels_source.h, compiled once for each row of the table in isa_*.c.
 * They work on one thread, allocate nothing, and know no layer sizes at compile time.
 *
 * A dense layer's weights lie in PANELS of `panel` columns: w[panel][row][column], so
 * that a product walks memory in one direction and a panel belongs to one thread.
 * Columns that fill up the last panel are zero and stay zero.  Pointers to panels,
 * activations and their gradients are aligned to a vector.
 *
 * The layer before the softmax (the head) has few classes and many inputs: its weights
 * are transposed, w[panel][class][column], the columns being its inputs.
 */
#ifndef ENGINES_KERNELS_H
#define ENGINES_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What Adam needs in one step; ALPHA has both bias corrections in it. */
struct adam {
	float rate_m, rate_v; /* 1 - beta */
	float alpha, epsilon;
};

/* Where a gradient goes: into a weight by Adam, or, if G is set, to G alone.  It is added
 * to SOFAR first, if that is set: the gradient of samples that came before. */
struct target {
	float *w, *m, *v;
	float *g;
	const float *sofar;
	const struct adam *adam;
};

/* The left factor of a weight gradient, transposed: element (row, k) of tile t lies at
 * a[t * tile_stride + k * step + row], a tile being `rows` rows. */
struct factor {
	const float *a;
	size_t step, tile_stride;
	unsigned rows;
	unsigned depth; /* samples */
};

/* The head's input: element (sample, panel, column) of ROWS samples lies at
 * a[sample * sample_stride + panel * panel_stride + column]. */
struct features {
	const float *a;
	size_t sample_stride, panel_stride;
	unsigned samples, panels;
};

/* A 3x3 convolution (valid), relu and 2x2 pooling of one image of WIDTH columns. */
struct conv {
	unsigned width;
	unsigned pooled_height, pooled_width;
	unsigned filters; /* filled up to panels */
};
enum { CONV_TAPS = 9, CONV_ROWS = CONV_TAPS + 1 /* the bias */, CONV_QUAD = 4 };

struct kernels {
	const char *isa;
	unsigned lanes; /* floats in a vector */
	unsigned panel; /* columns of a panel, a multiple of LANES */
	unsigned rows;  /* rows of a tile of struct factor */

	/* One panel of h = relu(x w + bias): x[samples][x_stride], w has DEPTH rows and
	 * the bias as one more, h[samples][panel]. */
	void (*dense_forward)(const float *x, size_t x_stride, unsigned samples,
	                      const float *w, unsigned depth, float *h);
	/* logits[samples][stride] = features w + bias. */
	void (*head_forward)(const struct features *f, const float *w, const float *bias,
	                     unsigned classes, float *logits, size_t stride);
	/* da = d w where a > 0, else 0, laid out as features; d[samples][d_stride]. */
	void (*head_backward)(const float *d, size_t d_stride, const float *w,
	                      unsigned classes, const struct features *f, float *da);
	/* One panel of a weight gradient, A^T B, with b[depth][b_stride]; to TO, whose
	 * arrays point at the panel. */
	void (*update)(const struct factor *factor, const float *b, size_t b_stride,
	               const struct target *to);
	/* The sum of g[count][stride] over COUNT for N elements (a multiple of LANES). */
	void (*update_sum)(const float *g, size_t stride, unsigned count, size_t n,
	                   const struct target *to);
	/* a[pixel][filters] of one image, and which output of each window won: selectors
	 * for conv_backward, their form the kernels' business.  Weights in panels of
	 * filters, w[panel][tap, then bias][filter]. */
	void (*conv_forward)(const struct conv *c, const float *x, const float *w,
	                     float *a, int32_t *winner);
	/* G, laid out as the weights, of one image from da[pixel][filters];
	 * quads[row][column] is the 2x2 neighbourhood of each pixel, WIDTH - 1 a row. */
	void (*conv_backward)(const struct conv *c, const float *quads, const float *da,
	                      const int32_t *winner, float *g);
};

/* A row of the table of instruction sets; isa_*.c, best first. */
struct isa {
	const struct kernels *kernels;
	bool (*supported)(void);
};
extern const struct isa isa_table[];
extern const unsigned isa_count;

/* The kernels called NAME, or the best that this processor has if NULL; NULL and an error
 * that lists what there is. */
struct error;
const struct kernels *isa_choose(const char *name, struct error *err);

#endif
