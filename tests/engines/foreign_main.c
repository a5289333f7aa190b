/* SPDX-License-Identifier: MIT */
/*
 * The kernels' checks as a plain program, for a processor that the build machine has only
 * in a translator: linked without any library but the compiler's.
 */
#include <stdio.h>

#include "kernel_checks.h"
#include "processor.h"

#include "trilane/banned.h"

enum { SEEDS = 30 };

static unsigned count_failures(const struct kernels *k)
{
	unsigned failures = 0;

	for (unsigned i = 0; i < kernel_check_count; i++)
		for (uint64_t seed = 0; seed < SEEDS; seed++)
			if (!kernel_checks[i].run(k, seed)) {
				fprintf(stderr, "%s of %s failed, seed %u\n",
				        kernel_checks[i].name, k->isa, (unsigned)seed);
				failures++;
			}
	return failures;
}

int main(void)
{
	unsigned failures = 0;

	for (unsigned i = 0; i < isa_count; i++)
		failures += count_failures(isa_table[i].kernels);
	processor_flush_to_zero();
	printf("flushes to zero: %s\n", processor_flushes_to_zero() ? "yes" : "no");
	for (unsigned i = 0; i < isa_count; i++)
		failures += count_failures(isa_table[i].kernels);
	printf("%s: %u failures\n", isa_table[0].kernels->isa, failures);
	return failures != 0;
}
