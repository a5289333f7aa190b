/* SPDX-License-Identifier: MIT */
/* Features as macOS tells them: it switches AVX-512 on at a program's first use, so that
 * XGETBV denies it; and under Rosetta the answer is the translator's. */
#include "processor.h"

#include <sys/sysctl.h>
#include <sys/types.h>

#include "trilane/banned.h"

static bool has(const char *name)
{
	int value = 0;
	size_t size = sizeof(value);

	return !sysctlbyname(name, &value, &size, NULL, 0) && value;
}

bool processor_has_avx512(void)
{
	return has("hw.optional.avx512f");
}

bool processor_has_avx2(void)
{
	return has("hw.optional.avx2_0") && has("hw.optional.fma");
}
