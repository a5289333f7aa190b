/* SPDX-License-Identifier: MIT */
/*
 * Every machine in tests/recordings: the facts in its expected.json, compared as a
 * subset. null stands for anything absent; a list's items may stand among others.  To add
 * a machine, add a folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "subset.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/fs.h"
#include "trilane/probes.h"

/* The value at the dotted PATH, absences included. */
static const json_t *at(const json_t *document, const char *path)
{
	CLEANUP(strlist_release) struct strlist parts = STRLIST_INIT;

	strlist_split(&parts, path, ".");
	for (size_t i = 0; i < parts.count; i++)
		document = json_object_get(document, parts.items[i]);
	return document;
}

static int count_misses(const char *machine, const json_t *facts, const json_t *report)
{
	int misses = 0;
	const char *path;
	json_t *want;

	json_object_foreach((json_t *)facts, path, want)
	{
		const json_t *got = at(report, path);
		CLEANUP_FREE char *w = NULL;
		CLEANUP_FREE char *g = NULL;

		if (subset_fits(want, got, SUBSET_SOME_ITEMS))
			continue;
		w = json_dumps(want, JSON_ENCODE_ANY | JSON_COMPACT);
		g = got ? json_dumps(got, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
		print_error("%s: %s: wants %s, got %s\n", machine, path, w,
		            g ? g : "nothing");
		misses++;
	}
	return misses;
}

/* A leaf is a value or an absence with a reason and a detail: no bare null but where
 * docs/report-machine.md has one. */
static void check_leaves(const char *machine, const json_t *value, const char *name)
{
	const char *key;
	json_t *item;
	size_t i;

	if (json_is_null(value)) {
		if (strcmp(name, "kind") != 0 && strcmp(name, "api") != 0)
			fail_msg("%s: %s is a bare null", machine, name);
		return;
	}
	if (fact_is_absent(value)) {
		assert_non_null(json_string_value(json_object_get(value, "reason")));
		assert_non_null(json_string_value(json_object_get(value, "detail")));
		return;
	}
	json_object_foreach((json_t *)value, key, item) check_leaves(machine, item, key);
	json_array_foreach(value, i, item) check_leaves(machine, item, name);
}

static int check_machine(const char *dir, const char *name)
{
	CLEANUP(source_release) struct source s = SOURCE_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;
	struct error err = ERROR_INIT;
	json_error_t json_error;
	json_t *report = json_object();
	json_t *expected;
	int misses;

	fs_join(&path, dir, "expected.json");
	expected = json_load_file(path.data, 0, &json_error);
	if (!expected)
		fail_msg("%s: %s", path.data, json_error.text);
	if (source_open_recording(&s, dir, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(probes_run(&s, report, NULL, NULL));
	misses = count_misses(name, json_object_get(expected, "facts"), report);
	check_leaves(name, json_object_get(report, "machine"), "machine");
	json_decref(expected);
	json_decref(report);
	return misses;
}

static void every_machine_is_as_expected(void **state)
{
	CLEANUP(fs_root_release) struct fs_root root = FS_ROOT_INIT;
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	CLEANUP(str_release) struct str dir = STR_INIT;
	size_t machines = 0;
	int misses = 0;

	(void)state;
	fs_join(&dir, getenv("TRILANE_TEST_DATA"), "recordings");
	assert_int_equal(fs_root_open(&root, dir.data, NULL), 0);
	assert_int_equal(fs_root_list(&root, "/", 0, &list, NULL), 0);
	for (size_t i = 0; i < list.count; i++) {
		CLEANUP(str_release) struct str machine = STR_INIT;

		if (list.items[i].kind != FS_KIND_DIR)
			continue;
		fs_join(&machine, dir.data, list.items[i].name);
		misses += check_machine(machine.data, list.items[i].name);
		machines++;
	}
	assert_true(machines >= 15);
	assert_int_equal(misses, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_machine_is_as_expected)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
