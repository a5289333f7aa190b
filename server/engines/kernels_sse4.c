/* SPDX-License-Identifier: MIT */
/* Kernels for SSE4.1, which every Mac with an Intel processor has and Rosetta offers: as
 * for any x86-64, but for the shuffle of bytes. */
#include <tmmintrin.h>

#define KERNELS kernels_sse4
#define ISA     "sse4"

#include "kernels_sse.h"

/* Byte numbers. */
enum { SELECTOR_BASE = 0x03020100, SELECTOR_STEP = 0x04040404 };

static inline vec vec_choose(const float *q, ivec selector)
{
	return (vec)_mm_shuffle_epi8(*(const __m128i *)q, (__m128i)selector);
}

#include "kernels_source.h"
