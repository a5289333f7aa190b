/* SPDX-License-Identifier: MIT */
/* AArch64: the floating-point mode is FPCR. */
#include "processor.h"

#include "trilane/banned.h"

#define FLUSH (UINT64_C(1) << 24)

static uint64_t mode_get(void)
{
	uint64_t mode;

	__asm__ volatile("mrs %0, fpcr" : "=r"(mode));
	return mode;
}

void processor_restore(uint64_t mode)
{
	__asm__ volatile("msr fpcr, %0" : : "r"(mode));
}

uint64_t processor_flush_to_zero(void)
{
	uint64_t mode = mode_get();

	processor_restore(mode | FLUSH);
	return mode;
}

void processor_pause(void)
{
	__asm__ volatile("yield");
}
