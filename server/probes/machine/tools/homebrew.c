/* SPDX-License-Identifier: MIT */
/*
 * Homebrew: the prefix tells the architecture.  /opt/homebrew is native on Apple silicon,
 * /usr/local Intel's; a machine may have both, and then the native one is the machine's.
 */
#include "tools.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

static const struct {
	const char *prefix;
	const char *brew[2];
	const char *arch; /* NULL: the machine's */
} places[] = {
	{"/opt/homebrew", {"/opt/homebrew/bin/brew", NULL}, "arm64"},
	{"/usr/local", {"/usr/local/bin/brew", "/usr/local/Homebrew/bin/brew"}, "x86_64"},
	{"/home/linuxbrew/.linuxbrew",
         {"/home/linuxbrew/.linuxbrew/bin/brew", NULL},
         NULL},
};

static bool is_there(struct source *s, const char *const brew[2])
{
	return source_is_file(s, brew[0]) || (brew[1] && source_is_file(s, brew[1]));
}

void tool_homebrew(struct source *s, json_t *report)
{
	const char *machine = machine_text(report, "arch");
	json_t *all = json_array();
	json_t *best = NULL;
	size_t i;
	json_t *row;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const char *arch = places[i].arch ? places[i].arch : machine;

		if (is_there(s, places[i].brew))
			json_array_append_new(all,
			                      json_pack("{s:s, s:s?}", "prefix",
			                                places[i].prefix, "arch", arch));
	}
	json_array_foreach(all, i, row)
	{
		const char *arch = json_string_value(json_object_get(row, "arch"));

		if (!best ||
		    (text_equal(arch, machine) &&
		     !text_equal(json_string_value(json_object_get(best, "arch")),
		                 machine)))
			best = row;
	}
	if (best)
		machine_set(report, "tools.homebrew", json_copy(best), "its folders");
	else
		machine_absent(report, "tools.homebrew", FACT_UNAVAILABLE,
		               "no brew in the usual prefixes");
	machine_set(report, "tools.homebrews", all, "its folders");
}
