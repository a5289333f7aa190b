/* SPDX-License-Identifier: MIT */
/*
 * macOS: thermal pressure, from `pmset -g therm`: a note for what was never recorded,
 * "CPU_Speed_Limit = 100" (per cent, Intel), "thermal warning level set to 2".
 */
#include <string.h>

#include "macos.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

/* The number behind KEY anywhere in TEXT ("CPU_Speed_Limit \t= 100"). */
static bool number_behind(const char *text, const char *key, int64_t *out)
{
	const char *at = strstr(text, key);

	if (!at)
		return false;
	at += strlen(key);
	at += strspn(at, " \t=:");
	return leading_integer(at, out);
}

void macos_thermal(struct source *s, json_t *report)
{
	static const char *const argv[] = {"pmset", "-g", "therm", NULL};
	CLEANUP(str_release) struct str text = STR_INIT;
	int64_t limit = 100, level = 0;
	bool known;

	if (!macos_command(s, argv, &text)) {
		machine_absent(report, "thermal.state", FACT_UNAVAILABLE,
		               "pmset -g therm gave nothing");
		return;
	}
	known = number_behind(text.data, "CPU_Speed_Limit", &limit);
	if (known)
		machine_set_integer(report, "thermal.speed_limit_percent", limit,
		                    "pmset -g therm");
	known = number_behind(text.data, "hermal warning level set to", &level) ||
	        known || strstr(text.data, "No thermal warning level") != NULL;
	if (!known)
		machine_absent(report, "thermal.state", FACT_UNAVAILABLE,
		               "pmset -g therm does not say");
	else
		machine_set_text(report, "thermal.state",
		                 limit < 100 || level > 0 ? "limited" : "nominal",
		                 "pmset -g therm");
}
