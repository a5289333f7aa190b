/* SPDX-License-Identifier: MIT */
/* Any other processor: what the compiler makes of C. */
#include "kernels.h"

#include "trilane/banned.h"

extern const struct kernels kernels_plain;

static bool always(void)
{
	return true;
}

const struct isa isa_table[] = {
	{&kernels_plain, always},
};
const unsigned isa_count = sizeof(isa_table) / sizeof(*isa_table);
