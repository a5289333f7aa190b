/* SPDX-License-Identifier: MIT */
/* Kernels for any x86-64. */
#define KERNELS kernels_sse2
#define ISA     "sse2"

#include "kernels_sse.h"

enum { SELECTOR_BASE = 0, SELECTOR_STEP = 1 };

static inline vec vec_choose(const float *q, ivec selector)
{
	return (vec){q[selector[0]], q[selector[1]], q[selector[2]], q[selector[3]]};
}

#include "kernels_source.h"
