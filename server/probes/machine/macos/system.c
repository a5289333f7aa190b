/* SPDX-License-Identifier: MIT */
/*
 * macOS: system, kernel, model, chip, architecture.
 *
 * The hardware's architecture is hw.optional.arm64, never `uname -m`, which answers
 * x86_64 to a translated program.  A program built against an old SDK, or started with
 * SYSTEM_VERSION_COMPAT=1, is told that macOS is 10.16: such an answer is passed over.
 */
#include <stdlib.h>
#include <string.h>

#include "macos.h"
#include "trilane/cleanup.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

static const char plist_path[] = "/System/Library/CoreServices/SystemVersion.plist";

int macos_major(const json_t *report)
{
	const char *version = machine_text(report, "os.version");
	int64_t major = 0;

	if (!version || !leading_integer(version, &major) || major < 0 || major > 1000)
		return 0;
	return (int)major;
}

/* 10.16 is what old programs are told instead of 11 and later; likewise 16 for 26. */
static bool believable(const char *version)
{
	return version && version[0] && !text_starts(version, "10.16") &&
	       !text_starts(version, "16.");
}

static bool from_sw_vers(struct source *s, const char *key, struct str *value)
{
	static const char *const argv[] = {"sw_vers", NULL};
	CLEANUP(str_release) struct str text = STR_INIT;

	return macos_command(s, argv, &text) && line_value(text.data, key, value) &&
	       value->len > 0;
}

static bool from_plist(struct source *s, const char *key, struct str *value)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	return file_text(s, plist_path, &text) && plist_string(text.data, key, value);
}

/* Darwin 20 is macOS 11, each later number one more; from Darwin 25 on macOS is named
 * for the year: 26 (https://en.wikipedia.org/wiki/Darwin_(operating_system)). */
static bool from_darwin(struct source *s, struct str *value)
{
	int64_t darwin;
	CLEANUP_FREE char *release = sysctl_text(s, "kern.osrelease");

	if (!release || !leading_integer(release, &darwin) || darwin < 20 || darwin > 99)
		return false;
	str_clear(value);
	str_addf(value, "%d", (int)(darwin >= 25 ? darwin + 1 : darwin - 9));
	return true;
}

static void set_version(struct source *s, json_t *report)
{
	CLEANUP(str_release) struct str value = STR_INIT;

	if (source_sysctl(s, "kern.osproductversion", &value) && believable(value.data))
		machine_set_text(report, "os.version", value.data,
		                 "sysctl kern.osproductversion");
	else if (from_sw_vers(s, "ProductVersion", &value) && believable(value.data))
		machine_set_text(report, "os.version", value.data, "sw_vers");
	else if (from_plist(s, "ProductVersion", &value) && believable(value.data))
		machine_set_text(report, "os.version", value.data, plist_path);
	else if (from_darwin(s, &value))
		machine_set_text(report, "os.version", value.data,
		                 "sysctl kern.osrelease (major version only)");
	else
		machine_absent(report, "os.version", FACT_UNAVAILABLE,
		               "neither kern.osproductversion nor sw_vers says");
}

static void set_build(struct source *s, json_t *report)
{
	CLEANUP(str_release) struct str value = STR_INIT;

	if (source_sysctl(s, "kern.osversion", &value) && value.len > 0)
		machine_set_text(report, "os.build", value.data, "sysctl kern.osversion");
	else if (from_sw_vers(s, "BuildVersion", &value))
		machine_set_text(report, "os.build", value.data, "sw_vers");
	else if (from_plist(s, "ProductBuildVersion", &value))
		machine_set_text(report, "os.build", value.data, plist_path);
	else
		machine_absent(report, "os.build", FACT_UNAVAILABLE,
		               "neither kern.osversion nor sw_vers says");
}

/* The word at INDEX of `uname -a`. */
static bool uname_word(struct source *s, size_t index, struct str *value)
{
	static const char *const argv[] = {"uname", "-a", NULL};
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(strlist_release) struct strlist words = STRLIST_INIT;

	if (!macos_command(s, argv, &text))
		return false;
	strlist_split(&words, text.data, " \t\r\n");
	str_clear(value);
	if (words.count == 0)
		return false;
	if (index == SIZE_MAX)
		index = words.count - 1;
	if (index >= words.count)
		return false;
	str_add(value, words.items[index]);
	return true;
}

static void set_kernel(struct source *s, json_t *report)
{
	CLEANUP(str_release) struct str value = STR_INIT;

	if (source_sysctl(s, "kern.osrelease", &value) && value.len > 0)
		machine_set_text(report, "kernel", value.data, "sysctl kern.osrelease");
	else if (uname_word(s, 2, &value))
		machine_set_text(report, "kernel", value.data, "uname -a");
	else
		machine_absent(report, "kernel", FACT_UNAVAILABLE,
		               "kern.osrelease is not there");
}

static void set_model(struct source *s, json_t *report, const json_t *hardware)
{
	CLEANUP_FREE char *model = sysctl_text(s, "hw.model");
	const char *profiled =
		json_string_value(json_object_get(hardware, "machine_model"));
	const char *name = json_string_value(json_object_get(hardware, "machine_name"));

	if (model)
		machine_set_text(report, "model", model, "sysctl hw.model");
	else if (profiled)
		machine_set_text(report, "model", profiled, "system_profiler");
	else
		machine_absent(report, "model", FACT_UNAVAILABLE,
		               "neither hw.model nor system_profiler says");
	if (name)
		machine_set_text(report, "model_name", name, "system_profiler");
}

/* A translated program is told "VirtualApple @ 2.50GHz processor". */
static bool real_chip(const char *name)
{
	return name && name[0] && !strstr(name, "VirtualApple");
}

static void set_chip(struct source *s, json_t *report, const json_t *hardware)
{
	CLEANUP_FREE char *brand = sysctl_text(s, "machdep.cpu.brand_string");
	CLEANUP_FREE char *kernel = sysctl_text(s, "kern.version");
	const char *chip = json_string_value(json_object_get(hardware, "chip_type"));
	const char *of_kernel = macos_chip_of_kernel(kernel);
	const char *cpu = json_string_value(json_object_get(hardware, "cpu_type"));

	if (real_chip(brand))
		machine_set_text(report, "chip", brand,
		                 "sysctl machdep.cpu.brand_string");
	else if (real_chip(chip))
		machine_set_text(report, "chip", chip, "system_profiler");
	else if (of_kernel)
		machine_set_text(report, "chip", of_kernel, "sysctl kern.version");
	else if (real_chip(cpu))
		machine_set_text(report, "chip", cpu, "system_profiler");
	else
		machine_absent(
			report, "chip", FACT_UNAVAILABLE,
			"neither machdep.cpu.brand_string nor system_profiler says");
}

enum { CPU_TYPE_ARM64_ = 0x0100000c };

/* The first evidence of the hardware's architecture; NULL: none. */
static const char *find_arch(struct source *s, const json_t *report, const char **origin)
{
	CLEANUP_FREE char *kernel = sysctl_text(s, "kern.version");
	const char *chip = machine_text(report, "chip");
	int64_t number;

	*origin = "sysctl hw.optional.arm64";
	if (sysctl_integer(s, "hw.optional.arm64", &number) && number == 1)
		return "arm64";
	*origin = "sysctl hw.cputype";
	if (sysctl_integer(s, "hw.cputype", &number) && number == CPU_TYPE_ARM64_)
		return "arm64";
	*origin = "sysctl kern.version";
	if (kernel && strstr(kernel, "RELEASE_ARM64"))
		return "arm64";
	*origin = "the chip's name";
	if (chip && text_starts(chip, "Apple"))
		return "arm64";
	if (chip && text_starts(chip, "Intel"))
		return "x86_64";
	*origin = "sysctl kern.version";
	if (kernel && strstr(kernel, "RELEASE_X86_64"))
		return "x86_64";
	return NULL;
}

static void set_arch(struct source *s, json_t *report)
{
	CLEANUP(str_release) struct str word = STR_INIT;
	const char *origin = NULL;
	const char *arch = find_arch(s, report, &origin);

	if (arch)
		machine_set_text(report, "arch", arch, origin);
	else if (s->arch)
		machine_set_text(report, "arch", s->arch, "recording.json");
	else if (uname_word(s, SIZE_MAX, &word) && !s->translated &&
	         (text_equal(word.data, "arm64") || text_equal(word.data, "x86_64")))
		machine_set_text(report, "arch", word.data, "uname -a");
	else if (s->process_arch && !s->translated)
		machine_set_text(report, "arch", s->process_arch, "the probing process");
	else
		machine_absent(report, "arch", FACT_UNAVAILABLE, "no source says");
}

void macos_system(struct source *s, json_t *report)
{
	json_t *document = macos_profiler(s);
	const json_t *hardware = macos_hardware(document);

	machine_set_text(report, "os.name", "macOS", "the source");
	set_version(s, report);
	set_build(s, report);
	set_kernel(s, report);
	set_model(s, report, hardware);
	set_chip(s, report, hardware);
	set_arch(s, report);
	json_decref(document);
}
