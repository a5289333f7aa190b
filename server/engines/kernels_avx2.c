/* SPDX-License-Identifier: MIT */
/* Kernels for AVX2 and FMA: sixteen registers of eight floats. */
#include <float.h>
#include <immintrin.h>
#include <stdint.h>

#define KERNELS      kernels_avx2
#define ISA          "avx2"
#define LANES        8
#define TILE_ROWS    6
#define TILE_VECTORS 2
#define HEAD_ROWS    2
#define HEAD_COLUMNS 5
#define CONV_VECTORS 2
/* GCC would load a weight of the head once a sample. */
#ifdef __clang__
#define HOLD(x) (void)(x)
#else
#define HOLD(x) __asm__("" : "+x"(x))
#endif

typedef float vec __attribute__((vector_size(32), may_alias));
typedef int32_t ivec __attribute__((vector_size(32), may_alias));

static inline vec vec_fma(vec a, vec b, vec c)
{
	return _mm256_fmadd_ps(a, b, c);
}

static inline vec vec_sqrt(vec x)
{
	return _mm256_sqrt_ps(x);
}

/* An estimate and one step of Newton's: the unit that divides is busy with square roots.
 * By infinity the step would give no number; by the largest float it gives 0. */
static inline vec vec_divide(vec a, vec b)
{
	vec finite = _mm256_min_ps(_mm256_set1_ps(FLT_MAX), b);
	vec r = _mm256_rcp_ps(finite);
	vec error = vec_fma(-finite, r, _mm256_set1_ps(1));
	return a * vec_fma(r, error, r);
}

static inline vec vec_max(vec a, vec b)
{
	return _mm256_max_ps(a, b);
}

static inline float vec_sum(vec x)
{
	__m128 half = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
	__m128 pairs = _mm_add_ps(half, _mm_movehl_ps(half, half));
	return _mm_cvtss_f32(_mm_add_ss(pairs, _mm_movehdup_ps(pairs)));
}

/* Byte numbers: their shuffle finds a free port, that of floats delays products. */
enum { SELECTOR_BASE = 0x03020100, SELECTOR_STEP = 0x04040404 };

static inline vec vec_choose(const float *q, ivec selector)
{
	__m256i quad = _mm256_broadcastsi128_si256(*(const __m128i *)q);
	return (vec)_mm256_shuffle_epi8(quad, (__m256i)selector);
}

#include "kernels_source.h"
