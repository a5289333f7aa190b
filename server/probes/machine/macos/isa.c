/* SPDX-License-Identifier: MIT */
/*
 * macOS: instruction-set features.
 *
 * On Apple silicon sysctl has Arm's own names, hw.optional.arm.FEAT_DotProd, from macOS
 * 12 on; earlier systems have a few of the older ones (hw.optional.neon), and there the
 * chip's generation tells the rest: each Apple M chip has what its predecessor had.  The
 * x86 names are absent there, not 0, unless Rosetta answers; they are not asked.
 * https://developer.apple.com/documentation/kernel/1387446-sysctlbyname
 */
#include <stdlib.h>
#include <string.h>

#include "macos.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

struct feature {
	const char *sysctl; /* behind "hw.optional." */
	const char *name;   /* ours */
	int since_chip;     /* M generation known to have it; 0: not derived */
};

static const struct feature arm_features[] = {
	{"arm.AdvSIMD", "neon", 1},
	{"neon", "neon", 1},
	{"AdvSIMD", "neon", 1},
	{"arm.FEAT_FP16", "fp16", 1},
	{"neon_fp16", "fp16", 1},
	{"arm.FEAT_DotProd", "dotprod", 1},
	{"arm.FEAT_FHM", "fhm", 1},
	{"armv8_2_fhm", "fhm", 1},
	{"arm.FEAT_FCMA", "fcma", 1},
	{"armv8_3_compnum", "fcma", 1},
	{"arm.FEAT_LSE", "lse", 1},
	{"armv8_1_atomics", "lse", 1},
	{"armv8_crc32", "crc32", 1},
	{"arm.FEAT_SHA3", "sha3", 1},
	{"armv8_2_sha3", "sha3", 1},
	{"arm.FEAT_BF16", "bf16", 2},
	{"arm.FEAT_EBF16", "ebf16", 0},
	{"arm.FEAT_I8MM", "i8mm", 2},
	{"arm.FEAT_SME", "sme", 4},
	{"arm.FEAT_SME2", "sme2", 4},
	{"arm.FEAT_SME2p1", "sme2p1", 0},
	{"arm.FEAT_SME_F64F64", "sme_f64f64", 0},
	{"arm.FEAT_SME_I16I64", "sme_i16i64", 0},
	{"arm.FEAT_SME_B16B16", "sme_b16b16", 0},
	{"arm.FEAT_SME_F16F16", "sme_f16f16", 0},
	{"arm.FEAT_SVE", "sve", 0},
	{"arm.FEAT_SVE2", "sve2", 0},
	{"amx_version", "amx", 0},
};

static const struct feature x86_features[] = {
	{"sse3", "sse3", 0},
	{"supplementalsse3", "ssse3", 0},
	{"sse4_1", "sse4_1", 0},
	{"sse4_2", "sse4_2", 0},
	{"avx1_0", "avx", 0},
	{"avx2_0", "avx2", 0},
	{"f16c", "f16c", 0},
	{"fma", "fma", 0},
	{"bmi1", "bmi1", 0},
	{"bmi2", "bmi2", 0},
	{"avx512f", "avx512f", 0},
	{"avx512cd", "avx512cd", 0},
	{"avx512dq", "avx512dq", 0},
	{"avx512bw", "avx512bw", 0},
	{"avx512vl", "avx512vl", 0},
	{"avx512ifma", "avx512ifma", 0},
	{"avx512vbmi", "avx512vbmi", 0},
	{"avx512vnni", "avx512_vnni", 0},
	{"avx512bf16", "avx512_bf16", 0},
};

/* The same by the words of machdep.cpu.features and leaf7_features. */
static const struct {
	const char *word;
	const char *name;
} x86_words[] = {
	{"SSE3", "sse3"},         {"SSSE3", "ssse3"},       {"SSE4.1", "sse4_1"},
	{"SSE4.2", "sse4_2"},     {"AVX1.0", "avx"},        {"AVX2", "avx2"},
	{"F16C", "f16c"},         {"FMA", "fma"},           {"BMI1", "bmi1"},
	{"BMI2", "bmi2"},         {"AVX512F", "avx512f"},   {"AVX512CD", "avx512cd"},
	{"AVX512DQ", "avx512dq"}, {"AVX512BW", "avx512bw"}, {"AVX512VL", "avx512vl"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* 1, 0, or -1 where there is no such name. */
static int ask(struct source *s, const char *feature)
{
	CLEANUP(str_release) struct str name = STR_INIT;
	int64_t value;

	str_addf(&name, "hw.optional.%s", feature);
	if (!sysctl_integer(s, name.data, &value))
		return -1;
	return value > 0;
}

static bool ask_all(struct source *s, const struct feature *rows, size_t count,
                    json_t *isa)
{
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		int answer = ask(s, rows[i].sysctl);

		any = any || answer >= 0;
		if (answer > 0)
			json_add_text(isa, rows[i].name);
	}
	return any;
}

static void derive_from_chip(const char *chip, json_t *isa)
{
	int generation = macos_chip_generation(chip);

	for (size_t i = 0; i < COUNT(arm_features); i++)
		if (arm_features[i].since_chip > 0 &&
		    generation >= arm_features[i].since_chip)
			json_add_text(isa, arm_features[i].name);
}

static void arm_isa(struct source *s, json_t *report)
{
	json_t *isa = json_array();
	const char *chip = machine_text(report, "chip");
	bool any = ask_all(s, arm_features, COUNT(arm_features), isa);

	/* A system that knows Arm's names answers for itself: a guest may have less than
	 * its chip. */
	if (ask(s, "arm.FEAT_DotProd") < 0 && macos_chip_generation(chip) > 0) {
		derive_from_chip(chip, isa);
		machine_set(report, "isa", isa, "sysctl hw.optional and the chip, %s",
		            chip);
		return;
	}
	/* Every 64-bit Arm processor of a Mac has it. */
	json_add_text(isa, "neon");
	machine_set(report, "isa", isa, "%s",
	            any ? "sysctl hw.optional" : "the architecture");
}

static bool x86_from_words(struct source *s, json_t *isa)
{
	static const char *const names[] = {"machdep.cpu.features",
	                                    "machdep.cpu.leaf7_features"};
	CLEANUP(strlist_release) struct strlist words = STRLIST_INIT;

	for (size_t i = 0; i < COUNT(names); i++) {
		CLEANUP_FREE char *text = sysctl_text(s, names[i]);

		if (text)
			strlist_split(&words, text, " \t");
	}
	for (size_t i = 0; i < COUNT(x86_words); i++)
		if (strlist_has(&words, x86_words[i].word))
			json_add_text(isa, x86_words[i].name);
	return words.count > 0;
}

static void x86_isa(struct source *s, json_t *report)
{
	json_t *isa = json_array();
	bool any = ask_all(s, x86_features, COUNT(x86_features), isa);

	any = x86_from_words(s, isa) || any;
	if (any) {
		machine_set(report, "isa", isa,
		            "sysctl hw.optional, machdep.cpu.features");
		return;
	}
	json_decref(isa);
	machine_absent(report, "isa", FACT_UNAVAILABLE,
	               "neither hw.optional nor machdep.cpu.features is there");
}

void macos_isa(struct source *s, json_t *report)
{
	const char *arch = machine_text(report, "arch");

	if (text_equal(arch, "arm64"))
		arm_isa(s, report);
	else if (text_equal(arch, "x86_64"))
		x86_isa(s, report);
	else
		machine_absent(report, "isa", FACT_UNAVAILABLE,
		               "the architecture is not known");
}
