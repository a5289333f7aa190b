/* SPDX-License-Identifier: MIT */
/*
 * The most multiply-adds a core does: CHAINS of them that wait for nothing but
 * themselves, in registers.  PEAK, ISA, LANES and CHAINS come from CMakeLists.txt.
 */
#include "roofline.h"

#include "trilane/banned.h"

typedef float vec __attribute__((vector_size(LANES * 4)));

static float run(unsigned rounds)
{
	vec acc[CHAINS], a, b;

	for (int i = 0; i < LANES; i++) {
		a[i] = 0.999f;
		b[i] = 0.001f;
	}
	for (int i = 0; i < CHAINS; i++)
		acc[i] = b * (float)i;
	for (unsigned r = 0; r < rounds; r++) {
#pragma GCC unroll 24
		for (int i = 0; i < CHAINS; i++)
			acc[i] = acc[i] * a + b;
	}
	for (int i = 1; i < CHAINS; i++)
		acc[0] += acc[i];
	return acc[0][0];
}

const struct peak PEAK = {ISA, CHAINS *LANES * 2, run};
