/* SPDX-License-Identifier: MIT */
/* Facts and findings as documents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/finding.h"
#include "trilane/mem.h"

static void paths_make_their_way_and_absences_are_typed(void **state)
{
	json_t *d = json_object();
	CLEANUP_FREE char *text = NULL;
	json_int_t n;

	(void)state;
	fact_set_integer(d, "machine.memory.total_bytes", 8);
	fact_set_absent(d, "machine.chip", FACT_UNAVAILABLE, "no %s", "sysctl");
	assert_true(fact_get_integer(d, "machine.memory.total_bytes", &n) && n == 8);
	assert_null(fact_get(d, "machine.chip"));
	assert_null(fact_get(d, "machine.chip.deeper.still"));
	assert_null(fact_get(d, "nothing"));
	text = document_text(d, false);
	assert_string_equal(text, "{\"machine\":{\"memory\":{\"total_bytes\":8},"
	                          "\"chip\":{\"value\":null,\"reason\":\"unavailable\","
	                          "\"detail\":\"no sysctl\"}}}");
	json_decref(d);
}

static void lists_of_strings_are_searched(void **state)
{
	json_t *d = json_pack("{s:[s,i,s]}", "isa", "neon", 3, "bf16");

	(void)state;
	assert_true(fact_has_string(d, "isa", "bf16"));
	assert_false(fact_has_string(d, "isa", "bf1"));
	assert_false(fact_has_string(d, "nothing", "neon"));
	json_decref(d);
}

static void bytes_of_unknown_origin_become_text(void **state)
{
	json_t *text = fact_text("a\xff\0b", 4);

	(void)state;
	assert_string_equal(json_string_value(text), "a\xef\xbf\xbd\xef\xbf\xbd"
	                                             "b");
	json_decref(text);
}

static void documents_from_outside_are_bounded(void **state)
{
	struct error err = ERROR_INIT;
	json_t *d = NULL;
	CLEANUP_FREE char *deep = xmalloc(200);

	(void)state;
	assert_int_equal(document_parse("{\"a\":1}", 7, 6, &d, &err), ERROR_TOO_LARGE);
	assert_int_equal(document_parse("", 0, 6, &d, &err), ERROR_INVALID);
	assert_string_equal(err.text, "empty, where JSON was expected");
	assert_int_equal(document_parse("{\"a\":1,\"a\":2}", 13, 100, &d, &err),
	                 ERROR_INVALID);
	memset(deep, '[', 100);
	memset(deep + 100, ']', 100);
	assert_int_equal(document_parse(deep, 200, 1000, &d, &err), ERROR_INVALID);
	assert_int_equal(document_parse("[\"[[[[\"]", 8, 100, &d, &err), 0);
	json_decref(d);
}

static void findings_sort_by_severity_then_confidence_and_stay_stable(void **state)
{
	json_t *list = json_pack("[{ssssss},{ssssss},{ssssss},{ssssss}]", "id", "a",
	                         "severity", "hint", "confidence", "certain", "id", "b",
	                         "severity", "blocker", "confidence", "possible", "id",
	                         "c", "severity", "blocker", "confidence", "certain",
	                         "id", "d", "severity", "hint", "confidence", "certain");
	const char *order = "cbad";
	enum severity worst;

	(void)state;
	assert_non_null(list);
	assert_true(findings_worst(list, &worst) && worst == SEVERITY_BLOCKER);
	findings_sort(list);
	for (size_t i = 0; i < 4; i++) {
		const char *id =
			json_string_value(json_object_get(json_array_get(list, i), "id"));

		assert_int_equal(id[0], order[i]);
	}
	json_array_clear(list);
	assert_false(findings_worst(list, &worst));
	json_decref(list);
}

static void findings_of_one_rule_are_alike(void **state)
{
	json_t *list = json_pack("[{ssss},{ssss},{ssss},{ss}]", "id", "a", "severity",
	                         "hint", "id", "a", "severity", "blocker", "id", "a",
	                         "severity", "hint", "severity", "hint");

	(void)state;
	assert_false(findings_alike(json_array_get(list, 0), json_array_get(list, 1)));
	assert_true(findings_alike(json_array_get(list, 0), json_array_get(list, 2)));
	assert_false(findings_alike(json_array_get(list, 3), json_array_get(list, 2)));
	assert_false(finding_repeats(list, 0));
	assert_false(finding_repeats(list, 1));
	assert_true(finding_repeats(list, 2));
	assert_false(finding_repeats(list, 3));
	json_decref(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_make_their_way_and_absences_are_typed),
		cmocka_unit_test(lists_of_strings_are_searched),
		cmocka_unit_test(bytes_of_unknown_origin_become_text),
		cmocka_unit_test(documents_from_outside_are_bounded),
		cmocka_unit_test(
			findings_sort_by_severity_then_confidence_and_stay_stable),
		cmocka_unit_test(findings_of_one_rule_are_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
