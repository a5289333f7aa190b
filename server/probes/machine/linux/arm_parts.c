/* SPDX-License-Identifier: MIT */
/*
 * Names of Arm cores by implementer and part number of the MIDR register, as
 * /proc/cpuinfo prints them.  From Arm's technical reference manuals and the table of
 * lscpu: https://github.com/util-linux/util-linux/blob/master/sys-utils/lscpu-arm.c
 */
#include "linux.h"

#include "trilane/banned.h"

static const struct {
	int implementer;
	const char *name;
} implementers[] = {
	{0x41, "Arm"},           {0x42, "Broadcom"},  {0x43, "Cavium"},
	{0x46, "Fujitsu"},       {0x48, "HiSilicon"}, {0x4e, "NVIDIA"},
	{0x50, "Applied Micro"}, {0x51, "Qualcomm"},  {0x53, "Samsung"},
	{0x56, "Marvell"},       {0x61, "Apple"},     {0x6d, "Microsoft"},
	{0x70, "Phytium"},       {0xc0, "Ampere"},
};

static const struct {
	int implementer;
	int part;
	const char *name;
} parts[] = {
	{0x41, 0xd03, "Cortex-A53"},
	{0x41, 0xd04, "Cortex-A35"},
	{0x41, 0xd05, "Cortex-A55"},
	{0x41, 0xd06, "Cortex-A65"},
	{0x41, 0xd07, "Cortex-A57"},
	{0x41, 0xd08, "Cortex-A72"},
	{0x41, 0xd09, "Cortex-A73"},
	{0x41, 0xd0a, "Cortex-A75"},
	{0x41, 0xd0b, "Cortex-A76"},
	{0x41, 0xd0c, "Neoverse-N1"},
	{0x41, 0xd0d, "Cortex-A77"},
	{0x41, 0xd0e, "Cortex-A76AE"},
	{0x41, 0xd40, "Neoverse-V1"},
	{0x41, 0xd41, "Cortex-A78"},
	{0x41, 0xd42, "Cortex-A78AE"},
	{0x41, 0xd43, "Cortex-A65AE"},
	{0x41, 0xd44, "Cortex-X1"},
	{0x41, 0xd46, "Cortex-A510"},
	{0x41, 0xd47, "Cortex-A710"},
	{0x41, 0xd48, "Cortex-X2"},
	{0x41, 0xd49, "Neoverse-N2"},
	{0x41, 0xd4a, "Neoverse-E1"},
	{0x41, 0xd4b, "Cortex-A78C"},
	{0x41, 0xd4c, "Cortex-X1C"},
	{0x41, 0xd4d, "Cortex-A715"},
	{0x41, 0xd4e, "Cortex-X3"},
	{0x41, 0xd4f, "Neoverse-V2"},
	{0x41, 0xd80, "Cortex-A520"},
	{0x41, 0xd81, "Cortex-A720"},
	{0x41, 0xd82, "Cortex-X4"},
	{0x41, 0xd83, "Neoverse-V3AE"},
	{0x41, 0xd84, "Neoverse-V3"},
	{0x41, 0xd85, "Cortex-X925"},
	{0x41, 0xd87, "Cortex-A725"},
	{0x41, 0xd8e, "Neoverse-N3"},
	{0x43, 0x0a1, "ThunderX"},
	{0x43, 0x0af, "ThunderX2"},
	{0x46, 0x001, "A64FX"},
	{0x48, 0xd01, "TaiShan-v110"},
	{0x48, 0xd02, "TaiShan-v120"},
	{0x4e, 0x003, "Denver 2"},
	{0x4e, 0x004, "Carmel"},
	{0x51, 0x001, "Oryon"},
	{0x51, 0x802, "Kryo-3XX-Gold"},
	{0x51, 0x803, "Kryo-3XX-Silver"},
	{0x51, 0x804, "Kryo-4XX-Gold"},
	{0x51, 0x805, "Kryo-4XX-Silver"},
	{0x51, 0xc00, "Falkor"},
	{0x61, 0x022, "Icestorm-M1"},
	{0x61, 0x023, "Firestorm-M1"},
	{0x61, 0x024, "Icestorm-M1-Pro"},
	{0x61, 0x025, "Firestorm-M1-Pro"},
	{0x61, 0x028, "Icestorm-M1-Max"},
	{0x61, 0x029, "Firestorm-M1-Max"},
	{0x61, 0x032, "Blizzard-M2"},
	{0x61, 0x033, "Avalanche-M2"},
	{0x61, 0x034, "Blizzard-M2-Pro"},
	{0x61, 0x035, "Avalanche-M2-Pro"},
	{0x61, 0x038, "Blizzard-M2-Max"},
	{0x61, 0x039, "Avalanche-M2-Max"},
	{0x61, 0x042, "Sawtooth-M3"},
	{0x61, 0x043, "Everest-M3"},
	{0x6d, 0xd49, "Azure-Cobalt-100"},
	{0x70, 0x663, "FTC663"},
	{0xc0, 0xac3, "Ampere-1"},
	{0xc0, 0xac4, "Ampere-1a"},
};

/* Apple's parts name the chip, not only the core. */
static const struct {
	int part;
	const char *chip;
} apple_chips[] = {
	{0x022, "Apple M1"},     {0x023, "Apple M1"},     {0x024, "Apple M1 Pro"},
	{0x025, "Apple M1 Pro"}, {0x028, "Apple M1 Max"}, {0x029, "Apple M1 Max"},
	{0x032, "Apple M2"},     {0x033, "Apple M2"},     {0x034, "Apple M2 Pro"},
	{0x035, "Apple M2 Pro"}, {0x038, "Apple M2 Max"}, {0x039, "Apple M2 Max"},
	{0x042, "Apple M3"},     {0x043, "Apple M3"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *arm_implementer_name(int64_t implementer)
{
	for (size_t i = 0; i < COUNT(implementers); i++)
		if (implementers[i].implementer == implementer)
			return implementers[i].name;
	return NULL;
}

const char *arm_core_name(int64_t implementer, int64_t part)
{
	for (size_t i = 0; i < COUNT(parts); i++)
		if (parts[i].implementer == implementer && parts[i].part == part)
			return parts[i].name;
	return NULL;
}

const char *arm_chip_name(int64_t implementer, int64_t part)
{
	for (size_t i = 0; i < COUNT(apple_chips) && implementer == 0x61; i++)
		if (apple_chips[i].part == part)
			return apple_chips[i].chip;
	return NULL;
}
