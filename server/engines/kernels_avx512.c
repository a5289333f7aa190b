/* SPDX-License-Identifier: MIT */
/* Kernels for AVX-512F: thirty-two registers of sixteen floats. */
#include <float.h>
#include <immintrin.h>
#include <stdint.h>

#define KERNELS      kernels_avx512
#define ISA          "avx512"
#define LANES        16
#define TILE_ROWS    8
#define TILE_VECTORS 2
#define HEAD_ROWS    4
#define HEAD_COLUMNS 5
#define CONV_VECTORS 2
/* GCC would load a weight of the head once a sample. */
#ifdef __clang__
#define HOLD(x) (void)(x)
#else
#define HOLD(x) __asm__("" : "+v"(x))
#endif

typedef float vec __attribute__((vector_size(64), may_alias));
typedef int32_t ivec __attribute__((vector_size(64), may_alias));

static inline vec vec_fma(vec a, vec b, vec c)
{
	return _mm512_fmadd_ps(a, b, c);
}

static inline vec vec_sqrt(vec x)
{
	return _mm512_sqrt_ps(x);
}

/* An estimate and one step of Newton's: the unit that divides is busy with square roots.
 * By infinity the step would give no number; by the largest float it gives 0. */
static inline vec vec_divide(vec a, vec b)
{
	vec finite = _mm512_min_ps(_mm512_set1_ps(FLT_MAX), b);
	vec r = _mm512_rcp14_ps(finite);
	vec error = vec_fma(-finite, r, _mm512_set1_ps(1));
	return a * vec_fma(r, error, r);
}

static inline vec vec_max(vec a, vec b)
{
	return _mm512_max_ps(a, b);
}

static inline float vec_sum(vec x)
{
	return _mm512_reduce_add_ps(x);
}

enum { SELECTOR_BASE = 0, SELECTOR_STEP = 1 };

static inline vec vec_choose(const float *q, ivec selector)
{
	__m512 quad = _mm512_broadcast_f32x4(_mm_load_ps(q));
	return (vec)_mm512_permutevar_ps(quad, (__m512i)selector);
}

#include "kernels_source.h"
