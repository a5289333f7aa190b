/* SPDX-License-Identifier: MIT */
/* The models as products of matrices. */
#include <string.h>

#include "blas.h"

#include "trilane/banned.h"

/* c[m][n] = a[m][k] b[k][n] + beta c */
static void multiply(const struct blas *b, unsigned m, unsigned n, unsigned k,
                     const float *left, const float *right, float beta, float *c)
{
	b->library.sgemm(BLAS_ROW_MAJOR, BLAS_AS_IS, BLAS_AS_IS, (int)m, (int)n, (int)k,
	                 1, left, (int)k, right, (int)n, beta, c, (int)n);
}

/* c[m][n] = a[k][m]^T b[k][n] + beta c */
static void multiply_transposed(const struct blas *b, unsigned m, unsigned n, unsigned k,
                                const float *left, const float *right, float beta,
                                float *c)
{
	b->library.sgemm(BLAS_ROW_MAJOR, BLAS_TRANSPOSED, BLAS_AS_IS, (int)m, (int)n,
	                 (int)k, 1, left, (int)m, right, (int)n, beta, c, (int)n);
}

/* c[m][n] = a[m][k] b[n][k]^T */
static void multiply_by_transposed(const struct blas *b, unsigned m, unsigned n,
                                   unsigned k, const float *left, const float *right,
                                   float *c)
{
	b->library.sgemm(BLAS_ROW_MAJOR, BLAS_AS_IS, BLAS_TRANSPOSED, (int)m, (int)n,
	                 (int)k, 1, left, (int)k, right, (int)k, 0, c, (int)n);
}

static void fill_rows(float *y, const float *row, size_t rows, size_t columns)
{
	for (size_t r = 0; r < rows; r++)
		memcpy(y + r * columns, row, columns * sizeof(*y));
}

static void add_rows(float *sum, const float *y, size_t rows, size_t columns)
{
	for (size_t r = 0; r < rows; r++)
		for (size_t c = 0; c < columns; c++)
			sum[c] += y[r * columns + c];
}

static void sum_rows(float *sum, const float *y, size_t rows, size_t columns)
{
	memset(sum, 0, columns * sizeof(*sum));
	add_rows(sum, y, rows, columns);
}

static void relu(float *y, size_t n)
{
	for (size_t i = 0; i < n; i++)
		y[i] = y[i] > 0 ? y[i] : 0;
}

/* x[n][height][width] as patches[n][position][9]. */
static void write_patches(struct blas *b, const float *x, unsigned n)
{
	const struct model_shape *s = &b->shape;
	float *p = b->patches;

	for (unsigned i = 0; i < n; i++, x += b->inputs)
		for (unsigned r = 0; r + 2 < s->height; r++)
			for (unsigned c = 0; c + 2 < s->width; c++)
				for (unsigned t = 0; t < 3; t++, p += 3)
					memcpy(p, x + (r + t) * s->width + c,
					       3 * sizeof(*p));
}

/* Where window (R, C)'s output O lies in a sample's y. */
static size_t window_offset(const struct blas *b, unsigned r, unsigned c, unsigned o)
{
	size_t columns = b->shape.width - 2;

	return ((2 * r + o / 2) * columns + 2 * c + o % 2) * b->shape.filters;
}

/* One window of all filters: the first of the largest. */
static void pool_window(const struct blas *b, const float *y, unsigned r, unsigned c,
                        float *a, uint8_t *winner)
{
	unsigned filters = b->shape.filters;

	memcpy(a, y + window_offset(b, r, c, 0), filters * sizeof(*a));
	memset(winner, 0, filters);
	for (unsigned o = 1; o < 4; o++) {
		const float *from = y + window_offset(b, r, c, o);
		for (unsigned f = 0; f < filters; f++) {
			bool larger = from[f] > a[f];
			a[f] = larger ? from[f] : a[f];
			winner[f] = larger ? (uint8_t)o : winner[f];
		}
	}
}

/* A block of samples through convolution, relu and pooling. */
static void conv_forward(struct blas *b, const float *x, unsigned n, float *a,
                         uint8_t *winners)
{
	const struct model_shape *s = &b->shape;
	size_t size = (size_t)b->positions * s->filters;

	write_patches(b, x, n);
	fill_rows(b->y, b->weights[1].w, (size_t)n * b->positions, s->filters);
	multiply(b, n * b->positions, s->filters, 9, b->patches, b->weights[0].w, 1,
	         b->y);
	relu(b->y, n * size);
	for (unsigned i = 0; i < n; i++)
		for (unsigned r = 0; r < (s->height - 2) / 2; r++)
			for (unsigned c = 0; c < (s->width - 2) / 2; c++) {
				pool_window(b, b->y + i * size, r, c, a, winners);
				a += s->filters;
				winners += s->filters;
			}
}

/* The convolution's gradients of a block, added up. */
static void conv_backward(struct blas *b, const float *x, unsigned n, const float *da,
                          const uint8_t *winners)
{
	const struct model_shape *s = &b->shape;
	size_t size = (size_t)b->positions * s->filters;

	write_patches(b, x, n);
	memset(b->y, 0, n * size * sizeof(*b->y));
	for (unsigned i = 0; i < n; i++)
		for (unsigned r = 0; r < (s->height - 2) / 2; r++)
			for (unsigned c = 0; c < (s->width - 2) / 2; c++)
				for (unsigned f = 0; f < s->filters; f++)
					b->y[i * size +
					     window_offset(b, r, c, *winners++) + f] =
						*da++;
	multiply_transposed(b, 9, s->filters, n * b->positions, b->patches, b->y, 1,
	                    b->weights[0].g);
	add_rows(b->weights[1].g, b->y, (size_t)n * b->positions, s->filters);
}

void blas_forward(struct blas *b, const float *x, unsigned n)
{
	const struct blas_weights *w = b->weights;

	if (b->shape.family == FAMILY_MLP) {
		fill_rows(b->a, w[1].w, n, b->features);
		multiply(b, n, b->features, b->inputs, x, w[0].w, 1, b->a);
		relu(b->a, (size_t)n * b->features);
	}
	for (unsigned i = 0; b->shape.family == FAMILY_CNN && i < n; i += BLAS_BLOCK) {
		size_t at = (size_t)i * b->features;
		conv_forward(b, x + (size_t)i * b->inputs,
		             n - i < BLAS_BLOCK ? n - i : BLAS_BLOCK, b->a + at,
		             b->winners + at);
	}
	fill_rows(b->z, w[3].w, n, b->shape.classes);
	multiply(b, n, b->shape.classes, b->features, b->a, w[2].w, 1, b->z);
}

void blas_backward(struct blas *b, const float *x, unsigned n)
{
	struct blas_weights *w = b->weights;
	size_t size = (size_t)n * b->features;

	sum_rows(w[3].g, b->z, n, b->shape.classes);
	multiply_transposed(b, b->features, b->shape.classes, n, b->a, b->z, 0, w[2].g);
	multiply_by_transposed(b, n, b->features, b->shape.classes, b->z, w[2].w, b->da);
	for (size_t i = 0; i < size; i++)
		b->da[i] = b->a[i] > 0 ? b->da[i] : 0;
	if (b->shape.family == FAMILY_MLP) {
		sum_rows(w[1].g, b->da, n, b->features);
		multiply_transposed(b, b->inputs, b->features, n, x, b->da, 0, w[0].g);
		return;
	}
	memset(w[0].g, 0, w[0].size * sizeof(float));
	memset(w[1].g, 0, w[1].size * sizeof(float));
	for (unsigned i = 0; i < n; i += BLAS_BLOCK) {
		size_t at = (size_t)i * b->features;
		conv_backward(b, x + (size_t)i * b->inputs,
		              n - i < BLAS_BLOCK ? n - i : BLAS_BLOCK, b->da + at,
		              b->winners + at);
	}
}
