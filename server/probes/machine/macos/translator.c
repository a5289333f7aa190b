/* SPDX-License-Identifier: MIT */
/*
 * macOS: Rosetta 2.
 *
 * It is installed where its runtime is: a fresh Apple silicon Mac has none of the files
 * below.  AVX: not before macOS 15, which translates AVX and AVX2 but tells programs of
 * them only when ROSETTA_ADVERTISE_AVX=1 is set (release notes of macOS 15).  So from 15
 * on "avx" is true, and "avx_advertised" is what a program sees that asks first.
 */
#include "macos.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

static const char *const evidence[] = {
	"/Library/Apple/usr/libexec/oah/libRosettaRuntime",
	"/Library/Apple/usr/share/rosetta/rosetta",
	"/Library/Apple/System/Library/LaunchDaemons/com.apple.oahd.plist",
};

static void set_installed(struct source *s, json_t *report)
{
	if (s->translated) {
		machine_set(report, "translator.installed", json_true(),
		            "the probing process is translated");
		return;
	}
	for (size_t i = 0; i < sizeof(evidence) / sizeof(evidence[0]); i++) {
		if (!source_is_file(s, evidence[i]))
			continue;
		machine_set(report, "translator.installed", json_true(), "%s",
		            evidence[i]);
		return;
	}
	machine_set(report, "translator.installed", json_false(), "%s is not there",
	            evidence[0]);
}

/* The variable where it is known, or what a translated process is told. */
static bool advertises_avx(struct source *s)
{
	int64_t told;

	return text_equal(source_env(s, "ROSETTA_ADVERTISE_AVX"), "1") ||
	       (s->translated && sysctl_integer(s, "hw.optional.avx1_0", &told) &&
	        told == 1);
}

static void set_avx(struct source *s, json_t *report)
{
	int major = macos_major(report);
	bool installed = false;

	fact_get_bool(report, "machine.translator.installed", &installed);
	if (!installed) {
		machine_absent(report, "translator.avx", FACT_NOT_APPLICABLE,
		               "Rosetta 2 is not installed");
	} else if (major == 0) {
		machine_absent(report, "translator.avx", FACT_UNAVAILABLE,
		               "it depends on macOS' version, which is not known");
	} else if (major < 15) {
		machine_set(report, "translator.avx", json_false(),
		            "Rosetta 2 translates AVX from macOS 15 on");
		machine_set(report, "translator.avx_advertised", json_false(),
		            "Rosetta 2 translates AVX from macOS 15 on");
	} else {
		machine_set(report, "translator.avx", json_true(),
		            "Rosetta 2 translates AVX and AVX2 from macOS 15 on");
		machine_set(report, "translator.avx_advertised",
		            json_boolean(advertises_avx(s)), "ROSETTA_ADVERTISE_AVX");
	}
}

static void no_translator(json_t *report, enum fact_reason reason, const char *detail)
{
	machine_set(report, "translator.kind", json_null(), "%s", detail);
	machine_set(report, "translator.installed", json_false(), "%s", detail);
	machine_absent(report, "translator.avx", reason, "%s", detail);
}

void macos_translator(struct source *s, json_t *report)
{
	const char *arch = machine_text(report, "arch");
	int64_t asked;
	bool translated = s->translated;

	if (s->live && sysctl_integer(s, "sysctl.proc_translated", &asked))
		translated = asked == 1;
	if (text_equal(arch, "arm64")) {
		machine_set_text(report, "translator.kind", "rosetta",
		                 "the architecture");
		set_installed(s, report);
		set_avx(s, report);
	} else if (text_equal(arch, "x86_64")) {
		translated = false;
		no_translator(report, FACT_NOT_APPLICABLE,
		              "Intel Macs have no translator");
	} else {
		no_translator(report, FACT_UNAVAILABLE, "the architecture is not known");
	}
	machine_set(report, "translated", json_boolean(translated), "%s",
	            s->live ? "sysctl sysctl.proc_translated" : "recording.json");
}
