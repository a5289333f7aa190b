/* SPDX-License-Identifier: MIT */
/* What interpreters should have, in recommendations.json: sentences and command lines. */
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

static int judge(const struct advice *a, const json_t *row)
{
	static const char *const tools[] = {"pip", "conda", "uv"};
	const json_t *interpreter = json_object_get(row, "interpreter");
	json_t *report =
		json_pack("{s:O, s:[O]}", "machine", json_object_get(row, "machine"),
	                  "interpreters", interpreter);
	json_array_extend(json_object_get(report, "interpreters"),
	                  json_object_get(row, "others"));
	json_t *r = advice_recommendation(a, report, interpreter);
	int wrong = 0;

	if (!text_starts(fact_get_string(r, "sentence"),
	                 fact_get_string(row, "sentence"))) {
		print_error("%s: %s\n", fact_get_string(row, "name"),
		            fact_get_string(r, "sentence"));
		wrong = 1;
	}
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++) {
		const json_t *wanted = json_object_get(row, tools[i]);
		const json_t *found =
			json_object_get(json_object_get(r, "commands"), tools[i]);

		if (wanted && !json_equal((json_t *)wanted, (json_t *)found)) {
			CLEANUP_FREE char *text = document_text(found, false);

			print_error("%s: %s\n", fact_get_string(row, "name"), text);
			wrong = 1;
		}
	}
	json_decref(r);
	json_decref(report);
	return wrong;
}

static void sets_are_recommended(void **state)
{
	json_t *rows = read_json("recommendations.json"), *row;
	size_t i;
	int wrong = 0;

	(void)state;
	json_array_foreach(rows, i, row)
	{
		wrong += judge(advice, row);
	}
	assert_true(i > 5);
	json_decref(rows);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_are_recommended),
	};

	return cmocka_run_group_tests_name("recommendations", tests, advice_set_up,
	                                   advice_tear_down);
}
