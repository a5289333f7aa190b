/* SPDX-License-Identifier: MIT */
/*
 * Finding and describing interpreters, on the machines of tests/probes/python:
 * NAME.machine says what is there, NAME.json what must be found, compared as a subset.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "machine_builder.h"
#include "subset.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/fs.h"
#include "trilane/probes.h"

#include "trilane/banned.h"

static json_t *probe(const char *dir)
{
	CLEANUP(source_release) struct source s = SOURCE_INIT;
	struct error err = ERROR_INIT;
	json_t *report = json_object();

	if (source_open_recording(&s, dir, &err))
		fail_msg("%s", err.text);
	assert_true(probes_run(&s, report, NULL, NULL));
	return report;
}

static json_t *find_path(const json_t *report, const char *path)
{
	size_t index;
	json_t *row;

	json_array_foreach(
		json_object_get(report, "interpreters"), index,
		row) if (text_equal(fact_get_string(row, "path"), path)) return row;
	return NULL;
}

/* By "path", or any of "any_path" where several names are as good. */
static json_t *find_wanted(const json_t *report, const json_t *want)
{
	json_t *found = find_path(report, fact_get_string(want, "path"));
	size_t index;
	json_t *other;

	json_array_foreach(json_object_get(want, "any_path"), index, other) if (!found)
		found = find_path(report, json_string_value(other));
	return found;
}

static void check_member(const char *path, const char *key, const json_t *want,
                         const json_t *got)
{
	CLEANUP_FREE char *text = NULL;

	if (subset_fits(want, got, SUBSET_ALL_ITEMS))
		return;
	text = got ? json_dumps(got, JSON_ENCODE_ANY) : NULL;
	fail_msg("%s: %s is %s", path, key, text ? text : "missing");
}

static void check_interpreter(const json_t *report, const json_t *want)
{
	const char *path = fact_get_string(want, "path");
	json_t *found = find_wanted(report, want);
	const char *key;
	json_t *value;

	if (!found)
		fail_msg("%s is not found", path);
	json_object_foreach((json_t *)want, key, value) if (!text_equal(key, "path") &&
	                                                    !text_equal(key, "any_path"))
		check_member(path, key, value, json_object_get(found, key));
}

static void check_machine(const char *name)
{
	CLEANUP(str_release) struct str dir = STR_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;
	const char *tests = getenv("TRILANE_TEST_DATA");
	json_t *want, *row;
	size_t index;

	assert_non_null(tests);
	assert_int_equal(fs_make_temporary_dir("trilane-test", &dir, NULL), 0);
	str_addf(&path, "%s/probes/python/%s.machine", tests, name);
	machine_build(path.data, dir.data);
	str_clear(&path);
	str_addf(&path, "%s/probes/python/%s.json", tests, name);
	want = json_load_file(path.data, 0, NULL);
	assert_non_null(want);
	json_t *report = probe(dir.data);
	json_array_foreach(json_object_get(want, "interpreters"), index, row)
		check_interpreter(report, row);
	json_array_foreach(json_object_get(want, "absent"), index,
	                   row) if (find_path(report, json_string_value(row)))
		fail_msg("%s is reported", json_string_value(row));
	if (json_object_get(want, "lost_kernels"))
		check_member("machine", "jupyter.lost_kernels",
		             json_object_get(want, "lost_kernels"),
		             fact_get(report, "machine.jupyter.lost_kernels"));
	else
		assert_null(fact_get(report, "machine.jupyter"));
	assert_int_equal(json_array_size(json_object_get(report, "interpreters")),
	                 json_integer_value(json_object_get(want, "count")));
	json_decref(report);
	json_decref(want);
	fs_remove_tree(dir.data, NULL);
}

static void test_mac(void **state)
{
	(void)state;
	check_machine("mac");
}

static void test_linux(void **state)
{
	(void)state;
	check_machine("linux");
}

static void test_odd_mac(void **state)
{
	(void)state;
	check_machine("odd-mac");
}

static void test_odd_linux(void **state)
{
	(void)state;
	check_machine("odd-linux");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mac),
		cmocka_unit_test(test_linux),
		cmocka_unit_test(test_odd_mac),
		cmocka_unit_test(test_odd_linux),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
