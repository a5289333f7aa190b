/* SPDX-License-Identifier: MIT */
/* Features by CPUID and XGETBV, which the compilers' run time asks. */
#include "processor.h"

#include "trilane/banned.h"

bool processor_has_avx512(void)
{
	return __builtin_cpu_supports("avx512f");
}

bool processor_has_avx2(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

bool processor_has_sse4(void)
{
	return __builtin_cpu_supports("sse4.1");
}
