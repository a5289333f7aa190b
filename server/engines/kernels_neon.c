/* SPDX-License-Identifier: MIT */
/* Kernels for NEON, which every AArch64 processor has: thirty-two registers of four. */
#include <arm_neon.h>
#include <stdint.h>

#define KERNELS      kernels_neon
#define ISA          "neon"
#define LANES        4
#define TILE_ROWS    6
#define TILE_VECTORS 4
#define HEAD_ROWS    4
#define HEAD_COLUMNS 5
#define CONV_VECTORS 4
/* In this order: clang would load ahead for more than there are registers. */
#define HOLD(x) __asm__ volatile("" : "+w"(x))

typedef float vec __attribute__((vector_size(16), may_alias));
typedef int32_t ivec __attribute__((vector_size(16), may_alias));

static inline vec vec_fma(vec a, vec b, vec c)
{
	return (vec)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}

static inline vec vec_sqrt(vec x)
{
	return (vec)vsqrtq_f32((float32x4_t)x);
}

static inline vec vec_divide(vec a, vec b)
{
	return a / b;
}

static inline vec vec_max(vec a, vec b)
{
	return (vec)vmaxnmq_f32((float32x4_t)a, (float32x4_t)b);
}

static inline float vec_sum(vec x)
{
	return vaddvq_f32((float32x4_t)x);
}

/* Byte numbers, for a table look-up. */
enum { SELECTOR_BASE = 0x03020100, SELECTOR_STEP = 0x04040404 };

static inline vec vec_choose(const float *q, ivec selector)
{
	return (vec)vqtbl1q_u8(vld1q_u8((const uint8_t *)q), (uint8x16_t)selector);
}

#include "kernels_source.h"
