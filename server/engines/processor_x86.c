/* SPDX-License-Identifier: MIT */
/* x86-64: the floating-point mode is MXCSR. */
#include "processor.h"

#include <xmmintrin.h>

#include "trilane/banned.h"

enum { FLUSH_RESULTS = 1 << 15, FLUSH_OPERANDS = 1 << 6 };

uint64_t processor_flush_to_zero(void)
{
	unsigned mode = _mm_getcsr();

	_mm_setcsr(mode | FLUSH_RESULTS | FLUSH_OPERANDS);
	return mode;
}

void processor_restore(uint64_t mode)
{
	_mm_setcsr((unsigned)mode);
}

void processor_pause(void)
{
	_mm_pause();
}
