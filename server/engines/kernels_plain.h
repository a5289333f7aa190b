/* SPDX-License-Identifier: MIT */
/* The primitives of kernels_source.h in C alone, for any LANES. */
#define TILE_ROWS    6
#define TILE_VECTORS 2
#define HEAD_ROWS    2
#define HEAD_COLUMNS 5
#define CONV_VECTORS 2
#define HOLD(x)      (void)(x)

typedef float vec __attribute__((vector_size(LANES * 4), may_alias));
typedef int32_t ivec __attribute__((vector_size(LANES * 4), may_alias));

static inline vec vec_fma(vec a, vec b, vec c)
{
	return a * b + c;
}

static inline vec vec_sqrt(vec x)
{
	for (int l = 0; l < LANES; l++)
		x[l] = sqrtf(x[l]);
	return x;
}

static inline vec vec_divide(vec a, vec b)
{
	return a / b;
}

static inline vec vec_max(vec a, vec b)
{
	ivec first = a > b;
	return (vec)(((ivec)a & first) | ((ivec)b & ~first));
}

static inline float vec_sum(vec x)
{
	for (int half = LANES / 2; half; half /= 2)
		for (int l = 0; l < half; l++)
			x[l] += x[l + half];
	return x[0];
}

enum { SELECTOR_BASE = 0, SELECTOR_STEP = 1 };

static inline vec vec_choose(const float *q, ivec selector)
{
	vec x;
	for (int l = 0; l < LANES; l++)
		x[l] = q[selector[l]];
	return x;
}
