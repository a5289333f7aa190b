/* SPDX-License-Identifier: MIT */
/*
 * macOS: power source and mode, from pmset.  "powermode" (0 automatic, 1 low, 2 high)
 * is there on machines with High Power mode, "lowpowermode" on the others that have Low
 * Power mode (macOS 12 and later), neither on those that have no mode.
 */
#include <string.h>

#include "macos.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

static void set_battery(json_t *report, const char *text)
{
	const char *percent = strchr(text, '%');
	const char *start = percent;
	int64_t charge;

	while (start && start > text && start[-1] >= '0' && start[-1] <= '9')
		start--;
	if (start && leading_integer(start, &charge) && charge >= 0 && charge <= 100)
		machine_set_integer(report, "power.battery_percent", charge,
		                    "pmset -g batt");
}

static void set_source(struct source *s, json_t *report)
{
	static const char *const argv[] = {"pmset", "-g", "batt", NULL};
	CLEANUP(str_release) struct str text = STR_INIT;

	if (!macos_command(s, argv, &text)) {
		machine_absent(report, "power.source", FACT_UNAVAILABLE,
		               "pmset -g batt gave nothing");
		return;
	}
	if (strstr(text.data, "'AC Power'"))
		machine_set_text(report, "power.source", "ac", "pmset -g batt");
	else if (strstr(text.data, "'Battery Power'"))
		machine_set_text(report, "power.source", "battery", "pmset -g batt");
	else if (strstr(text.data, "'UPS Power'"))
		machine_set_text(report, "power.source", "ups", "pmset -g batt");
	else
		machine_absent(report, "power.source", FACT_UNAVAILABLE,
		               "pmset -g batt does not say");
	set_battery(report, text.data);
}

static bool setting(const char *text, const char *key, int64_t *out)
{
	CLEANUP(str_release) struct str value = STR_INIT;

	return line_value(text, key, &value) && leading_integer(value.data, out);
}

static void set_mode(struct source *s, json_t *report)
{
	static const char *const argv[] = {"pmset", "-g", NULL};
	CLEANUP(str_release) struct str text = STR_INIT;
	int64_t value;

	if (!macos_command(s, argv, &text))
		machine_absent(report, "power.mode", FACT_UNAVAILABLE,
		               "pmset -g gave nothing");
	else if (setting(text.data, "powermode", &value))
		machine_set_text(report, "power.mode",
		                 value == 1   ? "low"
		                 : value == 2 ? "high"
		                              : "normal",
		                 "pmset -g (powermode)");
	else if (setting(text.data, "highpowermode", &value) && value == 1)
		machine_set_text(report, "power.mode", "high",
		                 "pmset -g (highpowermode)");
	else if (setting(text.data, "lowpowermode", &value))
		machine_set_text(report, "power.mode", value == 1 ? "low" : "normal",
		                 "pmset -g (lowpowermode)");
	else
		machine_absent(report, "power.mode", FACT_NOT_APPLICABLE,
		               "this machine has no power modes");
}

void macos_power(struct source *s, json_t *report)
{
	set_source(s, report);
	set_mode(s, report);
}
