/* SPDX-License-Identifier: MIT */
/*
 * Random numbers that are the same everywhere: xoshiro256** (Blackman and Vigna,
 * https://prng.di.unimi.it/xoshiro256starstar.c), its state filled by SplitMix64 from a
 * seed and a stream.  Equal (seed, stream) give equal numbers on every architecture;
 * streams of one seed are independent, so that each image, epoch and weight array has its
 * own and none depends on what was drawn before.
 *
 * For experiments, not for secrets: those come from random_bytes() (id.h).
 */
#ifndef TRILANE_RNG_H
#define TRILANE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
	uint64_t s[4];
};

/* Streams in use; whatever counts (images, epochs) is added to its base. */
#define RNG_STREAM_WEIGHTS (UINT64_C(1) << 32)
#define RNG_STREAM_EPOCHS  (UINT64_C(2) << 32)
#define RNG_STREAM_TRAIN   (UINT64_C(3) << 32) /* images of the digits' training set */
#define RNG_STREAM_TEST    (UINT64_C(4) << 32)
#define RNG_STREAM_CHECKS  (UINT64_C(5) << 32)

void rng_init(struct rng *r, uint64_t seed, uint64_t stream);
uint64_t rng_u64(struct rng *r);
/* Uniform in 0 … BOUND - 1; BOUND at least 1.  By the product's upper half (Lemire,
 * https://arxiv.org/abs/1805.10941) without the rejection: the bias of a bound B is B /
 * 2^32. */
uint32_t rng_below(struct rng *r, uint32_t bound);
/* Uniform in LOW … HIGH, both included. */
int32_t rng_between(struct rng *r, int32_t low, int32_t high);
/* Uniform in [0, 1): the upper 53 bits. */
double rng_unit(struct rng *r);
/* Fisher and Yates' shuffle, last place first. */
void rng_shuffle(struct rng *r, uint32_t *items, size_t count);

#endif
