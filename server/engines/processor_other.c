/* SPDX-License-Identifier: MIT */
/* A processor of which nothing is known. */
#include "processor.h"

#include "trilane/banned.h"

uint64_t processor_flush_to_zero(void)
{
	return 0;
}

void processor_restore(uint64_t mode)
{
	(void)mode;
}

void processor_pause(void)
{
}
