/* SPDX-License-Identifier: MIT */
/*
 * Every kernel of one instruction set against loops that say what it should do, over
 * random shapes with odd tails, and with denormals, infinities and NaN among the numbers.
 *
 * No cmocka here: the same checks are linked for other architectures, whose libraries a
 * build machine does not have.
 */
#ifndef TESTS_ENGINES_KERNEL_CHECKS_H
#define TESTS_ENGINES_KERNEL_CHECKS_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels.h"

struct kernel_check {
	const char *name;
	/* false, with what went wrong on standard error. */
	bool (*run)(const struct kernels *k, uint64_t seed);
};
extern const struct kernel_check kernel_checks[];
extern const unsigned kernel_check_count;

/* Kernels of sixteen floats in plain C: the source at the width of AVX-512, wherever the
 * tests run. */
extern const struct kernels kernels_wide;

#endif
