/* SPDX-License-Identifier: MIT */
/*
 * The kernels' source, included once by each kernels_*.c, which has defined
 *
 *	KERNELS              the table's name           ISA     its name for users
 *	LANES                floats in a vector
 *	TILE_ROWS            rows and vectors of the register tile of the products: enough
 *	TILE_VECTORS           accumulators for the latency of two multiply-adds a cycle
 *	HEAD_ROWS, HEAD_COLUMNS  the same for the head's dot products (samples x classes)
 *	CONV_VECTORS         of filters at once in the convolution
 *	vec, ivec            LANES floats, LANES int32_t
 *	vec_sqrt, vec_max    of each lane; max is a > b ? a : b
 *	vec_fma(a, b, c)     a * b + c, fused where the set can; by name, since compilers
 *	                     that fuse as they like differ from loop to loop
 *	vec_divide(a, b)     a / b to two units, for B from 1e-7 on
 *	vec_sum              of the lanes
 *	HOLD(x)              a hint, which may be nothing: load X, a vector, here and once
 *	vec_choose(q, s)     of each lane, one of the four floats at Q: number I for S =
 *	                       SELECTOR_BASE + I * SELECTOR_STEP
 *
 * Vectors are the compilers' own (GCC and clang).
 * Tiles have their row count as a constant after inlining, so that accumulators live in
 * registers.  Each element is summed in one order, whatever the tile around it: a result
 * never depends on how samples or columns are divided.
 */
#include "kernels.h"

#include "trilane/banned.h"

#define INLINE static inline __attribute__((always_inline))
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
/* A loop of a constant, small number of rounds. */
#define for_each(i, n) UNROLL for (unsigned i = 0; i < (n); i++)

enum {
	PANEL = LANES * TILE_VECTORS,
	/* The head takes its inputs in pieces whose weights stay in the first cache. */
	HEAD_BLOCK = 8, /* samples */
	HEAD_CLASSES = 4 * HEAD_COLUMNS,
	HEAD_CHUNK = 384 / PANEL, /* panels of a piece */
};

INLINE vec load(const float *p)
{
	return *(const vec *)p;
}

INLINE void store(float *p, vec x)
{
	*(vec *)p = x;
}

INLINE vec splat(float x)
{
	return x - (vec){0};
}

INLINE unsigned min_unsigned(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* x where mask is -1, else 0. */
INLINE vec keep(vec x, ivec mask)
{
	return (vec)((ivec)x & mask);
}

/* Rows of tile I when ROWS are divided evenly into COUNT tiles. */
INLINE unsigned share(unsigned rows, unsigned count, unsigned i)
{
	return rows / count + (i < rows % count);
}

/* clang-format off */
#define ROWS_CASE(m, f, ...) case m: f(m, __VA_ARGS__); break;
#if TILE_ROWS == 8
#define ROWS_7_8(f, ...) ROWS_CASE(7, f, __VA_ARGS__) ROWS_CASE(8, f, __VA_ARGS__)
#elif TILE_ROWS == 6
#define ROWS_7_8(f, ...)
#else
#error "TILE_ROWS is 6 or 8"
#endif
/* Calls f(m, …) with m a constant; nothing for m = 0. */
#define WITH_ROWS(m, f, ...) \
	switch (m) { \
	ROWS_CASE(1, f, __VA_ARGS__) \
	ROWS_CASE(2, f, __VA_ARGS__) \
	ROWS_CASE(3, f, __VA_ARGS__) \
	ROWS_CASE(4, f, __VA_ARGS__) \
	ROWS_CASE(5, f, __VA_ARGS__) \
	ROWS_CASE(6, f, __VA_ARGS__) \
	ROWS_7_8(f, __VA_ARGS__) \
	}
/* clang-format on */

/* acc[i][v] += a[i * a_row] * b[v] */
INLINE void tile_round(unsigned m, const float *a, size_t a_row, const float *b,
                       vec acc[TILE_ROWS][TILE_VECTORS])
{
	vec bv[TILE_VECTORS];

	for_each (v, TILE_VECTORS)
		bv[v] = load(b + v * LANES);
	for_each (i, m)
		for_each (v, TILE_VECTORS)
			acc[i][v] = vec_fma(splat(a[i * a_row]), bv[v], acc[i][v]);
}

/* acc[i][v] += sum over k of a[i * a_row + k * a_step] * b[k * b_step + v] */
INLINE void tile_product(unsigned m, const float *a, size_t a_row, size_t a_step,
                         const float *b, size_t b_step, unsigned depth,
                         vec acc[TILE_ROWS][TILE_VECTORS])
{
	for (unsigned k = 0; k < depth; k++, a += a_step, b += b_step)
		tile_round(m, a, a_row, b, acc);
}

INLINE void forward_tile(unsigned m, const float *x, size_t x_stride, const float *w,
                         unsigned depth, float *h)
{
	vec acc[TILE_ROWS][TILE_VECTORS];
	const float *bias = w + (size_t)depth * PANEL;

	for_each (i, m)
		for_each (v, TILE_VECTORS)
			acc[i][v] = load(bias + v * LANES);
	tile_product(m, x, x_stride, 1, w, PANEL, depth, acc);
	for_each (i, m)
		for_each (v, TILE_VECTORS)
			store(h + i * PANEL + v * LANES, vec_max(acc[i][v], (vec){0}));
}

static void dense_forward(const float *x, size_t x_stride, unsigned samples,
                          const float *w, unsigned depth, float *h)
{
	unsigned tiles = (samples + TILE_ROWS - 1) / TILE_ROWS;

	for (unsigned t = 0; t < tiles; t++) {
		unsigned m = share(samples, tiles, t);
		WITH_ROWS(m, forward_tile, x, x_stride, w, depth, h);
		x += m * x_stride;
		h += m * PANEL;
	}
}

/* M samples of one panel: da = d w where a > 0. */
INLINE void backward_tile(unsigned m, const float *d, size_t d_stride, const float *w,
                          unsigned classes, const float *a, float *da, size_t stride)
{
	vec acc[TILE_ROWS][TILE_VECTORS] = {0};

	tile_product(m, d, d_stride, 1, w, PANEL, classes, acc);
	for_each (i, m)
		for_each (v, TILE_VECTORS) {
			ivec on = load(a + i * stride + v * LANES) > (vec){0};
			store(da + i * stride + v * LANES, keep(acc[i][v], on));
		}
}

INLINE void backward_panels(unsigned m, const float *d, size_t d_stride, const float *w,
                            unsigned classes, const struct features *f, const float *a,
                            float *da, unsigned panels)
{
	for (unsigned p = 0; p < panels; p++) {
		backward_tile(m, d, d_stride, w, classes, a, da, f->sample_stride);
		w += (size_t)classes * PANEL;
		a += f->panel_stride;
		da += f->panel_stride;
	}
}

static void head_backward(const float *d, size_t d_stride, const float *w,
                          unsigned classes, const struct features *f, float *da)
{
	unsigned tiles = (f->samples + TILE_ROWS - 1) / TILE_ROWS;

	for (unsigned p = 0; p < f->panels; p += HEAD_CHUNK) {
		unsigned panels = min_unsigned(f->panels - p, HEAD_CHUNK), b = 0;
		const float *wp = w + (size_t)p * classes * PANEL;
		for (unsigned t = 0; t < tiles; t++) {
			unsigned m = share(f->samples, tiles, t);
			size_t at = b * f->sample_stride + p * f->panel_stride;
			WITH_ROWS(m, backward_panels, d + b * d_stride, d_stride, wp,
			          classes, f, f->a + at, da + at, panels);
			b += m;
		}
	}
}

/* Adam's constants in vectors. */
struct adam_vectors {
	vec rate_m, rate_v, alpha, epsilon;
};

INLINE struct adam_vectors adam_splat(const struct adam *s)
{
	return (struct adam_vectors){splat(s->rate_m), splat(s->rate_v), splat(s->alpha),
	                             splat(s->epsilon)};
}

INLINE void adam_apply(const struct adam_vectors *s, vec g, const struct target *to,
                       size_t at)
{
	float *w = to->w + at, *m = to->m + at, *v = to->v + at;
	vec mean = load(m), square = load(v);

	mean = vec_fma(g - mean, s->rate_m, mean);
	square = vec_fma(vec_fma(g, g, -square), s->rate_v, square);
	store(m, mean);
	store(v, square);
	store(w, load(w) - vec_divide(mean * s->alpha, vec_sqrt(square) + s->epsilon));
}

/* A tile's gradients to element AT of their target. */
INLINE void deliver(unsigned m, vec acc[TILE_ROWS][TILE_VECTORS], const struct target *to,
                    size_t at)
{
	if (to->g) {
		for_each (i, m)
			for_each (v, TILE_VECTORS)
				store(to->g + at + i * PANEL + v * LANES, acc[i][v]);
		return;
	}
	struct adam_vectors s = adam_splat(to->adam);
	for_each (i, m)
		for_each (v, TILE_VECTORS)
			adam_apply(&s, acc[i][v], to, at + i * PANEL + v * LANES);
}

/* One tile of a weight gradient.  It never reaches memory, unless it is asked for. */
INLINE void gradient_tile(unsigned m, const float *a, size_t a_step, const float *b,
                          size_t b_step, unsigned depth, const struct target *to,
                          size_t at)
{
	vec acc[TILE_ROWS][TILE_VECTORS] = {0};

	if (to->sofar)
		for_each (i, m)
			for_each (v, TILE_VECTORS)
				acc[i][v] = load(to->sofar + at + i * PANEL + v * LANES);
	tile_product(m, a, 1, a_step, b, b_step, depth, acc);
	deliver(m, acc, to, at);
}

/* Whole tiles are a loop of their own, which is all that a compiler has to find registers
 * for. */
static __attribute__((noinline)) unsigned update_tiles(const struct factor *f,
                                                       const float *b, size_t b_stride,
                                                       const struct target *to)
{
	const struct target own = *to;
	const float *a = f->a;
	unsigned r = 0;

	for (; r + TILE_ROWS <= f->rows; r += TILE_ROWS, a += f->tile_stride)
		gradient_tile(TILE_ROWS, a, f->step, b, b_stride, f->depth, &own,
		              (size_t)r * PANEL);
	return r;
}

static void update(const struct factor *f, const float *b, size_t b_stride,
                   const struct target *to)
{
	unsigned r = update_tiles(f, b, b_stride, to);
	const float *a = f->a + r / TILE_ROWS * f->tile_stride;

	WITH_ROWS(f->rows - r, gradient_tile, a, f->step, b, b_stride, f->depth, to,
	          (size_t)r * PANEL);
}

static void update_sum(const float *g, size_t stride, unsigned count, size_t n,
                       const struct target *to)
{
	for (size_t i = 0; i < n; i += LANES) {
		vec sum = to->sofar ? load(to->sofar + i) : (vec){0};
		for (unsigned k = 0; k < count; k++)
			sum += load(g + k * stride + i);
		if (to->g) {
			store(to->g + i, sum);
		} else {
			struct adam_vectors s = adam_splat(to->adam);
			adam_apply(&s, sum, to, i);
		}
	}
}

/* M samples x N classes of dot products over some panels, added to SUM. */
INLINE void head_tile(unsigned m, unsigned n, const struct features *f, const float *a,
                      unsigned panels, const float *w, size_t w_panel,
                      vec sum[][HEAD_CLASSES], unsigned c)
{
	vec acc[HEAD_ROWS][HEAD_COLUMNS];

	for_each (i, m)
		for_each (j, n)
			acc[i][j] = sum[i][c + j];
	for (unsigned p = 0; p < panels; p++, a += f->panel_stride, w += w_panel)
		for_each (v, TILE_VECTORS) {
			vec av[HEAD_ROWS];
			for_each (i, m) {
				av[i] = load(a + i * f->sample_stride + v * LANES);
				HOLD(av[i]);
			}
			for_each (j, n) {
				vec wv = load(w + j * PANEL + v * LANES);
				HOLD(wv);
				for_each (i, m)
					acc[i][j] = vec_fma(av[i], wv, acc[i][j]);
			}
		}
	for_each (i, m)
		for_each (j, n)
			sum[i][c + j] = acc[i][j];
}

/* M samples and all of some classes over one piece of the panels. */
INLINE void head_piece(unsigned m, unsigned classes, const struct features *f,
                       const float *a, unsigned panels, const float *w, size_t w_panel,
                       vec sum[][HEAD_CLASSES])
{
	unsigned c = 0;

	for (; c + HEAD_COLUMNS <= classes; c += HEAD_COLUMNS)
		head_tile(m, HEAD_COLUMNS, f, a, panels, w + c * PANEL, w_panel, sum, c);
	for (; c < classes; c++)
		head_tile(m, 1, f, a, panels, w + c * PANEL, w_panel, sum, c);
}

/* Up to HEAD_BLOCK samples and HEAD_CLASSES classes: the weights are fetched from the
 * second cache in pieces that the first holds while the samples go by. */
static void head_block(const struct features *f, unsigned first, unsigned samples,
                       const float *w, size_t w_panel, const float *bias,
                       unsigned classes, float *logits, size_t stride)
{
	vec sum[HEAD_BLOCK][HEAD_CLASSES] = {0};

	for (unsigned p = 0; p < f->panels; p += HEAD_CHUNK) {
		unsigned panels = min_unsigned(f->panels - p, HEAD_CHUNK), i = 0;
		const float *a = f->a + first * f->sample_stride + p * f->panel_stride;
		const float *wp = w + p * w_panel;

		for (; i + HEAD_ROWS <= samples; i += HEAD_ROWS)
			head_piece(HEAD_ROWS, classes, f, a + i * f->sample_stride,
			           panels, wp, w_panel, sum + i);
		for (; i < samples; i++)
			head_piece(1, classes, f, a + i * f->sample_stride, panels, wp,
			           w_panel, sum + i);
	}
	for (unsigned i = 0; i < samples; i++)
		for (unsigned c = 0; c < classes; c++)
			logits[i * stride + c] = vec_sum(sum[i][c]) + bias[c];
}

static void head_forward(const struct features *f, const float *w, const float *bias,
                         unsigned classes, float *logits, size_t stride)
{
	for (unsigned b = 0; b < f->samples;
	     b += HEAD_BLOCK, logits += HEAD_BLOCK * stride)
		for (unsigned c = 0; c < classes; c += HEAD_CLASSES)
			head_block(f, b, min_unsigned(f->samples - b, HEAD_BLOCK),
			           w + c * PANEL, (size_t)classes * PANEL, bias + c,
			           min_unsigned(classes - c, HEAD_CLASSES), logits + c,
			           stride);
}

/* The largest of four outputs, relu first so that what is no number loses as it does in
 * the reference.  The winner is the first that equals the largest, bit by bit: integers
 * are compared on ports that the products leave free.  Where none does, the result is 0
 * and any will do. */
INLINE void pool_window(const vec y[4], float *a, int32_t *winner)
{
	vec best = vec_max(y[0], (vec){0});
	for_each (o, 3)
		best = vec_max(y[o + 1], best);
	ivec first = (ivec)y[0] == (ivec)best;
	ivec second = (ivec)y[1] == (ivec)best;
	ivec third = (ivec)y[2] == (ivec)best;
	ivec steps = SELECTOR_STEP & ~third;
	steps = (steps + SELECTOR_STEP) & ~second;
	steps = (steps + SELECTOR_STEP) & ~first;
	store(a, best);
	*(ivec *)winner = steps + SELECTOR_BASE;
}

/* One 2x2 window of some vectors of filters: ROWS of the image from AT on. */
INLINE void conv_window(const float *const rows[4], size_t at, const float *w, float *a,
                        int32_t *winner)
{
	vec acc[CONV_VECTORS][4];

	for_each (v, CONV_VECTORS)
		for_each (o, 4)
			acc[v][o] = load(w + CONV_TAPS * PANEL + v * LANES);
	for_each (t, CONV_TAPS) {
		vec k[CONV_VECTORS];
		for_each (v, CONV_VECTORS)
			k[v] = load(w + t * PANEL + v * LANES);
		for_each (o, 4)
			for_each (v, CONV_VECTORS)
				acc[v][o] = vec_fma(
					splat(rows[t / 3 + o / 2][at + t % 3 + o % 2]),
					k[v], acc[v][o]);
	}
	for_each (v, CONV_VECTORS)
		pool_window(acc[v], a + v * LANES, winner + v * LANES);
}

static void conv_forward(const struct conv *c, const float *x, const float *w, float *a,
                         int32_t *winner)
{
	const size_t width = c->width, filters = c->filters;
	const unsigned height = c->pooled_height, columns = c->pooled_width;

	for (size_t f = 0; f < filters; f += CONV_VECTORS * LANES) {
		const float *k = w + f / PANEL * CONV_ROWS * PANEL + f % PANEL;
		size_t to = f;
		for (unsigned r = 0; r < height; r++) {
			const float *row = x + 2 * r * width;
			const float *const rows[] = {row, row + width, row + 2 * width,
			                             row + 3 * width};
			for (size_t i = 0; i < columns; i++, to += filters)
				conv_window(rows, 2 * i, k, a + to, winner + to);
		}
	}
}

/* One vector of filters: each lane's gradient goes to the patch of its winner. */
INLINE void conv_gradient(const struct conv *c, const float *quads, const float *da,
                          const int32_t *winner, float *g)
{
	const size_t row = (size_t)(c->width - 1) * CONV_QUAD, filters = c->filters;
	const unsigned height = c->pooled_height, columns = c->pooled_width;
	vec sum[CONV_ROWS] = {0};

	for (unsigned r = 0; r < height; r++, quads += 2 * row) {
		const float *q[] = {quads, quads + row, quads + 2 * row};
		for (size_t i = 0; i < columns; i++, da += filters, winner += filters) {
			vec d = load(da);
			ivec which = *(const ivec *)winner;
			for_each (t, CONV_TAPS) {
				const float *quad =
					q[t / 3] + (2 * i + t % 3) * CONV_QUAD;
				sum[t] = vec_fma(d, vec_choose(quad, which), sum[t]);
			}
			sum[CONV_TAPS] += d;
		}
	}
	for_each (t, CONV_ROWS)
		store(g + t * PANEL, sum[t]);
}

static void conv_backward(const struct conv *c, const float *quads, const float *da,
                          const int32_t *winner, float *g)
{
	for (size_t f = 0; f < c->filters; f += PANEL, g += CONV_ROWS * PANEL)
		for (size_t v = 0; v < PANEL; v += LANES)
			conv_gradient(c, quads, da + f + v, winner + f + v, g + v);
}

const struct kernels KERNELS = {
	.isa = ISA,
	.lanes = LANES,
	.panel = PANEL,
	.rows = TILE_ROWS,
	.dense_forward = dense_forward,
	.head_forward = head_forward,
	.head_backward = head_backward,
	.update = update,
	.update_sum = update_sum,
	.conv_forward = conv_forward,
	.conv_backward = conv_backward,
};
