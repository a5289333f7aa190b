/* SPDX-License-Identifier: MIT */
/* What the sets of four floats on x86-64 share: sixteen registers, no fused product. */
#include <emmintrin.h>
#include <stdint.h>

#define LANES        4
#define TILE_ROWS    6
#define TILE_VECTORS 2
#define HEAD_ROWS    2
#define HEAD_COLUMNS 5
#define CONV_VECTORS 2
#define HOLD(x)      (void)(x)

typedef float vec __attribute__((vector_size(16), may_alias));
typedef int32_t ivec __attribute__((vector_size(16), may_alias));

static inline vec vec_fma(vec a, vec b, vec c)
{
	return a * b + c;
}

static inline vec vec_sqrt(vec x)
{
	return _mm_sqrt_ps(x);
}

static inline vec vec_divide(vec a, vec b)
{
	return a / b;
}

static inline vec vec_max(vec a, vec b)
{
	return _mm_max_ps(a, b);
}

static inline float vec_sum(vec x)
{
	__m128 pairs = _mm_add_ps(x, _mm_movehl_ps(x, x));
	return _mm_cvtss_f32(_mm_add_ss(pairs, _mm_shuffle_ps(pairs, pairs, 1)));
}
