/* SPDX-License-Identifier: MIT */
/*
 * xoshiro256** seeded by SplitMix64.  Integers only until the last step of rng_unit(),
 * which is exact: nothing here depends on how a machine rounds.
 */
#include "trilane/rng.h"

#include "trilane/banned.h"

static uint64_t splitmix64(uint64_t *x)
{
	uint64_t z = (*x += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void rng_init(struct rng *r, uint64_t seed, uint64_t stream)
{
	/* Seed and stream are mixed one after the other: neighbours in either end up far
	 * apart. */
	uint64_t x = seed;

	x = splitmix64(&x) ^ stream;
	for (int i = 0; i < 4; i++)
		r->s[i] = splitmix64(&x);
}

static uint64_t rotate_left(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

uint64_t rng_u64(struct rng *r)
{
	uint64_t *s = r->s;
	uint64_t result = rotate_left(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate_left(s[3], 45);
	return result;
}

uint32_t rng_below(struct rng *r, uint32_t bound)
{
	/* The upper 32 bits times the bound; the lower bits of the product decide
	 * nothing. */
	return (uint32_t)(((rng_u64(r) >> 32) * bound) >> 32);
}

int32_t rng_between(struct rng *r, int32_t low, int32_t high)
{
	return low + (int32_t)rng_below(r, (uint32_t)(high - low) + 1);
}

double rng_unit(struct rng *r)
{
	return (double)(rng_u64(r) >> 11) * 0x1p-53;
}

void rng_shuffle(struct rng *r, uint32_t *items, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = rng_below(r, (uint32_t)i);
		uint32_t item = items[i - 1];

		items[i - 1] = items[j];
		items[j] = item;
	}
}
