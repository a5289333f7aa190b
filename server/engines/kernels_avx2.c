/* SPDX-License-Identifier: MIT */
/* Kernels for AVX2 and FMA: sixteen registers of eight floats. */
#include <immintrin.h>
#include <stdint.h>

#define KERNELS      kernels_avx2
#define ISA          "avx2"
#define LANES        8
#define TILE_ROWS    6
#define TILE_VECTORS 2
#define HEAD_ROWS    2
#define HEAD_COLUMNS 5

typedef float vec __attribute__((vector_size(32), may_alias));
typedef int32_t ivec __attribute__((vector_size(32), may_alias));

static inline vec vec_sqrt(vec x)
{
	return _mm256_sqrt_ps(x);
}

static inline vec vec_max(vec a, vec b)
{
	return _mm256_max_ps(a, b);
}

static inline vec vec_choose(const float *q, ivec which)
{
	return _mm256_permutevar_ps(_mm256_broadcast_ps((const __m128 *)q),
	                            (__m256i)which);
}

static inline ivec ivec_select(ivec mask, ivec a, ivec b)
{
	return (ivec)_mm256_blendv_ps((vec)b, (vec)a, (vec)mask);
}

#include "kernels_source.h"
