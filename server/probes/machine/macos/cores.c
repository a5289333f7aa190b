/* SPDX-License-Identifier: MIT */
/*
 * macOS: cores and their performance levels.
 *
 * hw.nperflevels counts the levels from macOS 12 on, level 0 the fastest; their names
 * (hw.perflevelN.name) differ by chip: Performance and Efficiency on M1 to M4, Super and
 * Performance on the M5 Pro and Max, three levels later.  Before, and where the names
 * are missing, system_profiler's "proc 8:4:4" (total : performance : efficiency) or
 * "proc 15:5:0:10" (total : super : efficiency : performance) tells.  Guests are told
 * nothing of levels.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "macos.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

enum { LEVELS_MAX = 8, CORES_MAX = 100000 };

static bool core_count(struct source *s, const char *name, int64_t *out)
{
	return sysctl_integer(s, name, out) && *out > 0 && *out <= CORES_MAX;
}

static bool level_integer(struct source *s, int level, const char *what, int64_t *out)
{
	char name[64];

	snprintf(name, sizeof(name), "hw.perflevel%d.%s", level, what);
	return core_count(s, name, out);
}

/* The parts of "proc 8:4:4"; their count, 0 if NUMBER has no such form. */
static size_t processor_parts(const json_t *hardware, int64_t parts[4])
{
	CLEANUP(strlist_release) struct strlist words = STRLIST_INIT;
	const json_t *number = json_object_get(hardware, "number_processors");
	const char *text = json_string_value(number);

	if (json_is_integer(number)) {
		parts[0] = json_integer_value(number);
		return parts[0] > 0 && parts[0] <= CORES_MAX ? 1 : 0;
	}
	if (!text)
		return 0;
	text += text_starts(text, "proc ") ? strlen("proc ") : 0;
	strlist_split(&words, text, ":");
	if (words.count > 4)
		return 0;
	for (size_t i = 0; i < words.count; i++)
		if (!text_to_i64(words.items[i], &parts[i]) || parts[i] < 0 ||
		    parts[i] > CORES_MAX)
			return 0;
	return words.count;
}

static void set_total(struct source *s, json_t *report, const json_t *hardware)
{
	static const char *const names[] = {"hw.physicalcpu_max", "hw.physicalcpu",
	                                    "machdep.cpu.core_count", "hw.ncpu",
	                                    "hw.logicalcpu_max"};
	int64_t count, parts[4] = {0};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!core_count(s, names[i], &count))
			continue;
		machine_set(report, "cores.total", json_integer(count), "sysctl %s",
		            names[i]);
		return;
	}
	if (processor_parts(hardware, parts) > 0 && parts[0] > 0)
		machine_set_integer(report, "cores.total", parts[0], "system_profiler");
	else
		machine_absent(report, "cores.total", FACT_UNAVAILABLE,
		               "hw.physicalcpu is not there");
}

static void set_logical(struct source *s, json_t *report)
{
	int64_t count;

	if (core_count(s, "hw.logicalcpu_max", &count) ||
	    core_count(s, "hw.ncpu", &count))
		machine_set_integer(report, "cores.logical", count,
		                    "sysctl hw.logicalcpu_max");
}

/* What a level without a name is called; NULL where the count does not tell. */
static const char *usual_name(int level, int levels)
{
	static const char *const two[] = {"Performance", "Efficiency"};
	static const char *const three[] = {"Super", "Performance", "Efficiency"};

	if (levels == 2)
		return two[level];
	return levels == 3 ? three[level] : NULL;
}

static void add_level(json_t *levels, const char *name, int64_t count)
{
	json_array_append_new(levels, json_pack("{s:o, s:I}", "name", json_text(name),
	                                        "count", (json_int_t)count));
}

static int count_levels(struct source *s)
{
	int64_t said = 0, cores;
	int found = 0;

	while (found < LEVELS_MAX &&
	       (level_integer(s, found, "physicalcpu_max", &cores) ||
	        level_integer(s, found, "physicalcpu", &cores)))
		found++;
	if (sysctl_integer(s, "hw.nperflevels", &said) && said > 0 && said < found)
		return (int)said;
	return found;
}

static bool levels_from_sysctl(struct source *s, json_t *levels)
{
	int count = count_levels(s);

	for (int i = 0; i < count; i++) {
		char name[64];
		int64_t cores = 0;
		CLEANUP_FREE char *said = NULL;

		if (!level_integer(s, i, "physicalcpu_max", &cores))
			level_integer(s, i, "physicalcpu", &cores);
		snprintf(name, sizeof(name), "hw.perflevel%d.name", i);
		said = sysctl_text(s, name);
		snprintf(name, sizeof(name), "Level %d", i);
		add_level(levels,
		          said                   ? said
		          : usual_name(i, count) ? usual_name(i, count)
		                                 : name,
		          cores);
	}
	return count > 0;
}

static bool levels_from_profiler(const json_t *hardware, json_t *levels)
{
	int64_t parts[4] = {0};
	size_t count = processor_parts(hardware, parts);

	if (count == 3) {
		add_level(levels, "Performance", parts[1]);
		add_level(levels, "Efficiency", parts[2]);
		return true;
	}
	if (count != 4)
		return false;
	if (parts[1] > 0)
		add_level(levels, "Super", parts[1]);
	if (parts[3] > 0)
		add_level(levels, "Performance", parts[3]);
	if (parts[2] > 0)
		add_level(levels, "Efficiency", parts[2]);
	return json_array_size(levels) > 0;
}

static void set_levels(struct source *s, json_t *report, const json_t *hardware)
{
	json_t *levels = json_array();

	if (levels_from_sysctl(s, levels)) {
		machine_set(report, "cores.levels", levels, "sysctl hw.perflevel0…");
		return;
	}
	if (levels_from_profiler(hardware, levels)) {
		machine_set(report, "cores.levels", levels, "system_profiler");
		return;
	}
	json_decref(levels);
	if (text_equal(machine_text(report, "arch"), "x86_64"))
		machine_absent(report, "cores.levels", FACT_NOT_APPLICABLE,
		               "all cores of this processor are alike");
	else
		machine_absent(report, "cores.levels", FACT_UNAVAILABLE,
		               "the system does not say (virtual machines do not)");
}

void macos_cores(struct source *s, json_t *report)
{
	json_t *document = macos_profiler(s);
	const json_t *hardware = macos_hardware(document);

	set_total(s, report, hardware);
	set_logical(s, report);
	set_levels(s, report, hardware);
	json_decref(document);
}
