/* SPDX-License-Identifier: MIT */
/* Saved results against each other: regressions, other environments, odd documents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "trilane/cleanup.h"
#include "trilane/compare.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

/* A result with one lane and one model whose N samples lie around STEP_NS. */
static json_t *result(const char *lane, double step_ns, unsigned n, int batch)
{
	json_t *samples = json_array();
	for (unsigned i = 0; i < n; i++)
		json_array_append_new(samples,
		                      json_real(step_ns * (1 + 0.001 * (i % 5))));
	json_t *document = json_pack(
		"{s:s, s:s, s:{s:i}, s:[{s:s, s:s, s:[{s:s, s:{s:o}}]}]}", "schema",
		RESULT_SCHEMA, "id", "x", "spec", "batch", batch, "lanes", "lane", lane,
		"state", "done", "models", "model", "mlp", "step_ns", "samples", samples);
	assert_non_null(document);
	return document;
}

static json_t *compare(json_t *a, json_t *b)
{
	json_t *out = NULL;
	struct error err = ERROR_INIT;
	if (compare_results(a, b, &out, &err))
		fail_msg("%s", err.text);
	json_decref(a);
	json_decref(b);
	return out;
}

static const char *sentence_of(const json_t *document)
{
	const json_t *first = json_array_get(json_object_get(document, "comparisons"), 0);
	return json_string_value(json_object_get(first, "sentence"));
}

static const char *verdict_of(const json_t *document)
{
	const json_t *first = json_array_get(json_object_get(document, "comparisons"), 0);
	return json_string_value(json_object_get(first, "verdict"));
}

static void test_regression(void **state)
{
	(void)state;
	json_t *c =
		compare(result("native", 1000, 20, 32), result("native", 1100, 20, 32));
	assert_string_equal(verdict_of(c), "slower");
	assert_true(text_starts(sentence_of(c), "mlp on native: A is "));
	assert_true(comparison_has(c, VERDICT_SLOWER));
	assert_int_equal(json_array_size(json_object_get(c, "differences")), 0);
	json_decref(c);
	c = compare(result("native", 1100, 20, 32), result("native", 1000, 20, 32));
	assert_string_equal(verdict_of(c), "faster");
	json_decref(c);
	c = compare(result("native", 1000, 20, 32), result("native", 1000, 20, 32));
	assert_string_equal(verdict_of(c), "no_difference");
	json_decref(c);
	c = compare(result("native", 1000, 4, 32), result("native", 1100, 20, 32));
	assert_string_equal(verdict_of(c), "cannot_tell");
	json_decref(c);
}

static void test_batches_differ(void **state)
{
	(void)state;
	json_t *c =
		compare(result("native", 1000, 20, 32), result("native", 2000, 20, 64));
	assert_string_equal(verdict_of(c), "no_difference");
	const char *sentence = json_string_value(json_object_get(c, "sentence"));
	assert_true(text_starts(sentence,
	                        "The environments differ: batch size (32 against 64)."));
	json_decref(c);
}

/* A value that is cut for the sentence still tells the difference, wherever the cut. */
static void test_long_values_differ(void **state)
{
	(void)state;
	for (unsigned n = 96; n < 104; n++) {
		json_t *a = result("native", 1000, 20, 32);
		CLEANUP(str_release) struct str chip = STR_INIT;
		for (unsigned i = 0; i < n; i++)
			str_add_char(&chip, 'x');
		str_add(&chip, "\xe2\x82\xac\xe2\x82\xac");
		fact_set_string(a, "environment.machine.chip", chip.data);
		json_t *c = compare(a, result("native", 1000, 20, 32));
		assert_int_equal(json_array_size(json_object_get(c, "differences")), 1);
		json_decref(c);
	}
}

static void test_nothing_in_common(void **state)
{
	(void)state;
	json_t *c = compare(result("native", 1000, 20, 32), result("gpu", 1000, 20, 32));
	assert_int_equal(json_array_size(json_object_get(c, "comparisons")), 0);
	assert_true(text_contains(json_string_value(json_object_get(c, "sentence")),
	                          "no measured lane and model in common"));
	json_decref(c);
}

static void test_odd_documents(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"{}",
		"[]",
		"{\"schema\":\"trilane/report/1\"}",
		"{\"schema\":\"trilane/result/1\"}",
		"{\"schema\":\"trilane/result/1\",\"lanes\":{}}",
	};
	json_t *good = result("native", 1000, 20, 32), *out = NULL;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *odd = json_loads(texts[i], 0, NULL);
		struct error err = ERROR_INIT;
		assert_int_equal(compare_results(good, odd, &out, &err), ERROR_INVALID);
		assert_true(text_starts(err.text, "B "));
		assert_int_equal(compare_results(odd, good, &out, &err), ERROR_INVALID);
		json_decref(odd);
	}
	json_decref(good);
	static const char *const lanes[] = {
		"[1, null, {\"lane\": 3}, {\"lane\": \"native\", \"models\": 7}]",
		"[{\"lane\":\"native\",\"models\":[{\"model\":\"mlp\",\"step_ns\":{"
		"\"samples\":"
		"[1,2,-3]}}]}]",
		"[{\"lane\":\"native\",\"models\":[{\"model\":\"mlp\",\"step_ns\":{"
		"\"samples\":"
		"[\"x\"]}}, {}, []]}]",
	};
	for (size_t i = 0; i < sizeof(lanes) / sizeof(lanes[0]); i++) {
		json_t *odd = result("native", 1000, 20, 32);
		json_object_set_new(odd, "lanes", json_loads(lanes[i], 0, NULL));
		json_t *c = compare(result("native", 1000, 20, 32), odd);
		assert_int_equal(json_array_size(json_object_get(c, "comparisons")), 0);
		json_decref(c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_regression),
		cmocka_unit_test(test_batches_differ),
		cmocka_unit_test(test_long_values_differ),
		cmocka_unit_test(test_nothing_in_common),
		cmocka_unit_test(test_odd_documents),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
