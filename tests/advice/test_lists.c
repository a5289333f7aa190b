/* SPDX-License-Identifier: MIT */
/*
 * Lists of requirements in tests/advice/lists, described in lists.json: what each is
 * taken for ("input"), and the causes of all findings, anywhere and on machines of four
 * kinds; a machine that is not named must have none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "trilane/advice.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/fs.h"

#include "trilane/banned.h"

/* A machine of that platform with a Python 3.11, or NULL. */
static json_t *machine(const char *platform)
{
	const char *dash = strchr(platform, '-');

	if (!dash)
		return NULL;
	return json_pack("{s:{s:{s:s}, s:s}, s:[{s:s, s:s}]}", "machine", "os", "name",
	                 text_starts(platform, "macos") ? "macOS" : "Linux", "arch",
	                 dash + 1, "interpreters", "path", "/p/bin/python", "version",
	                 "3.11.9");
}

static void causes_of(const json_t *diagnosis, struct str *out)
{
	CLEANUP(strlist_release) struct strlist causes = STRLIST_INIT;
	const json_t *finding;
	size_t i;

	json_array_foreach(json_object_get(diagnosis, "findings"), i, finding)
	{
		strlist_add(&causes, fact_get_string(finding, "cause"));
	}
	strlist_sort(&causes);
	for (i = 0; i < causes.count; i++)
		str_addf(out, "%s ", causes.items[i]);
}

static void wanted_causes(const json_t *list, struct str *out)
{
	CLEANUP(strlist_release) struct strlist causes = STRLIST_INIT;
	const json_t *cause;
	size_t i;

	json_array_foreach(list, i, cause)
	{
		strlist_add(&causes, json_string_value(cause));
	}
	strlist_sort(&causes);
	for (i = 0; i < causes.count; i++)
		str_addf(out, "%s ", causes.items[i]);
}

static int judge(const json_t *row, const struct str *text, const char *platform)
{
	CLEANUP(str_release) struct str found = STR_INIT;
	CLEANUP(str_release) struct str wanted = STR_INIT;
	json_t *report = machine(platform);
	json_t *d = advice_diagnosis(advice, text->data, text->len, report);
	const char *input = fact_get_string(row, "input");
	int wrong = 0;

	causes_of(d, &found);
	wanted_causes(json_object_get(row, platform), &wanted);
	if (!text_equal(fact_get_string(d, "input"), input) ||
	    (input && !text_equal(found.data, wanted.data))) {
		print_error("%s on %s: %s, %s\n    not: %s\n",
		            fact_get_string(row, "file"), platform,
		            fact_get_string(d, "input"), found.data, wanted.data);
		wrong = 1;
	}
	json_decref(d);
	json_decref(report);
	return wrong;
}

static void lists_are_judged_for_a_machine(void **state)
{
	static const char *const platforms[] = {"anywhere", "linux-arm64", "linux-x86_64",
	                                        "macos-arm64", "macos-x86_64"};
	CLEANUP(str_release) struct str cases = STR_INIT;
	json_t *rows = NULL, *row;
	size_t i;
	int wrong = 0;

	(void)state;
	read_data("lists.json", &cases);
	assert_int_equal(document_parse(cases.data, cases.len, 1 << 20, &rows, NULL), 0);
	json_array_foreach(rows, i, row)
	{
		CLEANUP(str_release) struct str text = STR_INIT;
		CLEANUP(str_release) struct str name = STR_INIT;

		str_addf(&name, "lists/%s", fact_get_string(row, "file"));
		read_data(name.data, &text);
		for (size_t p = 0; p < sizeof(platforms) / sizeof(platforms[0]); p++)
			wrong += judge(row, &text, platforms[p]);
	}
	json_decref(rows);
	assert_int_equal(wrong, 0);
}

static void lines_are_quoted_with_their_number(void **state)
{
	static const char text[] = "# old\n\nflask\ntensorflow == 2.5.0 ; "
				   "python_version < '3.10'\n";
	json_t *report = machine("macos-arm64");
	json_t *d = advice_diagnosis(advice, text, strlen(text), report);
	const json_t *evidence = json_array_get(
		fact_get(json_array_get(json_object_get(d, "findings"), 0), "evidence"),
		0);

	(void)state;
	assert_string_equal(fact_get_string(evidence, "source"), "line 4");
	assert_true(
		text_starts(fact_get_string(evidence, "value"), "tensorflow == 2.5.0"));
	json_decref(d);
	json_decref(report);
}

static void a_list_without_fault_says_so(void **state)
{
	json_t *list = advice_read_list(advice, "flask==3.0\n", 11);
	json_t *d = advice_list_diagnosis(advice, list, NULL);

	(void)state;
	assert_int_equal(json_array_size(json_object_get(d, "findings")), 0);
	assert_non_null(fact_get_string(d, "next.sentence"));
	assert_null(advice_read_list(advice, "", 0));
	json_decref(list);
	json_decref(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_judged_for_a_machine),
		cmocka_unit_test(lines_are_quoted_with_their_number),
		cmocka_unit_test(a_list_without_fault_says_so),
	};

	return cmocka_run_group_tests_name("lists", tests, advice_set_up,
	                                   advice_tear_down);
}
