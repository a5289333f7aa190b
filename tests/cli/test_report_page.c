/* SPDX-License-Identifier: MIT */
/* The page for a terminal: what it says, how wide it is, and what it must not let out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report_page.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/probes.h"

static void page_of(const char *machine, bool colour, struct str *page)
{
	CLEANUP(source_release) struct source s = SOURCE_INIT;
	CLEANUP(str_release) struct str dir = STR_INIT;
	json_t *report = json_object();

	str_addf(&dir, "%s/recordings/%s", getenv("TRILANE_TEST_DATA"), machine);
	assert_int_equal(source_open_recording(&s, dir.data, NULL), 0);
	probes_run(&s, report, NULL, NULL);
	report_page(report, colour, page);
	json_decref(report);
}

static void says_what_the_machine_is(void **state)
{
	CLEANUP(str_release) struct str page = STR_INIT;

	(void)state;
	page_of("m1max-macos12-battery", false, &page);
	assert_non_null(
		strstr(page.data, "Apple M1 Max, arm64, 10 cores: 8 Performance, 2"));
	assert_non_null(strstr(page.data, "64.0 GiB"));
	assert_non_null(strstr(page.data, "32 cores, metal"));
	assert_non_null(strstr(page.data, "Rosetta 2, installed, without AVX"));
	assert_non_null(strstr(page.data, "nothing can use it here"));
	assert_null(strchr(page.data, '\033'));
}

static void keeps_to_eighty_columns(void **state)
{
	CLEANUP(str_release) struct str page = STR_INIT;
	const char *line, *next;

	(void)state;
	page_of("linux-hybrid-laptop-nvidia", false, &page);
	for (line = page.data; *line; line = next) {
		size_t n = strcspn(line, "\n");

		if (n > 80)
			fail_msg("%.*s", (int)n, line);
		next = line + n + (line[n] == '\n');
	}
}

static void colours_only_when_asked(void **state)
{
	CLEANUP(str_release) struct str page = STR_INIT;

	(void)state;
	page_of("linux-wsl2", true, &page);
	assert_non_null(strstr(page.data, "\033[1mMachine\033[0m"));
}

static void lets_no_control_characters_out(void **state)
{
	CLEANUP(str_release) struct str page = STR_INIT;
	json_t *report =
		json_pack("{s:{s:s, s:{s:s}}, s:[{s:s, s:s, s:{s:s, s:s}}]}", "machine",
	                  "chip", "a\033[2Jb\nc", "os", "name", "x\ry", "interpreters",
	                  "path", "/p\033]0;t\007", "version", "3\n4", "verdict", "state",
	                  "bro\033ken", "sentence", "s\033c");

	(void)state;
	assert_non_null(report);
	report_page(report, false, &page);
	assert_null(strchr(page.data, '\033'));
	assert_null(strchr(page.data, '\r'));
	assert_null(strchr(page.data, '\007'));
	assert_null(strstr(page.data, "b\nc"));
	json_decref(report);
}

static void an_empty_report_is_a_short_page(void **state)
{
	CLEANUP(str_release) struct str page = STR_INIT;
	json_t *report = json_object();

	(void)state;
	report_page(report, false, &page);
	assert_non_null(strstr(page.data, "none found"));
	json_decref(report);
}

static void like_findings_are_told_together(void **state)
{
	CLEANUP(str_release) struct str page = STR_INIT;
	json_t *report = json_pack(
		"{s:[{s:s,s:s,s:s,s:s},{s:s,s:s,s:s,s:s}], s:[{s:s,s:s,s:{s:s,s:s}}]}",
		"findings", "id", "x", "severity", "hint", "title", "Old pip", "subject",
		"/a", "id", "x", "severity", "hint", "title", "Old pip", "subject", "/b",
		"interpreters", "path", "/usr/bin/python3", "version", "3.9.6", "verdict",
		"state", "no-tensorflow", "sentence", "Nothing there.");
	const char *first;

	(void)state;
	assert_non_null(report);
	report_page(report, false, &page);
	first = strstr(page.data, "Old pip");
	assert_non_null(first);
	assert_null(strstr(first + 1, "Old pip"));
	assert_non_null(strstr(page.data, "in /a\n    and in /b\n"));
	assert_non_null(strstr(page.data, "    /usr/bin/python3  3.9.6\n"));
	assert_null(strstr(page.data, "Nothing there"));
	json_decref(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_the_machine_is),
		cmocka_unit_test(keeps_to_eighty_columns),
		cmocka_unit_test(colours_only_when_asked),
		cmocka_unit_test(lets_no_control_characters_out),
		cmocka_unit_test(an_empty_report_is_a_short_page),
		cmocka_unit_test(like_findings_are_told_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
