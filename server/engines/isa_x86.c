/* SPDX-License-Identifier: MIT */
/* Instruction sets of x86-64, best first. */
#include "kernels.h"
#include "processor.h"

#include "trilane/banned.h"

extern const struct kernels kernels_avx512, kernels_avx2, kernels_sse4, kernels_sse2;

static bool always(void)
{
	return true;
}

const struct isa isa_table[] = {
	{&kernels_avx512, processor_has_avx512},
	{&kernels_avx2, processor_has_avx2},
	{&kernels_sse4, processor_has_sse4},
	{&kernels_sse2, always},
};
const unsigned isa_count = sizeof(isa_table) / sizeof(*isa_table);
