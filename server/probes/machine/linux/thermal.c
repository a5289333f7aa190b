/* SPDX-License-Identifier: MIT */
/*
 * Linux: is the processor held back by heat now?  A passive cooling device of a processor
 * with a state above 0 says yes; temperature and throttle counts since boot are given
 * beside it.  https://docs.kernel.org/driver-api/thermal/sysfs-api.html
 */
#include <string.h>

#include "linux.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

enum { ZONES_MAX = 128 };
static const char thermal_dir[] = "/sys/class/thermal";

struct thermal {
	int cooling; /* cooling devices of processors */
	int cooling_active;
	int64_t hottest_milli; /* of the processors' zones */
	bool measured;
};

static bool thermal_file(struct source *s, const char *entry, const char *name,
                         struct str *text)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	str_addf(&path, "%s/%s/%s", thermal_dir, entry, name);
	return file_text(s, path.data, text);
}

static void take_cooling(struct source *s, const char *entry, struct thermal *t)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	int64_t state;

	if (!thermal_file(s, entry, "type", &text) ||
	    (!text_equal(text.data, "Processor") && !text_starts(text.data, "cpufreq") &&
	     !text_starts(text.data, "cpu")))
		return;
	if (!thermal_file(s, entry, "cur_state", &text) ||
	    !text_to_i64(text.data, &state))
		return;
	t->cooling++;
	t->cooling_active += state > 0;
}

static void take_zone(struct source *s, const char *entry, struct thermal *t)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	int64_t milli;

	if (!thermal_file(s, entry, "type", &text) ||
	    (!text_contains(text.data, "cpu") && !text_contains(text.data, "pkg") &&
	     !text_contains(text.data, "soc") && !text_contains(text.data, "acpitz")))
		return;
	if (!thermal_file(s, entry, "temp", &text) || !text_to_i64(text.data, &milli) ||
	    milli < -50000 || milli > 200000)
		return;
	if (!t->measured || milli > t->hottest_milli)
		t->hottest_milli = milli;
	t->measured = true;
}

static void read_thermal(struct source *s, struct thermal *t)
{
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;

	if (source_list(s, thermal_dir, &list, NULL) < 0)
		return;
	for (size_t i = 0; i < list.count && i < ZONES_MAX; i++) {
		if (text_starts(list.items[i].name, "cooling_device"))
			take_cooling(s, list.items[i].name, t);
		else if (text_starts(list.items[i].name, "thermal_zone"))
			take_zone(s, list.items[i].name, t);
	}
}

void linux_thermal(struct source *s, json_t *report)
{
	static const char count_path[] =
		"/sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count";
	struct thermal t = {0};
	int64_t count;

	read_thermal(s, &t);
	if (t.cooling > 0)
		machine_set_text(report, "thermal.state",
		                 t.cooling_active > 0 ? "limited" : "nominal",
		                 thermal_dir);
	else
		machine_absent(report, "thermal.state", FACT_UNAVAILABLE,
		               "no cooling device of a processor is reported");
	if (t.measured)
		machine_set(report, "thermal.temperature_celsius",
		            json_real((double)t.hottest_milli / 1000.0), "%s",
		            thermal_dir);
	if (file_integer(s, count_path, &count) && count >= 0)
		machine_set_integer(report, "thermal.throttled_since_boot", count,
		                    count_path);
}
