/* SPDX-License-Identifier: MIT */
/* The specification's parser: defaults, every member's range, and what must be refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trilane/cleanup.h"
#include "trilane/datasets.h"
#include "trilane/spec.h"
#include "trilane/str.h"

#include "trilane/banned.h"

static int parse(const char *text, struct bench_spec *spec, struct error *err)
{
	json_t *body = json_loads(text, JSON_DECODE_ANY, NULL);
	assert_non_null(body);
	int rc = bench_spec_from_json(spec, body, err);
	json_decref(body);
	return rc;
}

static void test_defaults(void **state)
{
	(void)state;
	struct bench_spec spec;
	assert_int_equal(parse("{}", &spec, NULL), 0);
	assert_true(spec.models[MODEL_MLP] && spec.models[MODEL_CNN]);
	assert_true(spec.lanes[LANE_NATIVE]);
	assert_false(spec.lanes[LANE_GPU]);
	assert_int_equal(spec.batch, 32);
	assert_int_equal(spec.epochs, 10);
	assert_int_equal(spec.blocks, 20);
	assert_int_equal(spec.threads, 0);
	assert_int_equal(spec.seed, 1);
	assert_string_equal(spec.data, "digits");
	assert_string_equal(spec.interpreter, "");
}

static void test_quick(void **state)
{
	(void)state;
	struct bench_spec spec;
	assert_int_equal(parse("{\"quick\":true}", &spec, NULL), 0);
	assert_int_equal(spec.epochs, 1);
	assert_int_equal(spec.blocks, 6);
	assert_int_equal(parse("{\"quick\":true,\"epochs\":3,\"blocks\":9}", &spec, NULL),
	                 0);
	assert_int_equal(spec.epochs, 3);
	assert_int_equal(spec.blocks, 9);
}

static void test_round_trip(void **state)
{
	(void)state;
	struct bench_spec spec;
	const char *text =
		"{\"models\":[\"cnn\"],\"lanes\":[\"native\",\"gpu\"],\"batch\":64,"
		"\"epochs\":2,\"blocks\":7,\"data\":\"mnist\",\"threads\":3,"
		"\"seed\":42,\"quick\":false,\"sweep\":true,\"interpreter\":\"a1\"}";
	assert_int_equal(parse(text, &spec, NULL), 0);
	json_t *want = json_loads(text, 0, NULL);
	json_t *got = bench_spec_to_json(&spec);
	assert_true(json_equal(want, got));
	json_decref(want);
	json_decref(got);
}

static void test_refusals(void **state)
{
	(void)state;
	static const struct {
		const char *body, *member;
	} rows[] = {
		{"[]", "object"},
		{"{\"models\":[]}", "models"},
		{"{\"models\":\"mlp\"}", "models"},
		{"{\"models\":[\"mlp\",\"mlp\"]}", "models"},
		{"{\"models\":[\"evil-name\"]}", "models"},
		{"{\"lanes\":[1]}", "lanes"},
		{"{\"batch\":0}", "batch"},
		{"{\"batch\":4097}", "batch"},
		{"{\"batch\":1.5}", "batch"},
		{"{\"batch\":\"32\"}", "batch"},
		{"{\"epochs\":101}", "epochs"},
		{"{\"blocks\":-1}", "blocks"},
		{"{\"threads\":257}", "threads"},
		{"{\"seed\":-1}", "seed"},
		{"{\"quick\":1}", "quick"},
		{"{\"data\":\"../etc\"}", "data"},
		{"{\"data\":\"a/b\"}", "data"},
		{"{\"data\":\"..\"}", "data"},
		{"{\"data\":\"a\\u0000b\"}", "data"},
		{"{\"data\":\"\"}", "data"},
		{"{\"interpreter\":\"/usr/bin/python3\"}", "interpreter"},
		{"{\"evil-name\":1}", "unknown"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench_spec spec;
		struct error err = ERROR_INIT;
		json_t *body = json_loads(rows[i].body, JSON_ALLOW_NUL, NULL);
		assert_non_null(body);
		assert_int_equal(bench_spec_from_json(&spec, body, &err), ERROR_INVALID);
		json_decref(body);
		assert_true(text_contains(err.text, rows[i].member));
		assert_false(text_contains(err.text, "evil"));
	}
}

static void test_lists(void **state)
{
	(void)state;
	struct bench_spec spec;
	bench_spec_init(&spec);
	assert_int_equal(bench_spec_set_models(&spec, "cnn", NULL), 0);
	assert_false(spec.models[MODEL_MLP]);
	assert_int_equal(bench_spec_set_lanes(&spec, "native,blas", NULL), 0);
	assert_true(spec.lanes[LANE_BLAS]);
	assert_int_equal(bench_spec_set_lanes(&spec, "", NULL), ERROR_INVALID);
	assert_int_equal(bench_spec_set_lanes(&spec, "cuda", NULL), ERROR_INVALID);
}

static void test_datasets(void **state)
{
	(void)state;
	CLEANUP(datasets_release) struct datasets d = DATASETS_INIT;
	const char *path = NULL;
	struct error err = ERROR_INIT;
	assert_int_equal(datasets_find(&d, "digits", &path, &err), 0);
	assert_string_equal(path, "digits");
	assert_int_equal(datasets_find(NULL, "mnist", &path, &err), ERROR_NOT_FOUND);
	assert_int_equal(datasets_add(&d, "mnist=/", &err), 0);
	assert_int_equal(datasets_find(&d, "mnist", &path, &err), 0);
	assert_string_equal(path, "/");
	assert_int_equal(datasets_add(&d, "mnist=/", &err), ERROR_INVALID);
	assert_int_equal(datasets_add(&d, "digits=/", &err), ERROR_INVALID);
	assert_int_equal(datasets_add(&d, "x", &err), ERROR_INVALID);
	assert_int_equal(datasets_add(&d, "=/", &err), ERROR_INVALID);
	assert_int_equal(datasets_add(&d, "a/b=/", &err), ERROR_INVALID);
	assert_int_equal(datasets_add(&d, "y=/nonexistent/for/sure", &err),
	                 ERROR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),   cmocka_unit_test(test_quick),
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_lists),      cmocka_unit_test(test_datasets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
