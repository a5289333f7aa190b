/* SPDX-License-Identifier: MIT */
/*
 * Linux: power source from /sys/class/power_supply, mode from the platform profile or
 * the frequency governor.  https://docs.kernel.org/power/power_supply_class.html
 */
#include <string.h>

#include "linux.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

enum { SUPPLIES_MAX = 32 };

struct supplies {
	int mains, mains_online, batteries, discharging;
	int64_t charge; /* -1: unknown */
};

static bool supply_file(struct source *s, const char *supply, const char *name,
                        struct str *text)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	str_addf(&path, "/sys/class/power_supply/%s/%s", supply, name);
	return file_text(s, path.data, text);
}

static void take_battery(struct source *s, const char *supply, struct supplies *found)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	int64_t charge;

	/* Mice and headsets have batteries too. */
	if (supply_file(s, supply, "scope", &text) && text_equal(text.data, "Device"))
		return;
	found->batteries++;
	if (supply_file(s, supply, "status", &text) &&
	    text_equal(text.data, "Discharging"))
		found->discharging++;
	if (supply_file(s, supply, "capacity", &text) &&
	    text_to_i64(text.data, &charge) && charge >= 0 && charge <= 100)
		found->charge = charge;
}

static void take_supply(struct source *s, const char *supply, struct supplies *found)
{
	CLEANUP(str_release) struct str type = STR_INIT;
	CLEANUP(str_release) struct str online = STR_INIT;

	if (!supply_file(s, supply, "type", &type))
		return;
	if (text_equal(type.data, "Battery")) {
		take_battery(s, supply, found);
	} else if (text_equal(type.data, "Mains") || text_starts(type.data, "USB")) {
		found->mains++;
		if (supply_file(s, supply, "online", &online) && online.data[0] == '1')
			found->mains_online++;
	}
}

static void set_source(struct source *s, json_t *report)
{
	static const char dir[] = "/sys/class/power_supply";
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	struct supplies found = {.charge = -1};

	if (source_list(s, dir, &list, NULL) == 0)
		for (size_t i = 0; i < list.count && i < SUPPLIES_MAX; i++)
			take_supply(s, list.items[i].name, &found);
	if (found.mains_online > 0)
		machine_set_text(report, "power.source", "ac", dir);
	else if (found.batteries > 0 && (found.discharging > 0 || found.mains > 0))
		machine_set_text(report, "power.source", "battery", dir);
	else
		machine_absent(report, "power.source", FACT_UNAVAILABLE,
		               "no power supply is reported (desktop, server or guest)");
	if (found.charge >= 0)
		machine_set_integer(report, "power.battery_percent", found.charge, dir);
}

static const char *mode_of_profile(const char *profile)
{
	if (text_equal(profile, "low-power") || text_equal(profile, "quiet") ||
	    text_equal(profile, "cool"))
		return "low";
	return text_equal(profile, "performance") ? "high" : "normal";
}

/* "powersave" is what intel_pstate and amd-pstate-epp call their ordinary way. */
static const char *mode_of_governor(const char *governor, const char *driver)
{
	if (text_equal(governor, "performance"))
		return "high";
	if (text_equal(governor, "powersave") && !text_equal(driver, "intel_pstate") &&
	    !text_starts(driver, "amd-pstate"))
		return "low";
	return "normal";
}

static void set_mode(struct source *s, json_t *report)
{
	static const char profile_path[] = "/sys/firmware/acpi/platform_profile";
	static const char governor_path[] =
		"/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor";
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(str_release) struct str driver = STR_INIT;
	bool profiled = file_text(s, profile_path, &text);

	if (profiled)
		machine_set_text(report, "power.mode", mode_of_profile(text.data),
		                 profile_path);
	if (!file_text(s, governor_path, &text)) {
		if (!profiled)
			machine_absent(
				report, "power.mode", FACT_UNAVAILABLE,
				"neither a platform profile nor a frequency governor");
		return;
	}
	machine_set_text(report, "power.governor", text.data, governor_path);
	file_text(s, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_driver", &driver);
	if (!profiled)
		machine_set_text(report, "power.mode",
		                 mode_of_governor(text.data, driver.data), governor_path);
}

void linux_power(struct source *s, json_t *report)
{
	set_source(s, report);
	set_mode(s, report);
}
