/* SPDX-License-Identifier: MIT */
/*
 * AVX-512 as macOS tells it, which switches it on at a program's first use, so that
 * XGETBV denies it.  AVX2 by CPUID and XGETBV: these are what Rosetta answers itself, and
 * changes with ROSETTA_ADVERTISE_AVX; the names of sysctl may be the hardware's.
 */
#include "processor.h"

#include <cpuid.h>
#include <sys/sysctl.h>
#include <sys/types.h>

#include "trilane/banned.h"

enum { STATE_OF_SSE_AND_AVX = 6 }; /* in XCR0 */

static bool has(const char *name)
{
	int value = 0;
	size_t size = sizeof(value);

	return !sysctlbyname(name, &value, &size, NULL, 0) && value;
}

/* Does the system keep the registers of AVX?  Only where CPUID has OSXSAVE. */
static bool keeps_avx_registers(void)
{
	unsigned low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (low & STATE_OF_SSE_AND_AVX) == STATE_OF_SSE_AND_AVX;
}

bool processor_has_avx512(void)
{
	return has("hw.optional.avx512f");
}

bool processor_has_avx2(void)
{
	unsigned a, b, c, d;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_AVX) ||
	    !(c & bit_FMA) || !keeps_avx_registers())
		return false;
	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_AVX2);
}

bool processor_has_sse4(void)
{
	return has("hw.optional.sse4_1");
}
