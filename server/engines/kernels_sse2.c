/* SPDX-License-Identifier: MIT */
/* Kernels for any x86-64: sixteen registers of four floats, no fused multiply-add. */
#include <emmintrin.h>
#include <stdint.h>

#define KERNELS      kernels_sse2
#define ISA          "sse2"
#define LANES        4
#define TILE_ROWS    6
#define TILE_VECTORS 2
#define HEAD_ROWS    2
#define HEAD_COLUMNS 5

typedef float vec __attribute__((vector_size(16), may_alias));
typedef int32_t ivec __attribute__((vector_size(16), may_alias));

static inline vec vec_sqrt(vec x)
{
	return _mm_sqrt_ps(x);
}

static inline vec vec_max(vec a, vec b)
{
	return _mm_max_ps(a, b);
}

static inline vec vec_choose(const float *q, ivec which)
{
	return (vec){q[which[0]], q[which[1]], q[which[2]], q[which[3]]};
}

static inline ivec ivec_select(ivec mask, ivec a, ivec b)
{
	return (a & mask) | (b & ~mask);
}

#include "kernels_source.h"
