/* SPDX-License-Identifier: MIT */
/*
 * Apple's chips by the SoC number in the kernel's name ("RELEASE_ARM64_T6001"), for
 * where nothing names them outright, and generations by name.
 * Numbers: https://github.com/AsahiLinux/docs/wiki/Codenames and kernels of later Macs.
 */
#include <string.h>

#include "macos.h"

#include "trilane/banned.h"

static const struct {
	const char *soc;
	const char *chip;
} chips[] = {
	{"T8101", "Apple M1"},       {"T8103", "Apple M1"},
	{"T6000", "Apple M1 Pro"},   {"T6001", "Apple M1 Max"},
	{"T6002", "Apple M1 Ultra"}, {"T8112", "Apple M2"},
	{"T6020", "Apple M2 Pro"},   {"T6021", "Apple M2 Max"},
	{"T6022", "Apple M2 Ultra"}, {"T8122", "Apple M3"},
	{"T6030", "Apple M3 Pro"},   {"T6031", "Apple M3 Max"},
	{"T6034", "Apple M3 Max"},   {"T6032", "Apple M3 Ultra"},
	{"T8132", "Apple M4"},       {"T6040", "Apple M4 Pro"},
	{"T6041", "Apple M4 Max"},   {"T8142", "Apple M5"},
	{"T6050", "Apple M5 Pro"},   {"T6051", "Apple M5 Max"},
};

const char *macos_chip_of_kernel(const char *kernel_version)
{
	const char *at = kernel_version ? strstr(kernel_version, "RELEASE_ARM64_") : NULL;

	if (!at)
		return NULL;
	at += strlen("RELEASE_ARM64_");
	for (size_t i = 0; i < sizeof(chips) / sizeof(chips[0]); i++)
		if (text_starts(at, chips[i].soc))
			return chips[i].chip;
	return NULL;
}

int macos_chip_generation(const char *chip)
{
	int64_t generation;

	if (!chip || !text_starts(chip, "Apple M") ||
	    !leading_integer(chip + strlen("Apple M"), &generation) || generation < 1 ||
	    generation > 99)
		return 0;
	return (int)generation;
}
