/* SPDX-License-Identifier: MIT */
/* The table of platforms. */
#include "platform.h"

#include "trilane/facts.h"

#include "trilane/banned.h"

#define POSIX \
	.os_name = "posix", .implementation_name = "cpython", \
	.platform_python_implementation = "CPython", .extra = ""
#define LINUX(machine) \
	{ \
		.sys_platform = "linux", .platform_system = "Linux", \
		.platform_machine = machine, POSIX \
	}
#define DARWIN(machine) \
	{ \
		.sys_platform = "darwin", .platform_system = "Darwin", \
		.platform_machine = machine, POSIX \
	}

const struct platform platforms[PLATFORMS] = {
	{"linux-arm64", "Linux", "arm64", "linux_aarch64", LINUX("aarch64")},
	{"linux-x86_64", "Linux", "x86_64", NULL, LINUX("x86_64")},
	{"macos-arm64", "macOS", "arm64", "macos_arm64", DARWIN("arm64")},
	{"macos-x86_64", "macOS", "x86_64", "macos_x86_64", DARWIN("x86_64")},
};

const struct platform *platform_of(const json_t *report)
{
	const char *os = fact_get_string(report, "machine.os.name");
	const char *arch = fact_get_string(report, "machine.arch");

	for (size_t i = 0; i < PLATFORMS; i++)
		if (text_equal(platforms[i].os, os) &&
		    text_equal(platforms[i].arch, arch))
			return &platforms[i];
	return NULL;
}
