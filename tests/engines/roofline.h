/* SPDX-License-Identifier: MIT */
/*
 * What the machine could do: multiply-adds in registers, and bytes from memory.
 *
 * peak.c is compiled once for each instruction set (CMakeLists.txt), peaks_*.c has the
 * table.
 */
#ifndef TESTS_ENGINES_ROOFLINE_H
#define TESTS_ENGINES_ROOFLINE_H

#include <stdint.h>

struct peak {
	const char *isa;
	unsigned flop; /* a round */
	float (*run)(unsigned rounds);
};
extern const struct peak *const peaks[]; /* NULL behind the last */

/* GFLOP/s of all THREADS together; 0 if this build has no such ISA. */
double roofline_peak(const char *isa, unsigned threads, uint64_t duration_ns);
/* GB/s of a[i] = b[i] + s * c[i] over arrays that no cache holds. */
double roofline_triad(unsigned threads, uint64_t duration_ns);

#endif
