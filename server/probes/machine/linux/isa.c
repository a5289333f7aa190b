/* SPDX-License-Identifier: MIT */
/*
 * Linux: instruction-set features of the hardware, from the flags of /proc/cpuinfo.
 * https://docs.kernel.org/arch/arm64/elf_hwcaps.html for Arm's names.  Where a translator
 * answers in the file's place, what it shows is not the hardware's and is not listed.
 */
#include <string.h>

#include "linux.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

struct flag {
	const char *flag; /* in /proc/cpuinfo */
	const char *name; /* ours */
};

static const struct flag arm_flags[] = {
	{"asimd", "neon"},
	{"asimdhp", "fp16"},
	{"asimddp", "dotprod"},
	{"asimdfhm", "fhm"},
	{"fcma", "fcma"},
	{"atomics", "lse"},
	{"crc32", "crc32"},
	{"sha3", "sha3"},
	{"bf16", "bf16"},
	{"i8mm", "i8mm"},
	{"sve", "sve"},
	{"sve2", "sve2"},
	{"svei8mm", "svei8mm"},
	{"svebf16", "svebf16"},
	{"svef32mm", "svef32mm"},
	{"sme", "sme"},
	{"sme2", "sme2"},
	{"sme2p1", "sme2p1"},
	{"smef64f64", "sme_f64f64"},
	{"smei16i64", "sme_i16i64"},
	{"smeb16b16", "sme_b16b16"},
	{"smef16f16", "sme_f16f16"},
};

static const struct flag x86_flags[] = {
	{"pni", "sse3"},
	{"ssse3", "ssse3"},
	{"sse4_1", "sse4_1"},
	{"sse4_2", "sse4_2"},
	{"avx", "avx"},
	{"f16c", "f16c"},
	{"fma", "fma"},
	{"avx2", "avx2"},
	{"bmi1", "bmi1"},
	{"bmi2", "bmi2"},
	{"avx_vnni", "avx_vnni"},
	{"avx512f", "avx512f"},
	{"avx512cd", "avx512cd"},
	{"avx512dq", "avx512dq"},
	{"avx512bw", "avx512bw"},
	{"avx512vl", "avx512vl"},
	{"avx512ifma", "avx512ifma"},
	{"avx512vbmi", "avx512vbmi"},
	{"avx512_vnni", "avx512_vnni"},
	{"avx512_bf16", "avx512_bf16"},
	{"avx512_fp16", "avx512_fp16"},
	{"amx_tile", "amx_tile"},
	{"amx_int8", "amx_int8"},
	{"amx_bf16", "amx_bf16"},
	{"amx_fp16", "amx_fp16"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void add_flags(const struct cpuinfo *c, const struct flag *rows, size_t count,
                      json_t *isa)
{
	for (size_t i = 0; i < count; i++)
		if (cpuinfo_has(c, rows[i].flag))
			json_add_text(isa, rows[i].name);
}

void linux_isa(struct source *s, json_t *report)
{
	CLEANUP(cpuinfo_release) struct cpuinfo c = CPUINFO_INIT;
	const char *arch = machine_text(report, "arch");
	bool arm = text_equal(arch, "arm64");
	json_t *isa = json_array();

	cpuinfo_read(s, &c);
	if (arm && !c.is_x86 && c.flags)
		add_flags(&c, arm_flags, COUNT(arm_flags), isa);
	else if (text_equal(arch, "x86_64") && c.is_x86)
		add_flags(&c, x86_flags, COUNT(x86_flags), isa);
	if (json_array_size(isa) > 0) {
		machine_set(report, "isa", isa, "/proc/cpuinfo");
	} else if (arm) {
		json_add_text(isa, "neon");
		machine_set(report, "isa", isa,
		            "the architecture: /proc/cpuinfo is not its");
	} else {
		json_decref(isa);
		machine_absent(report, "isa", FACT_UNAVAILABLE,
		               "/proc/cpuinfo has no flags");
	}
}
