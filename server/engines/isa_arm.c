/* SPDX-License-Identifier: MIT */
/* Instruction sets of AArch64: NEON is part of the architecture. */
#include "kernels.h"

#include "trilane/banned.h"

extern const struct kernels kernels_neon;

static bool always(void)
{
	return true;
}

const struct isa isa_table[] = {
	{&kernels_neon, always},
};
const unsigned isa_count = sizeof(isa_table) / sizeof(*isa_table);
