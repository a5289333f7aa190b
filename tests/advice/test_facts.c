/* SPDX-License-Identifier: MIT */
/*
 * Machines in facts.json and results in results.json.  "loud" lists every finding of
 * severity blocker or warning that a machine must have, and no other may be there; "also"
 * lists causes of hints and notes, "next" is what the machine's next step must be.
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
#include "trilane/finding.h"
#include "trilane/fs.h"

#include "trilane/banned.h"

/* Is (severity, cause, subject) among the findings?  NULL: any. */
static bool has(const json_t *findings, const char *severity, const char *cause,
                const char *subject)
{
	const json_t *f;
	size_t i;

	json_array_foreach(findings, i, f)
	{
		if (text_equal(fact_get_string(f, "cause"), cause) &&
		    (!severity || text_equal(fact_get_string(f, "severity"), severity)) &&
		    (!subject || text_equal(fact_get_string(f, "subject"), subject)))
			return true;
	}
	return false;
}

static size_t count_loud(const json_t *findings)
{
	const json_t *f;
	size_t i, n = 0;

	json_array_foreach(findings, i, f)
	{
		n += finding_severity(f) <= SEVERITY_WARNING;
	}
	return n;
}

static int complain(const char *name, const char *what, const json_t *findings)
{
	const json_t *f;
	size_t i;

	print_error("%s: %s\n", name, what);
	json_array_foreach(findings, i, f)
	{
		print_error("    %s %s %s\n", fact_get_string(f, "severity"),
		            fact_get_string(f, "cause"), fact_get_string(f, "subject"));
	}
	return 1;
}

static int judge_verdicts(const json_t *one, const json_t *report, const json_t *findings)
{
	const json_t *interpreter;
	size_t i;
	int wrong = 0;

	json_array_foreach(json_object_get(report, "interpreters"), i, interpreter)
	{
		const char *path = fact_get_string(interpreter, "path");
		const char *state = json_string_value(
			json_object_get(json_object_get(one, "verdicts"), path));
		const json_t *keep = json_object_get(json_object_get(one, "keep"), path);
		json_t *v = advice_verdict(advice, interpreter, findings);
		json_t *r = advice_recommendation(advice, report, interpreter);

		if (state && !text_equal(fact_get_string(v, "state"), state))
			wrong += complain(fact_get_string(one, "name"),
			                  fact_get_string(v, "state"), findings);
		if (keep && !json_equal(json_object_get(r, "keep"), keep))
			wrong += complain(fact_get_string(one, "name"),
			                  fact_get_string(r, "sentence"), findings);
		json_decref(v);
		json_decref(r);
	}
	return wrong;
}

static int judge_machine(const json_t *one)
{
	const json_t *report = json_object_get(one, "report"), *item;
	const json_t *loud = json_object_get(one, "loud");
	const char *name = fact_get_string(one, "name");
	json_t *findings = advice_facts(advice, report);
	size_t i;
	int wrong = judge_verdicts(one, report, findings);

	json_array_foreach(loud, i, item)
	{
		if (!has(findings, json_string_value(json_array_get(item, 0)),
		         json_string_value(json_array_get(item, 1)),
		         json_string_value(json_array_get(item, 2))))
			wrong += complain(name, "misses a finding", findings);
	}
	json_array_foreach(json_object_get(one, "also"), i, item)
	{
		if (!has(findings, NULL, json_string_value(item), NULL))
			wrong += complain(name, json_string_value(item), findings);
	}
	if (count_loud(findings) != json_array_size(loud))
		wrong += complain(name, "raises another number of alarms", findings);
	json_decref(findings);
	return wrong;
}

static void machines_are_judged(void **state)
{
	json_t *cases = read_json("facts.json"), *one;
	size_t i;
	int wrong = 0;

	(void)state;
	json_array_foreach(cases, i, one)
	{
		wrong += judge_machine(one);
	}
	assert_true(i > 30);
	assert_int_equal(wrong, 0);
	json_decref(cases);
}

static void results_are_judged(void **state)
{
	json_t *cases = read_json("results.json"), *one;
	size_t i, j;

	(void)state;
	json_array_foreach(cases, i, one)
	{
		json_t *findings = advice_result(advice, json_object_get(one, "result"));
		const json_t *wanted = json_object_get(one, "wanted"), *cause;

		json_array_foreach(wanted, j, cause)
		{
			if (!has(findings, NULL, json_string_value(cause), "machine"))
				fail_msg("%s: no %s", fact_get_string(one, "name"),
				         json_string_value(cause));
		}
		if (json_array_size(findings) != json_array_size(wanted))
			fail_msg("%s: %zu findings", fact_get_string(one, "name"),
			         json_array_size(findings));
		json_decref(findings);
	}
	json_decref(cases);
}

/* Every member of docs/openapi.json's finding is in every finding. */
static void findings_have_their_members(void **state)
{
	static const char *const members[] = {
		"id",    "cause",       "severity", "confidence", "subject",
		"title", "explanation", "evidence", "remedy",     "references"};
	json_t *cases = read_json("facts.json"), *one, *f;
	size_t i, j;

	(void)state;
	json_array_foreach(cases, i, one)
	{
		json_t *findings = advice_facts(advice, json_object_get(one, "report"));

		json_array_foreach(findings, j, f)
		{
			for (size_t m = 0; m < sizeof(members) / sizeof(members[0]); m++)
				assert_non_null(json_object_get(f, members[m]));
			assert_true(json_array_size(json_object_get(f, "evidence")) > 0);
			assert_non_null(fact_get(f, "remedy.commands"));
			assert_false(
				text_contains(fact_get_string(f, "explanation"), "{"));
		}
		json_decref(findings);
	}
	json_decref(cases);
}

static void a_log_from_here_is_confirmed_by_the_facts(void **state)
{
	static const char log[] = "ImportError: /e/lib/x.so\n_ARRAY_API not found\n";
	json_t *cases = read_json("facts.json"), *one, *report = NULL, *d, *f;
	size_t i;

	(void)state;
	json_array_foreach(cases, i, one)
	{
		if (text_equal(fact_get_string(one, "name"), "NumPy 2 under 2.16"))
			report = json_object_get(one, "report");
	}
	assert_non_null(report);
	json_object_set_new(json_array_get(json_object_get(report, "interpreters"), 0),
	                    "prefix", json_string("/e/lib/x"));
	d = advice_diagnosis(advice, log, strlen(log), report);
	f = json_array_get(json_object_get(d, "findings"), 0);
	assert_string_equal(fact_get_string(f, "cause"), "numpy2-abi-mismatch");
	assert_string_equal(fact_get_string(f, "confidence"), "certain");
	assert_true(json_array_size(json_object_get(f, "evidence")) >= 2);
	json_decref(d);
	json_decref(cases);
}

static void the_machine_has_a_sentence_and_a_next_step(void **state)
{
	json_t *cases = read_json("facts.json"), *one;
	size_t i;

	(void)state;
	json_array_foreach(cases, i, one)
	{
		json_t *report = json_object_get(one, "report"), *v;

		json_object_set_new(report, "findings", advice_facts(advice, report));
		v = advice_machine_verdict(advice, report);
		assert_true(strlen(fact_get_string(v, "sentence")) > 10);
		assert_true(strlen(fact_get_string(v, "next")) > 10);
		if (json_object_get(one, "next"))
			assert_string_equal(fact_get_string(v, "next"),
			                    fact_get_string(one, "next"));
		json_decref(v);
	}
	json_decref(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(machines_are_judged),
		cmocka_unit_test(results_are_judged),
		cmocka_unit_test(findings_have_their_members),
		cmocka_unit_test(a_log_from_here_is_confirmed_by_the_facts),
		cmocka_unit_test(the_machine_has_a_sentence_and_a_next_step),
	};

	return cmocka_run_group_tests_name("facts", tests, advice_set_up,
	                                   advice_tear_down);
}
