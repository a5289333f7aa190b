/* SPDX-License-Identifier: MIT */
/*
 * Drawing the order of lanes within blocks, from specified random numbers.
 */
#include "trilane/compare.h"

#include "trilane/banned.h"

/* https://prng.di.unimi.it/splitmix64.c */
static uint64_t splitmix64(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* Uniform in 0 … N - 1: values that would favour small ones are drawn again. */
static unsigned draw_below(uint64_t *state, unsigned n)
{
	uint64_t limit = UINT64_MAX - UINT64_MAX % n;
	uint64_t x;
	do {
		x = splitmix64(state);
	} while (x >= limit);
	return (unsigned)(x % n);
}

void compare_schedule(uint64_t seed, unsigned blocks, unsigned lanes, unsigned *order)
{
	for (unsigned block = 0; block < blocks; block++, order += lanes) {
		for (unsigned i = 0; i < lanes; i++)
			order[i] = i;
		for (unsigned i = lanes; i > 1; i--) {
			unsigned j = draw_below(&seed, i);
			unsigned moved = order[i - 1];
			order[i - 1] = order[j];
			order[j] = moved;
		}
	}
}
