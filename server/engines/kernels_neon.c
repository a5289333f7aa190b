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

typedef float vec __attribute__((vector_size(16), may_alias));
typedef int32_t ivec __attribute__((vector_size(16), may_alias));

static inline vec vec_sqrt(vec x)
{
	return (vec)vsqrtq_f32((float32x4_t)x);
}

static inline vec vec_max(vec a, vec b)
{
	return (vec)vmaxnmq_f32((float32x4_t)a, (float32x4_t)b);
}

/* A table look-up of bytes: 4 * index + 0 … 3. */
static inline vec vec_choose(const float *q, ivec which)
{
	ivec bytes = which * 0x04040404 + 0x03020100;
	return (vec)vqtbl1q_u8(vld1q_u8((const uint8_t *)q), (uint8x16_t)bytes);
}

static inline ivec ivec_select(ivec mask, ivec a, ivec b)
{
	return (ivec)vbslq_s32((uint32x4_t)mask, (int32x4_t)a, (int32x4_t)b);
}

#include "kernels_source.h"
