/* SPDX-License-Identifier: MIT */
/* Conditions in three values, and templates, over the document in conditions.json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "condition.h"
#include "fixture.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/fs.h"

#include "trilane/banned.h"

static const char *const truths[] = {"false", "unknown", "true"};

static void conditions_are_judged_in_three_values(void **state)
{
	json_t *d = read_json("conditions.json");
	struct context base = {.aliases = json_object_get(d, "aliases"),
	                       .tables = json_object_get(d, "tables")};
	struct context c = context_with(&base, "doc", json_object_get(d, "doc"));
	size_t i;
	json_t *one;

	(void)state;
	json_array_foreach(json_object_get(d, "cases"), i, one)
	{
		const json_t *condition = json_array_get(one, 0);
		const char *wanted = json_string_value(json_array_get(one, 1));
		struct error err = ERROR_INIT;

		if (condition_validate(condition, base.aliases, base.tables, &err))
			fail_msg("case %zu: %s", i, err.text);
		if (!text_equal(truths[condition_judge(condition, &c)], wanted))
			fail_msg("case %zu is not %s", i, wanted);
	}
	assert_true(i > 40);
	json_decref(d);
}

static void malformed_conditions_are_refused(void **state)
{
	json_t *d = read_json("conditions.json");
	size_t i;
	json_t *one;

	(void)state;
	json_array_foreach(json_object_get(d, "refused"), i, one)
	{
		struct error err = ERROR_INIT;

		if (!condition_validate(one, json_object_get(d, "aliases"),
		                        json_object_get(d, "tables"), &err))
			fail_msg("refused %zu was taken", i);
		assert_true(err.text[0] != '\0');
	}
	json_decref(d);
}

static void placeholders_are_replaced(void **state)
{
	static const char *const cases[][2] = {
		{"{doc.version} and {$first}", "2.16.2 and 2.16.2"},
		{"{doc.nothing} {doc.nothing|none}", "unknown none"},
		{"{doc.version:minor}", "2.16"},
		{"{doc.bytes:gib}", "8.0 GiB"},
		{"{doc.list}", "a, b"},
		{"{doc.list:count}", "2"},
		{"{doc.path:base} {doc.path:dir}", "it's here /odd folder"},
		{"{doc.path:sh}", "'/odd folder/it'\\''s here'"},
		{"no {placeholder", "no {placeholder"},
		{"a {not a path} b", "a {not a path} b"},
		{"{doc.yes}", "yes"},
	};
	json_t *d = read_json("conditions.json");
	struct context base = {.aliases = json_object_get(d, "aliases")};
	struct context c = context_with(&base, "doc", json_object_get(d, "doc"));
	CLEANUP(str_release) struct str quoted = STR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(str_release) struct str out = STR_INIT;

		context_expand(&c, cases[i][0], false, &out);
		assert_string_equal(out.data, cases[i][1]);
	}
	context_expand(&c, "{doc.path} {doc.version}", true, &quoted);
	assert_string_equal(quoted.data, "'/odd folder/it'\\''s here' 2.16.2");
	assert_true(context_template_valid("{a.b:gib|none} x"));
	assert_false(context_template_valid("{a.b:nothing}"));
	assert_false(context_template_valid("{a b}"));
	json_decref(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conditions_are_judged_in_three_values),
		cmocka_unit_test(malformed_conditions_are_refused),
		cmocka_unit_test(placeholders_are_replaced),
	};

	return cmocka_run_group_tests_name("condition", tests, NULL, NULL);
}
