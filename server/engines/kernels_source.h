/* SPDX-License-Identifier: MIT */
/*
 * The kernels' source, included once by each kernels_*.c, which has defined
 *
 *	KERNELS              the table's name           ISA     its name for users
 *	LANES                floats in a vector
 *	TILE_ROWS            rows and vectors of the register tile of the products: enough
 *	TILE_VECTORS           accumulators to cover the latency of two multiply-adds a cycle
 *	HEAD_ROWS, HEAD_COLUMNS  the same for the head's dot products (samples x classes)
 *	vec, ivec            LANES floats, LANES int32_t
 *	vec_sqrt, vec_max    of each lane; max is a > b ? a : b
 *	vec_choose(q, i)     lane l is q[i[l]], i from 0 to 3
 *	ivec_select(m, a, b) a where m is -1, b where it is 0
 *
 * Vectors are the compilers' own (GCC and clang), multiply-adds come from contraction.
 * Tiles have their row count as a constant after inlining, so that accumulators live in
 * registers.  Each element is summed in one order, whatever the tile around it: a result
 * never depends on how samples or columns are divided.
 */
#include "kernels.h"

#include "trilane/banned.h"

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")

enum { PANEL = LANES * TILE_VECTORS };

INLINE vec load(const float *p)
{
	return *(const vec *)p;
}

INLINE void store(float *p, vec x)
{
	*(vec *)p = x;
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

/* Calls f(m, …) with m a constant. */
#if TILE_ROWS == 8
#define WITH_ROWS(m, f, ...) \
	switch (m) { \
	case 1: \
		f(1, __VA_ARGS__); \
		break; \
	case 2: \
		f(2, __VA_ARGS__); \
		break; \
	case 3: \
		f(3, __VA_ARGS__); \
		break; \
	case 4: \
		f(4, __VA_ARGS__); \
		break; \
	case 5: \
		f(5, __VA_ARGS__); \
		break; \
	case 6: \
		f(6, __VA_ARGS__); \
		break; \
	case 7: \
		f(7, __VA_ARGS__); \
		break; \
	default: \
		f(8, __VA_ARGS__); \
		break; \
	}
#elif TILE_ROWS == 6
#define WITH_ROWS(m, f, ...) \
	switch (m) { \
	case 1: \
		f(1, __VA_ARGS__); \
		break; \
	case 2: \
		f(2, __VA_ARGS__); \
		break; \
	case 3: \
		f(3, __VA_ARGS__); \
		break; \
	case 4: \
		f(4, __VA_ARGS__); \
		break; \
	case 5: \
		f(5, __VA_ARGS__); \
		break; \
	default: \
		f(6, __VA_ARGS__); \
		break; \
	}
#else
#error "TILE_ROWS is 6 or 8"
#endif

/* acc[i][v] += sum over k of a[i * a_row + k * a_step] * b[k * b_step + v] */
INLINE void tile_product(unsigned m, const float *a, size_t a_row, size_t a_step,
                         const float *b, size_t b_step, unsigned depth,
                         vec acc[TILE_ROWS][TILE_VECTORS])
{
	for (unsigned k = 0; k < depth; k++, a += a_step, b += b_step) {
		vec bv[TILE_VECTORS];
		UNROLL for (unsigned v = 0; v < TILE_VECTORS; v++) bv[v] =
			load(b + v * LANES);
		UNROLL for (unsigned i = 0; i < m; i++)
			UNROLL for (unsigned v = 0; v < TILE_VECTORS; v++) acc[i][v] +=
			a[i * a_row] * bv[v];
	}
}

INLINE void forward_tile(unsigned m, const float *x, size_t x_stride, const float *w,
                         unsigned depth, float *h)
{
	vec acc[TILE_ROWS][TILE_VECTORS];
	const float *bias = w + (size_t)depth * PANEL;

	UNROLL for (unsigned i = 0; i < m; i++)
		UNROLL for (unsigned v = 0; v < TILE_VECTORS; v++) acc[i][v] =
			load(bias + v * LANES);
	tile_product(m, x, x_stride, 1, w, PANEL, depth, acc);
	UNROLL for (unsigned i = 0; i < m; i++)
		UNROLL for (unsigned v = 0; v < TILE_VECTORS; v++)
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

INLINE void backward_tile(unsigned m, const float *d, size_t d_stride, const float *w,
                          unsigned classes, const float *a, size_t a_stride, float *da,
                          size_t da_stride)
{
	vec acc[TILE_ROWS][TILE_VECTORS] = {0};

	tile_product(m, d, d_stride, 1, w, PANEL, classes, acc);
	UNROLL for (unsigned i = 0; i < m; i++)
		UNROLL for (unsigned v = 0; v < TILE_VECTORS; v++)
	{
		ivec on = load(a + i * a_stride + v * LANES) > (vec){0};
		store(da + i * da_stride + v * LANES, keep(acc[i][v], on));
	}
}

static void head_backward(const float *d, size_t d_stride, unsigned samples,
                          const float *w, unsigned classes, const float *a,
                          size_t a_stride, float *da, size_t da_stride)
{
	unsigned tiles = (samples + TILE_ROWS - 1) / TILE_ROWS;

	for (unsigned t = 0; t < tiles; t++) {
		unsigned m = share(samples, tiles, t);
		WITH_ROWS(m, backward_tile, d, d_stride, w, classes, a, a_stride, da,
		          da_stride);
		d += m * d_stride;
		a += m * a_stride;
		da += m * da_stride;
	}
}

/* Adam's constants in vectors. */
struct adam_vec {
	vec rate_m, rate_v, alpha, epsilon;
};

INLINE vec splat(float x)
{
	return x - (vec){0};
}

INLINE struct adam_vec adam_vectors(const struct adam *s)
{
	return (struct adam_vec){splat(s->rate_m), splat(s->rate_v), splat(s->alpha),
	                         splat(s->epsilon)};
}

INLINE void adam(const struct adam_vec *s, vec g, float *w, float *m, float *v)
{
	vec mean = load(m), square = load(v);

	mean += (g - mean) * s->rate_m;
	square += (g * g - square) * s->rate_v;
	store(m, mean);
	store(v, square);
	store(w, load(w) - mean * s->alpha / (vec_sqrt(square) + s->epsilon));
}

/* N gradients to their target, from element AT on. */
INLINE void deliver(const float *g, size_t at, size_t n, const struct target *to)
{
	if (to->g) {
		for (size_t i = 0; i < n; i += LANES)
			store(to->g + at + i, load(g + i));
		return;
	}
	struct adam_vec s = adam_vectors(to->adam);
	for (size_t i = 0; i < n; i += LANES)
		adam(&s, load(g + i), to->w + at + i, to->m + at + i, to->v + at + i);
}

INLINE void gradient_tile(unsigned m, const float *a, size_t a_step, const float *b,
                          size_t b_step, unsigned depth, float *g)
{
	vec acc[TILE_ROWS][TILE_VECTORS] = {0};

	tile_product(m, a, 1, a_step, b, b_step, depth, acc);
	UNROLL for (unsigned i = 0; i < m; i++)
		UNROLL for (unsigned v = 0; v < TILE_VECTORS; v++)
			store(g + i * PANEL + v * LANES, acc[i][v]);
}

/* The gradient never reaches memory beyond the first cache: a tile of it is applied to the
 * weights while the next is being summed. */
static void update(const struct factor *f, const float *b, size_t b_stride,
                   const struct target *to)
{
	vec g[TILE_ROWS * TILE_VECTORS];
	const float *a = f->a;

	for (unsigned r = 0; r < f->rows; r += TILE_ROWS, a += f->tile_stride) {
		unsigned m = min_unsigned(f->rows - r, TILE_ROWS);
		WITH_ROWS(m, gradient_tile, a, f->step, b, b_stride, f->depth,
		          (float *)g);
		deliver((const float *)g, (size_t)r * PANEL, (size_t)m * PANEL, to);
	}
}

static void update_sum(const float *g, size_t stride, unsigned count, size_t n,
                       const struct target *to)
{
	for (size_t i = 0; i < n; i += LANES) {
		vec sum = {0};
		for (unsigned k = 0; k < count; k++)
			sum += load(g + k * stride + i);
		deliver((const float *)&sum, i, LANES, to);
	}
}

INLINE float sum_lanes(vec x)
{
	float sum = 0;
	for (unsigned l = 0; l < LANES; l++)
		sum += x[l];
	return sum;
}

/* M samples x N classes of dot products over all panels. */
INLINE void head_tile(unsigned m, unsigned n, const struct features *f, const float *a,
                      const float *w, size_t w_panel, const float *bias, float *logits,
                      size_t stride)
{
	vec acc[HEAD_ROWS][HEAD_COLUMNS] = {0};

	for (unsigned p = 0; p < f->panels; p++, a += f->panel_stride, w += w_panel) {
		UNROLL for (unsigned v = 0; v < PANEL; v += LANES)
		{
			vec av[HEAD_ROWS];
			UNROLL for (unsigned i = 0; i < m; i++) av[i] =
				load(a + i * f->sample_stride + v);
			UNROLL for (unsigned j = 0; j < n; j++)
			{
				vec wv = load(w + j * PANEL + v);
				UNROLL for (unsigned i = 0; i < m; i++) acc[i][j] +=
					av[i] * wv;
			}
		}
	}
	for (unsigned i = 0; i < m; i++)
		for (unsigned j = 0; j < n; j++)
			logits[i * stride + j] = sum_lanes(acc[i][j]) + bias[j];
}

static void head_forward(const struct features *f, const float *w, const float *bias,
                         unsigned classes, float *logits, size_t stride)
{
	size_t w_panel = (size_t)classes * PANEL;

	for (unsigned b = 0; b < f->samples; b += HEAD_ROWS) {
		const float *a = f->a + b * f->sample_stride;
		float *out = logits + b * stride;
		bool full = f->samples - b >= HEAD_ROWS;
		unsigned c = 0;

		for (; full && c + HEAD_COLUMNS <= classes; c += HEAD_COLUMNS)
			head_tile(HEAD_ROWS, HEAD_COLUMNS, f, a, w + c * PANEL, w_panel,
			          bias + c, out + c, stride);
		for (; full && c < classes; c++)
			head_tile(HEAD_ROWS, 1, f, a, w + c * PANEL, w_panel, bias + c,
			          out + c, stride);
		for (unsigned i = b; !full && i < f->samples; i++) {
			a = f->a + i * f->sample_stride;
			out = logits + i * stride;
			for (c = 0; c + HEAD_COLUMNS <= classes; c += HEAD_COLUMNS)
				head_tile(1, HEAD_COLUMNS, f, a, w + c * PANEL, w_panel,
				          bias + c, out + c, stride);
			for (; c < classes; c++)
				head_tile(1, 1, f, a, w + c * PANEL, w_panel, bias + c,
				          out + c, stride);
		}
	}
}

/* One 2x2 window: four outputs of one vector of filters, the kernel in registers. */
INLINE void conv_window(const float *x, unsigned width, const vec k[CONV_TAPS], vec bias,
                        float *a, int32_t *winner)
{
	vec acc[4] = {0};

	UNROLL for (unsigned r = 0; r < 4; r++) UNROLL for (unsigned c = 0; c < 4; c++)
		UNROLL for (unsigned o = 0; o < 4; o++)
	{
		unsigned tr = r - o / 2, tc = c - o % 2;
		if (tr < 3 && tc < 3)
			acc[o] += x[r * width + c] * k[tr * 3 + tc];
	}
	/* Relu first, so that what is no number loses as it does in the reference. */
	vec best = vec_max(acc[0], -bias);
	ivec which = {0};
	UNROLL for (int o = 1; o < 4; o++)
	{
		which = ivec_select(acc[o] > best, (ivec){0} + o, which);
		best = vec_max(acc[o], best);
	}
	store(a, best + bias);
	*(ivec *)winner = which;
}

static void conv_forward(const struct conv *c, const float *x, const float *w, float *a,
                         int32_t *winner)
{
	for (unsigned f = 0; f < c->filters; f += LANES) {
		vec k[CONV_TAPS], bias = load(w + CONV_TAPS * c->filters + f);
		UNROLL for (unsigned t = 0; t < CONV_TAPS; t++) k[t] =
			load(w + t * c->filters + f);
		size_t at = f;
		for (unsigned r = 0; r < c->pooled_height; r++) {
			const float *row = x + 2 * (size_t)r * c->width;
			for (unsigned i = 0; i < c->pooled_width; i++, at += c->filters)
				conv_window(row + 2 * (size_t)i, c->width, k, bias,
				            a + at, winner + at);
		}
	}
}

static void conv_backward(const struct conv *c, const float *quads, const float *da,
                          const int32_t *winner, float *g)
{
	size_t row_stride = (size_t)(c->width - 1) * CONV_QUAD;

	for (unsigned f = 0; f < c->filters; f += LANES) {
		vec sum[CONV_TAPS] = {0}, bias = {0};
		size_t at = f;
		for (unsigned r = 0; r < c->pooled_height; r++) {
			const float *q = quads + 2 * r * row_stride;
			for (unsigned i = 0; i < c->pooled_width; i++, at += c->filters) {
				vec d = load(da + at);
				ivec which = *(const ivec *)(winner + at);
				bias += d;
				UNROLL for (unsigned t = 0; t < CONV_TAPS; t++) sum[t] +=
					d * vec_choose(q + t / 3 * row_stride +
				                               t % 3 * CONV_QUAD,
				                       which);
				q += 2 * CONV_QUAD;
			}
		}
		UNROLL for (unsigned t = 0; t < CONV_TAPS; t++)
			store(g + t * c->filters + f, sum[t]);
		store(g + CONV_TAPS * c->filters + f, bias);
	}
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
