/* SPDX-License-Identifier: MIT */
/*
 * Finding what runs the other architecture's programs, by looking at files only: starting
 * an Intel program on a Mac without Rosetta 2 would put an offer to install it on the
 * user's screen.
 *
 * On Linux a translator is either named (qemu-user in a fixed place: run by its path, so
 * that its version is the one seen) or registered with the kernel (binfmt_misc: then the
 * worker is started as it is).  https://docs.kernel.org/admin-guide/binfmt-misc.html
 */
#include "plan.h"

#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/platform.h"

#include "trilane/banned.h"

static bool find_file(const struct lane_host *host, const char *const *paths,
                      struct str *out)
{
	for (; *paths; paths++) {
		if (fs_root_is_file(host->root, *paths)) {
			str_add(out, *paths);
			return true;
		}
	}
	return false;
}

/* Is a handler of this name registered and switched on? */
static bool registered(const struct lane_host *host, const char *name)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	fs_join(&path, "/proc/sys/fs/binfmt_misc", name);
	return fs_root_read_head(host->root, path.data, 64, &text, NULL) == 0 &&
	       text_starts(text.data, "enabled");
}

static void plan_qemu(struct lane_plan *plan, const struct lane_host *host,
                      const char *const *paths, const char *handler, const char *package)
{
	plan->emulated =
		find_file(host, paths, &plan->program) || registered(host, handler);
	if (plan->emulated)
		return;
	plan_refuse(
		plan, NULL,
		"Install qemu's user-mode emulators: Debian and Ubuntu call the package "
		"qemu-user-static (or qemu-user), Fedora qemu-user-static.",
		"There is no translator for %s programs: %s is not installed.",
		plan->arch, package);
}

static void plan_linux_on_x86(struct lane_plan *plan, const struct lane_host *host)
{
	static const char *const paths[] = {
		"/usr/bin/qemu-aarch64-static",
		"/usr/bin/qemu-aarch64",
		"/usr/local/bin/qemu-aarch64",
		NULL,
	};
	plan_qemu(plan, host, paths, "qemu-aarch64", "qemu-aarch64");
}

/* Rosetta for Linux, in virtual machines on Apple silicon, before qemu. */
static void plan_linux_on_arm(struct lane_plan *plan, const struct lane_host *host)
{
	static const char *const paths[] = {
		"/usr/bin/qemu-x86_64-static",
		"/usr/bin/qemu-x86_64",
		"/usr/local/bin/qemu-x86_64",
		NULL,
	};
	if (registered(host, "rosetta"))
		return;
	plan_qemu(plan, host, paths, "qemu-x86_64", "qemu-x86_64");
}

static void plan_rosetta(struct lane_plan *plan, const struct lane_host *host)
{
	static const char *const signs[] = {
		"/Library/Apple/usr/libexec/oah/libRosettaRuntime",
		"/Library/Apple/usr/share/rosetta/rosetta",
		"/Library/Apple/System/Library/LaunchDaemons/com.apple.oahd.plist",
		NULL,
	};
	CLEANUP(str_release) struct str found = STR_INIT;
	if (text_equal(host_arch(host), "x86_64")) {
		plan_refuse(
			plan, NULL, NULL,
			"This Mac has an Intel processor: there is nothing that it would "
			"have to translate.");
		return;
	}
	if (!host->translated && !find_file(host, signs, &found)) {
		plan_refuse(plan, "bad-cpu-type-no-rosetta",
		            "Install it, if Intel programs are wanted: softwareupdate "
		            "--install-rosetta",
		            "Rosetta 2 is not installed on this Mac.");
		return;
	}
	if (!host->translated) {
		str_add(&plan->program, "/usr/bin/arch");
		strlist_add(&plan->before, "-x86_64");
	}
}

/* The major version of macOS; 0 if it cannot be read. */
static uint64_t macos_major(const struct lane_host *host)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(strlist_release) struct strlist parts = STRLIST_INIT;
	uint64_t major = 0;
	if (fs_root_read(host->root, "/System/Library/CoreServices/SystemVersion.plist",
	                 65536, &text, NULL))
		return 0;
	const char *key = strstr(text.data, "<key>ProductVersion</key>");
	const char *value = key ? strstr(key, "<string>") : NULL;
	if (!value)
		return 0;
	strlist_split(&parts, value + strlen("<string>"), ".<");
	return parts.count && text_to_u64(parts.items[0], &major) ? major : 0;
}

/* Rosetta 2 translates AVX and AVX2 from macOS 15 on, but tells programs of it only where
 * this variable asks it to. */
void plan_avx(struct lane_plan *plan, const struct lane_host *host)
{
	enum { FIRST_WITH_AVX = 15 };
	uint64_t major = macos_major(host);
	if (major && major < FIRST_WITH_AVX) {
		plan_refuse(
			plan, NULL, "Update to macOS 15 or later.",
			"Rosetta 2 translates AVX from macOS 15 on; this is macOS %u.",
			(unsigned)major);
		return;
	}
	plan->isa = "avx2";
	strlist_add(&plan->env, "ROSETTA_ADVERTISE_AVX=1");
}

void plan_translator(struct lane_plan *plan, const struct lane_host *host)
{
	if (text_equal(host->os, TRILANE_OS_MACOS))
		plan_rosetta(plan, host);
	else if (host->translated)
		return; /* what runs this program runs the worker too */
	else if (text_equal(host->arch, "x86_64"))
		plan_linux_on_x86(plan, host);
	else
		plan_linux_on_arm(plan, host);
}
