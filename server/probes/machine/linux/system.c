/* SPDX-License-Identifier: MIT */
/*
 * Linux: distribution, kernel, model, chip, architecture.
 *
 * The hardware's architecture is the kernel's, never uname's, which a translator answers.
 * /proc/sys/kernel/arch (Linux 6.1) says it outright, and a recording does; older
 * kernels by the form of /proc/cpuinfo, which qemu-user passes through (from 8.2 on it
 * makes one up for Arm programs: then /sys's modalias tells) and Rosetta for Linux
 * replaces by "VirtualApple".
 */
#include <stdlib.h>
#include <string.h>

#include "linux.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

static bool os_release(struct source *s, struct str *text, const char **path)
{
	*path = "/etc/os-release";
	if (file_text(s, *path, text))
		return true;
	*path = "/usr/lib/os-release";
	return file_text(s, *path, text);
}

/* KEY="value" or KEY=value of a shell-like file. */
static bool shell_value(const char *text, const char *key, struct str *value)
{
	char quote;

	if (!line_value(text, key, value) || value->len == 0)
		return false;
	quote = value->data[0];
	if ((quote == '"' || quote == '\'') && value->len >= 2 &&
	    value->data[value->len - 1] == quote) {
		memmove(value->data, value->data + 1, value->len - 2);
		str_truncate(value, value->len - 2);
	}
	return value->len > 0;
}

static void set_os(struct source *s, json_t *report)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(str_release) struct str value = STR_INIT;
	const char *path = NULL;
	bool known = os_release(s, &text, &path);

	machine_set_text(report, "os.name", "Linux", "the source");
	if (known && shell_value(text.data, "VERSION_ID", &value))
		machine_set_text(report, "os.version", value.data, path);
	else
		machine_absent(report, "os.version", FACT_UNAVAILABLE,
		               known ? "the distribution has no version (rolling)"
		                     : "os-release is not there");
	if (known && shell_value(text.data, "BUILD_ID", &value))
		machine_set_text(report, "os.build", value.data, path);
	else
		machine_absent(report, "os.build", FACT_NOT_APPLICABLE,
		               "the distribution does not number builds");
	if (known && shell_value(text.data, "ID", &value))
		machine_set_text(report, "os.distribution", value.data, path);
	if (known && shell_value(text.data, "PRETTY_NAME", &value))
		machine_set_text(report, "os.pretty_name", value.data, path);
	if (known && shell_value(text.data, "ID_LIKE", &value))
		machine_set_text(report, "os.like", value.data, path);
}

/* "Linux version 6.5.0-44-generic (…": the third word. */
static bool version_word(struct source *s, struct str *value)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(strlist_release) struct strlist words = STRLIST_INIT;

	if (!file_text(s, "/proc/version", &text))
		return false;
	strlist_split(&words, text.data, " \t\n");
	if (words.count < 3)
		return false;
	str_clear(value);
	str_add(value, words.items[2]);
	return true;
}

static void set_kernel(struct source *s, json_t *report)
{
	CLEANUP(str_release) struct str value = STR_INIT;

	if (file_text(s, "/proc/sys/kernel/osrelease", &value))
		machine_set_text(report, "kernel", value.data,
		                 "/proc/sys/kernel/osrelease");
	else if (version_word(s, &value))
		machine_set_text(report, "kernel", value.data, "/proc/version");
	else
		machine_absent(report, "kernel", FACT_UNAVAILABLE, "/proc is not there");
}

/* What firmware says when nobody has filled the field in. */
static bool says_nothing(const char *name)
{
	static const char *const words[] = {"To Be Filled By O.E.M.",
	                                    "System Product Name", "Default string",
	                                    "None", "Not Specified"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (text_equal_nocase(name, words[i]))
			return true;
	return false;
}

static bool dmi_model(struct source *s, struct str *model)
{
	CLEANUP(str_release) struct str name = STR_INIT;
	CLEANUP(str_release) struct str vendor = STR_INIT;

	if (!file_text(s, "/sys/class/dmi/id/product_name", &name) ||
	    says_nothing(name.data))
		return false;
	file_text(s, "/sys/class/dmi/id/sys_vendor", &vendor);
	str_clear(model);
	if (vendor.len > 0 && !says_nothing(vendor.data) &&
	    !text_starts(name.data, vendor.data))
		str_addf(model, "%s ", vendor.data);
	str_add(model, name.data);
	return true;
}

static void set_model(struct source *s, json_t *report, const struct cpuinfo *c)
{
	CLEANUP(str_release) struct str model = STR_INIT;

	if (dmi_model(s, &model))
		machine_set_text(report, "model", model.data,
		                 "/sys/class/dmi/id/product_name");
	else if (file_text(s, "/proc/device-tree/model", &model) ||
	         file_text(s, "/sys/firmware/devicetree/base/model", &model))
		machine_set_text(report, "model", model.data, "/proc/device-tree/model");
	else if (c->hardware)
		machine_set_text(report, "model", c->hardware, "/proc/cpuinfo");
	else
		machine_absent(report, "model", FACT_UNAVAILABLE,
		               "neither firmware tables nor a device tree name it");
}

/* The most capable core's name: parts are numbered upward, and the last processors of a
 * big.LITTLE chip are its big ones. */
static void arm_chip(const struct cpuinfo *c, struct str *chip)
{
	const struct cpuinfo_cpu *cpu = c->count > 0 ? &c->cpus[c->count - 1] : NULL;
	const char *implementer = cpu ? arm_implementer_name(cpu->implementer) : NULL;
	const char *core = cpu ? arm_core_name(cpu->implementer, cpu->part) : NULL;
	const char *whole = cpu ? arm_chip_name(cpu->implementer, cpu->part) : NULL;

	if (whole)
		str_add(chip, whole);
	else if (implementer && core)
		str_addf(chip, "%s %s", implementer, core);
	else if (implementer && text_equal(implementer, "Apple"))
		str_add(chip, "Apple silicon"); /* a guest is not told which */
	else if (implementer)
		str_addf(chip, "%s processor", implementer);
}

static void set_chip(json_t *report, const struct cpuinfo *c)
{
	CLEANUP(str_release) struct str chip = STR_INIT;

	if (cpuinfo_is_rosetta(c)) {
		machine_set_text(report, "chip", "Apple silicon",
		                 "/proc/cpuinfo (VirtualApple)");
		return;
	}
	if (c->is_arm)
		arm_chip(c, &chip);
	if (chip.len == 0 && c->model_name)
		str_add(&chip, c->model_name);
	if (chip.len > 0)
		machine_set_text(report, "chip", chip.data, "/proc/cpuinfo");
	else
		machine_absent(report, "chip", FACT_UNAVAILABLE,
		               "/proc/cpuinfo does not say");
}

/* "aarch64" is arm64, "amd64" x86_64; every other processor has the kernel's name. */
static bool take_arch(const char *name, struct str *arch)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	str_clear(arch);
	if (text_starts(name, "aarch64") || text_starts(name, "arm64"))
		str_add(arch, "arm64");
	else if (text_starts(name, "x86_64") || text_starts(name, "amd64"))
		str_add(arch, "x86_64");
	else if (n > 0 && n < 16 && !name[n] && !text_equal(name, "unknown"))
		str_add(arch, name);
	return arch->len > 0;
}

static bool arch_of_modalias(struct source *s, struct str *arch)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (!file_text(s, "/sys/devices/system/cpu/modalias", &text))
		return false;
	if (strstr(text.data, "type:x86"))
		return take_arch("x86_64", arch);
	return strstr(text.data, "type:aarch64") && take_arch("aarch64", arch);
}

/* A kernel for 32-bit Arm calls every core version 7, a newer one too. */
static const char *arch_of_cpuinfo(const struct cpuinfo *c)
{
	if (c->is_x86)
		return "x86_64";
	if (c->is_arm)
		return c->arm_version > 0 && c->arm_version < 8 ? "arm" : "arm64";
	return c->is_riscv ? "riscv64" : "unknown";
}

/* Where it is said; NULL if nowhere. */
static const char *find_arch(struct source *s, const struct cpuinfo *c, struct str *arch)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (cpuinfo_is_rosetta(c) && take_arch("arm64", arch))
		return "/proc/cpuinfo (VirtualApple)";
	if (file_text(s, "/proc/sys/kernel/arch", &text) && take_arch(text.data, arch))
		return "/proc/sys/kernel/arch";
	if (arch_of_modalias(s, arch))
		return "/sys/devices/system/cpu/modalias";
	if (s->arch && take_arch(s->arch, arch))
		return "recording.json";
	if (take_arch(arch_of_cpuinfo(c), arch))
		return "/proc/cpuinfo";
	return s->process_arch && !s->translated && take_arch(s->process_arch, arch)
	               ? "the probing process"
	               : NULL;
}

void linux_system(struct source *s, json_t *report)
{
	CLEANUP(cpuinfo_release) struct cpuinfo c = CPUINFO_INIT;
	CLEANUP(str_release) struct str arch = STR_INIT;
	const char *origin;

	cpuinfo_read(s, &c);
	set_os(s, report);
	set_kernel(s, report);
	set_model(s, report, &c);
	set_chip(report, &c);
	origin = find_arch(s, &c, &arch);
	if (origin)
		machine_set_text(report, "arch", arch.data, origin);
	else
		machine_absent(report, "arch", FACT_UNAVAILABLE, "no source says");
}
