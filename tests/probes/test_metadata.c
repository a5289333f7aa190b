/* SPDX-License-Identifier: MIT */
/* METADATA, pyvenv.cfg, conda's records, and what the names of metadata folders say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "python/packages/conda.h"
#include "python/packages/metadata.h"
#include "python/python.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

static void test_metadata(void **state)
{
	static const char text[] =
		"Metadata-Version: 2.1\r\n"
		"name: Some_Package\r\n"
		"Version: 1.2\n"
		"Version: 9.9\n"
		"License: a licence\n"
		"        Name: of several lines\n"
		"Requires-Dist: numpy (>=1.2) ; python_version<'3.12'\n"
		"Requires-Dist: six\n"
		"\n"
		"Requires-Dist: nothing\n";
	CLEANUP(metadata_release) struct metadata m = METADATA_INIT;

	(void)state;
	metadata_parse(&m, text, strlen(text));
	assert_string_equal(m.name.data, "Some_Package");
	assert_string_equal(m.version.data, "1.2");
	assert_int_equal(m.requires.count, 2);
	assert_string_equal(m.requires.items[0], "numpy (>=1.2) ; python_version<'3.12'");
}

static void test_damaged_metadata(void **state)
{
	static const struct {
		const char *text;
		const char *name, *version;
	} rows[] = {
		{"", "", ""},
		{"Metadata-Ver", "", ""},
		{"Name:\nVersion:\n", "", ""},
		{"Name: x", "x", ""},
		{"Name: x\nVersion: 2", "x", "2"},
		{"Name: J\xe9r\nVersion: 1\n", "J\xef\xbf\xbdr", "1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(metadata_release) struct metadata m = METADATA_INIT;

		metadata_parse(&m, rows[i].text, strlen(rows[i].text));
		assert_string_equal(m.name.data, rows[i].name);
		assert_string_equal(m.version.data, rows[i].version);
	}
}

static void test_names(void **state)
{
	static const struct {
		const char *stem;
		bool fine;
		const char *name, *version;
	} rows[] = {
		{"absl_py-2.1.0", true, "absl_py", "2.1.0"},
		{"zope.interface-6.0-py3.11", true, "zope.interface", "6.0"},
		{"nvidia_cublas_cu12-12.3.4.1", true, "nvidia_cublas_cu12", "12.3.4.1"},
		{"a-b-1.0+cpu", true, "a-b", "1.0+cpu"},
		{"plain", true, "plain", ""},
		{"~umpy-1.26.4", false, NULL, NULL},
		{"-", false, NULL, NULL},
		{"", false, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(str_release) struct str name = STR_INIT;
		CLEANUP(str_release) struct str version = STR_INIT;

		assert_int_equal(dist_name_split(rows[i].stem, &name, &version),
		                 rows[i].fine);
		if (!rows[i].fine)
			continue;
		assert_string_equal(name.data, rows[i].name);
		assert_string_equal(version.data, rows[i].version);
	}
}

static void test_conda_names(void **state)
{
	CLEANUP(str_release) struct str name = STR_INIT;
	CLEANUP(str_release) struct str version = STR_INIT;
	CLEANUP(str_release) struct str build = STR_INIT;

	(void)state;
	assert_true(
		conda_name_split("libgcc-ng-13.2.0-h77fa898_7", &name, &version, &build));
	assert_string_equal(name.data, "libgcc-ng");
	assert_string_equal(version.data, "13.2.0");
	assert_string_equal(build.data, "h77fa898_7");
	assert_false(conda_name_split("history", &name, &version, &build));
	assert_false(conda_name_split("one-two", &name, &version, &build));
	assert_false(conda_name_split("-1-2", &name, &version, &build));
	assert_false(conda_name_split("", &name, &version, &build));
}

static void test_conda_record(void **state)
{
	static const char fine[] = "{\"subdir\": \"osx-64\", \"files\": []}";
	json_t *conda = json_object();
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(conda_record_parse(fine, strlen(fine), conda, &err), 0);
	assert_string_equal(fact_get_string(conda, "subdir"), "osx-64");
	assert_true(fact_is_absent(json_object_get(conda, "channel")));
	assert_int_not_equal(conda_record_parse("{\"sub", 5, conda, &err), 0);
	json_decref(conda);
}

static void test_pyvenv(void **state)
{
	static const char text[] = "Home = /opt/python/bin\nno equals\n= nothing\n"
				   "include-system-site-packages = TRUE\nversion=3.11.4\n"
				   "version_info = 3.11.4.final.0\nuv = 0.5\n";
	CLEANUP(pyvenv_release) struct pyvenv v = {.present = false};

	(void)state;
	pyvenv_parse(&v, text, strlen(text));
	assert_string_equal(v.home, "/opt/python/bin");
	assert_string_equal(v.version, "3.11.4");
	assert_true(v.system_site);
	assert_true(v.uv);
	assert_false(v.virtualenv);
}

static void test_program_names(void **state)
{
	static const char *const fine[] = {"python",      "python3",   "python3.12",
	                                   "python3.13t", "python2.7", "pypy3",
	                                   "pypy3.10"};
	static const char *const other[] = {
		"python3-config", "python3.12-config",  "python4",
		"pythonw",        "python3.",           "python3.1234",
		"ipython",        "python3.12-intel64", ""};

	(void)state;
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		if (!python_program_name(fine[i]))
			fail_msg("%s", fine[i]);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		if (python_program_name(other[i]))
			fail_msg("%s", other[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_metadata),
		cmocka_unit_test(test_damaged_metadata),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_conda_names),
		cmocka_unit_test(test_conda_record),
		cmocka_unit_test(test_pyvenv),
		cmocka_unit_test(test_program_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
