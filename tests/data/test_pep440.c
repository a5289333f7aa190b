/* SPDX-License-Identifier: MIT */
/*
 * Versions, specifiers and markers against tables of answers that the reference
 * implementation (Python's packaging) gives too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trilane/cleanup.h"
#include "trilane/fs.h"
#include "trilane/pep440.h"

#include "trilane/banned.h"

static void read_lines(const char *name, struct strlist *lines)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	struct error err = ERROR_INIT;

	fs_join(&path, getenv("TRILANE_TEST_DATA"), "data/pep440");
	str_addf(&path, "/%s", name);
	assert_int_equal(fs_read(path.data, 1 << 20, &text, &err), 0);
	strlist_split(lines, text.data, "\n");
	assert_true(lines->count > 10);
}

/* Cuts LINE at its tabs in place; the fields that are not there are "". */
static void cut_fields(char *line, char *fields[3])
{
	for (int i = 0; i < 3; i++) {
		char *tab = strchr(line, '\t');

		fields[i] = line;
		if (tab)
			*tab = '\0';
		line = tab ? tab + 1 : line + strlen(line);
	}
}

static void versions_are_ordered(void **state)
{
	CLEANUP(strlist_release) struct strlist lines = STRLIST_INIT;

	(void)state;
	read_lines("order.txt", &lines);
	for (size_t i = 0; i < lines.count; i++) {
		for (size_t j = 0; j < lines.count; j++) {
			int c = pep440_compare_text(lines.items[i], lines.items[j]);

			if ((c > 0) != (i > j) || (c < 0) != (i < j))
				fail_msg("%s and %s: %d", lines.items[i], lines.items[j],
				         c);
		}
	}
}

static void spellings_of_one_version_are_equal(void **state)
{
	static const char *const same[][2] = {
		{"1.0", "1"},
		{"v1.0", "1.0.0"},
		{"1.0-alpha.1", "1.0a1"},
		{"1.0.PREVIEW_2", "1.0rc2"},
		{"1.0c3", "1.0rc3"},
		{"1.0-1", "1.0.post1"},
		{"1.0-r4", "1.0.post4"},
		{"1.0.dev", "1.0dev0"},
		{"1.0+Ubuntu-1", "1.0+ubuntu.1"},
		{" 1.0\n", "1.0"},
		{"1.0a", "1.0a0"},
		{"01.02", "1.2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		struct pep440 v;

		if (!pep440_parse(same[i][0], &v) ||
		    pep440_compare_text(same[i][0], same[i][1]) != 0)
			fail_msg("%s is not %s", same[i][0], same[i][1]);
	}
}

static void rubbish_is_no_version(void **state)
{
	static const char *const rubbish[] = {
		"",
		" ",
		"x",
		"1.",
		"1..2",
		"1.0.",
		"1.0+",
		"1.0+a..b",
		"1.0 beta x",
		"1!",
		"1.0a1b2",
		"99999999999",
		"1.0a99999999999",
		"1.2.3.4.5.6.7.8.9",
		"-1",
		"1.0+a_",
		"1,0",
	};
	struct pep440 v;
	char longest[400];

	(void)state;
	for (size_t i = 0; i < sizeof(rubbish) / sizeof(rubbish[0]); i++)
		if (pep440_parse(rubbish[i], &v))
			fail_msg("\"%s\" is no version", rubbish[i]);
	memset(longest, '1', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_false(pep440_parse(longest, &v));
	assert_false(pep440_parse(NULL, &v));
	assert_true(pep440_compare_text("rubbish", "0.dev0") < 0);
	assert_int_equal(pep440_compare_text("rubbish", "other"), 0);
}

static void specifiers_answer_as_packaging_does(void **state)
{
	CLEANUP(strlist_release) struct strlist lines = STRLIST_INIT;
	char *fields[3];

	(void)state;
	read_lines("specifiers.txt", &lines);
	for (size_t i = 1; i < lines.count; i++) {
		cut_fields(lines.items[i], fields);
		if (pep440_satisfies(fields[0], fields[1]) !=
		    text_equal(fields[2], "yes"))
			fail_msg("%s in \"%s\" is not %s", fields[0], fields[1],
			         fields[2]);
	}
	assert_true(pep440_specifiers_valid(">=1.0, <2"));
	assert_false(pep440_specifiers_valid("about 3"));
}

static void requirements_are_read(void **state)
{
	struct python_requirement r = PYTHON_REQUIREMENT_INIT;

	(void)state;
	assert_true(python_requirement_parse(
		"Tensorflow_macOS [and-cuda, x] (>=2.13 , <2.14) ; "
		"platform_machine == \"arm64\"",
		&r));
	assert_string_equal(r.name.data, "tensorflow-macos");
	assert_string_equal(r.extras.data, "and-cuda,x");
	assert_string_equal(r.specifiers.data, ">=2.13,<2.14");
	assert_string_equal(r.marker.data, "platform_machine == \"arm64\"");

	assert_true(python_requirement_parse("numpy<2.0.0,>=1.23.5", &r));
	assert_string_equal(r.name.data, "numpy");
	assert_string_equal(r.specifiers.data, "<2.0.0,>=1.23.5");
	assert_string_equal(r.marker.data, "");

	assert_true(python_requirement_parse("h5py @ https://example.org/h.whl ; x", &r));
	assert_string_equal(r.specifiers.data, "");

	assert_false(python_requirement_parse("", &r));
	assert_false(python_requirement_parse("-r other.txt", &r));
	assert_false(python_requirement_parse("numpy about 2", &r));
	assert_false(python_requirement_parse("numpy[", &r));
	assert_false(python_requirement_parse("numpy (>=1", &r));
	python_requirement_release(&r);
}

static void markers_answer_as_packaging_does(void **state)
{
	static const struct python_marker_environment mac = {
		.python_version = "3.11",
		.python_full_version = "3.11.4",
		.sys_platform = "darwin",
		.platform_system = "Darwin",
		.platform_machine = "arm64",
		.os_name = "posix",
		.implementation_name = "cpython",
		.platform_python_implementation = "CPython",
		.extra = "",
	};
	CLEANUP(strlist_release) struct strlist lines = STRLIST_INIT;
	char *fields[3];

	(void)state;
	read_lines("markers.txt", &lines);
	for (size_t i = 1; i < lines.count; i++) {
		cut_fields(lines.items[i], fields);
		if (python_marker_true(fields[0], &mac) != text_equal(fields[1], "yes"))
			fail_msg("\"%s\" is not %s", fields[0], fields[1]);
	}
}

static void nesting_of_markers_is_bounded(void **state)
{
	static const struct python_marker_environment none;
	CLEANUP(str_release) struct str marker = STR_INIT;

	(void)state;
	for (int i = 0; i < 1000; i++)
		str_add(&marker, "(");
	str_add(&marker, "'a' == 'a'");
	for (int i = 0; i < 1000; i++)
		str_add(&marker, ")");
	assert_false(python_marker_true(marker.data, &none));
	assert_true(python_marker_true("(('a' == 'a'))", &none));
}

static void names_are_compared_as_pypi_does(void **state)
{
	CLEANUP(str_release) struct str name = STR_INIT;

	(void)state;
	python_normalize_name("Tensorflow_IO.gcs-_-filesystem", &name);
	assert_string_equal(name.data, "tensorflow-io-gcs-filesystem");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_are_ordered),
		cmocka_unit_test(spellings_of_one_version_are_equal),
		cmocka_unit_test(rubbish_is_no_version),
		cmocka_unit_test(specifiers_answer_as_packaging_does),
		cmocka_unit_test(requirements_are_read),
		cmocka_unit_test(markers_answer_as_packaging_does),
		cmocka_unit_test(nesting_of_markers_is_bounded),
		cmocka_unit_test(names_are_compared_as_pypi_does),
	};

	return cmocka_run_group_tests_name("pep440", tests, NULL, NULL);
}
