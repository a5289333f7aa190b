/* SPDX-License-Identifier: MIT */
/* Reports built from the machines recorded by hand, and their Markdown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../probes/machine_builder.h"
#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/facts.h"
#include "trilane/fs.h"
#include "trilane/report.h"

#include "trilane/banned.h"

static json_t *build(const char *dir, const struct report_options *options, int wanted)
{
	CLEANUP(source_release) struct source s = SOURCE_INIT;
	struct error err = ERROR_INIT;
	json_t *report = NULL;
	int rc;

	if (source_open_recording(&s, dir, &err))
		fail_msg("%s", err.text);
	rc = report_build(&s, options, &report, &err);
	if (rc != wanted)
		fail_msg("%s: %d, %s", dir, rc, err.text);
	return report;
}

static bool is_known_state(const char *state)
{
	return text_equal(state, "ready") || text_equal(state, "works-with-limits") ||
	       text_equal(state, "broken") || text_equal(state, "no-tensorflow");
}

static void check_report(const json_t *report)
{
	const json_t *interpreter;
	int64_t taken;
	size_t i;

	assert_string_equal(fact_get_string(report, "schema"), REPORT_SCHEMA);
	assert_true(clock_parse(fact_get_string(report, "taken"), &taken));
	assert_non_null(fact_get_string(report, "verdict.sentence"));
	assert_non_null(fact_get_string(report, "verdict.next"));
	assert_true(json_is_array(json_object_get(report, "findings")));
	json_array_foreach(json_object_get(report, "interpreters"), i, interpreter)
	{
		assert_true(
			is_known_state(fact_get_string(interpreter, "verdict.state")));
		assert_non_null(fact_get_string(interpreter, "verdict.sentence"));
	}
}

static void recorded_machines_are_reported(void **state)
{
	CLEANUP(str_release) struct str dir = STR_INIT;
	CLEANUP(fs_root_release) struct fs_root root = FS_ROOT_INIT;
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	struct report_options o = REPORT_OPTIONS_INIT;
	size_t seen = 0;

	(void)state;
	fs_join(&dir, getenv("TRILANE_TEST_DATA"), "recordings");
	assert_int_equal(fs_root_open(&root, dir.data, NULL), 0);
	assert_int_equal(fs_root_list(&root, "/", 0, &list, NULL), 0);
	for (size_t i = 0; i < list.count; i++) {
		CLEANUP(str_release) struct str one = STR_INIT;
		CLEANUP(str_release) struct str inside = STR_INIT;
		json_t *report;

		fs_join(&one, dir.data, list.items[i].name);
		str_addf(&inside, "/%s/recording.json", list.items[i].name);
		if (!fs_root_is_file(&root, inside.data))
			continue;
		report = build(one.data, &o, 0);
		check_report(report);
		json_decref(report);
		seen++;
	}
	assert_true(seen > 0);
}

static bool stop(void *context, const char *name, double done)
{
	(void)context;
	(void)name;
	(void)done;
	return false;
}

static void a_step_can_stop_it(void **state)
{
	CLEANUP(str_release) struct str dir = STR_INIT;
	CLEANUP(fs_root_release) struct fs_root root = FS_ROOT_INIT;
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	struct report_options o = REPORT_OPTIONS_INIT;

	(void)state;
	o.step = stop;
	fs_join(&dir, getenv("TRILANE_TEST_DATA"), "recordings");
	assert_int_equal(fs_root_open(&root, dir.data, NULL), 0);
	assert_int_equal(fs_root_list(&root, "/", 0, &list, NULL), 0);
	for (size_t i = 0; i < list.count; i++) {
		CLEANUP(str_release) struct str inside = STR_INIT;

		str_addf(&inside, "/%s/recording.json", list.items[i].name);
		if (!fs_root_is_file(&root, inside.data))
			continue;
		str_clear(&inside);
		fs_join(&inside, dir.data, list.items[i].name);
		assert_null(build(inside.data, &o, ERROR_CANCELLED));
		return;
	}
	fail_msg("no recording");
}

/* Text of the machine can neither become Markdown nor HTML, nor end a block of code. */
/* The machine of nowhere.machine has a Python that cannot be started here. */
struct progress {
	double last;
	bool imported, back;
};

static bool note(void *context, const char *name, double done)
{
	struct progress *p = context;

	p->back = p->back || done < p->last || done > 1;
	p->imported = p->imported || text_starts(name, "/nowhere/");
	p->last = done;
	return true;
}

static void progress_never_goes_back(void **state)
{
	CLEANUP(source_release) struct source s = SOURCE_INIT;
	CLEANUP(str_release) struct str dir = STR_INIT;
	CLEANUP(str_release) struct str machine = STR_INIT;
	struct progress progress = {.last = 0};
	struct report_options o = {.imports = true, .step = note, .context = &progress};
	json_t *report = NULL;

	(void)state;
	fs_join(&machine, getenv("TRILANE_TEST_DATA"), "report/nowhere.machine");
	assert_int_equal(fs_make_temporary_dir("trilane-test", &dir, NULL), 0);
	machine_build(machine.data, dir.data);
	assert_int_equal(source_open_recording(&s, dir.data, NULL), 0);
	s.live = true; /* so that imports are asked for */
	assert_int_equal(report_build(&s, &o, &report, NULL), 0);
	assert_true(progress.imported);
	assert_false(progress.back);
	json_decref(report);
	fs_remove_tree(dir.data, NULL);
}

static void markdown_has_no_way_out(void **state)
{
	json_t *report = json_pack(
		"{s:{s:{s:s}}, s:[{s:s, s:{s:s}}], s:[{s:s, s:s, s:s, s:s, s:s, "
		"s:[{s:s,s:s,s:s}], s:{s:s, s:[s]}, s:[]}]}",
		"machine", "os", "name", "a|b<script>\n# c", "interpreters", "path",
		"/x/`y`[z](http://w)", "verdict", "state", "ready", "findings",
		"severity", "hint", "title", "*t*", "cause", "c", "subject", "_s_",
		"explanation", "<img src=x>", "evidence", "what", "w", "value",
		"v\n\n## v", "source", "s", "remedy", "text", "r", "commands",
		"echo ````\nrm", "references");
	CLEANUP(str_release) struct str out = STR_INIT;

	(void)state;
	assert_non_null(report);
	report_markdown(report, NULL, &out);
	assert_false(text_contains(out.data, "<script"));
	assert_false(text_contains(out.data, "<img"));
	assert_false(text_contains(out.data, "\n# c"));
	assert_false(text_contains(out.data, "\n## v"));
	assert_false(text_contains(out.data, "z](http"));
	assert_false(text_contains(out.data, "`y`"));
	assert_false(text_contains(out.data, "\nrm"));
	assert_true(text_contains(out.data, "a\\|b&lt;script"));
	json_decref(report);
}

static void markdown_tells_like_findings_once(void **state)
{
	json_t *report =
		json_pack("{s:{s:{s:s,s:s}}, s:[{s:s,s:s,s:s,s:s},{s:s,s:s,s:s,s:s}]}",
	                  "machine", "os", "name", "macOS", "version", "15.1", "findings",
	                  "id", "x", "severity", "hint", "title", "Old", "subject", "/a",
	                  "id", "x", "severity", "hint", "title", "Old", "subject", "/b");
	CLEANUP(str_release) struct str out = STR_INIT;

	(void)state;
	assert_non_null(report);
	report_markdown(report, NULL, &out);
	assert_true(text_contains(out.data, "| System | macOS 15.1 |\n"));
	assert_false(text_contains(out.data, "| Chip |"));
	assert_true(text_contains(out.data, "About: /a; /b."));
	assert_false(text_contains(strstr(out.data, "### ") + 1, "### "));
	json_decref(report);
}

static void markdown_is_redacted(void **state)
{
	json_t *report = json_pack("{s:[{s:s}]}", "interpreters", "path",
	                           "/Users/annabell/e/python");
	CLEANUP(redaction_release) struct redaction r = REDACTION_INIT;
	CLEANUP(str_release) struct str out = STR_INIT;

	(void)state;
	redaction_init(&r, "annabell", NULL, "/Users/annabell");
	report_markdown(report, &r, &out);
	assert_false(text_contains(out.data, "annabell"));
	assert_true(text_contains(out.data, "/e/python"));
	json_decref(report);
}

static void names_of_members_stay(void **state)
{
	CLEANUP(redaction_release) struct redaction r = REDACTION_INIT;
	json_t *report, *wanted;

	(void)state;
	redaction_init(&r, "chip", NULL, "/Users/chip");
	report = json_pack("{s:{s:s}, s:[s, i, n, {s:s}]}", "machine", "chip", "Apple M2",
	                   "chip", "/Users/chip/env", 7, "path", "é /Users/chip");
	wanted = json_pack("{s:{s:s}, s:[s, i, n, {s:s}]}", "machine", "chip", "Apple M2",
	                   "chip", "/Users/xxxx/env", 7, "path", "é /Users/xxxx");
	report_redact(report, &r);
	assert_true(json_equal(report, wanted));
	json_decref(report);
	json_decref(wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_machines_are_reported),
		cmocka_unit_test(a_step_can_stop_it),
		cmocka_unit_test(progress_never_goes_back),
		cmocka_unit_test(markdown_has_no_way_out),
		cmocka_unit_test(markdown_is_redacted),
		cmocka_unit_test(names_of_members_stay),
		cmocka_unit_test(markdown_tells_like_findings_once),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
