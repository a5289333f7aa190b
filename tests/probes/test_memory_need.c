/* SPDX-License-Identifier: MIT */
/* What training needs of memory: near what was measured, and judged by what there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trilane/facts.h"
#include "trilane/memory_need.h"

#define MIB  UINT64_C(1048576)
#define DATA (UINT64_C(70000) * 784)

static void check_near(uint64_t estimate, uint64_t measured_mib)
{
	double ratio = (double)estimate / ((double)measured_mib * (double)MIB);

	if (ratio < 0.9 || ratio > 1.35)
		fail_msg("%.1f MiB estimated, %d measured",
		         (double)estimate / (double)MIB, (int)measured_mib);
}

/* Largest resident sets measured with two threads. */
static void comes_near_what_was_measured(void **state)
{
	struct memory_model mlp = memory_model_of(MODEL_MLP);
	struct memory_model cnn = memory_model_of(MODEL_CNN);

	(void)state;
	check_near(memory_need(&mlp, MEMORY_WORKER, 32, 2, DATA), 92);
	check_near(memory_need(&mlp, MEMORY_WORKER, 4096, 2, DATA), 118);
	check_near(memory_need(&cnn, MEMORY_WORKER, 4096, 2, 8192 * 784), 41);
	check_near(memory_need(&mlp, MEMORY_BLAS, 4096, 2, 8192 * 784), 104);
	check_near(memory_need(&cnn, MEMORY_BLAS, 4096, 2, 8192 * 784), 241);
	check_near(memory_need(&mlp, MEMORY_GPU, 32, 2, 1280 * 784), 125);
	check_near(memory_need(&cnn, MEMORY_GPU, 32, 2, 1280 * 784), 98);
	check_near(memory_need(&cnn, MEMORY_WORKER, 32, 2, DATA), 67);
	check_near(memory_need(&mlp, MEMORY_TENSORFLOW, 32, 2, 0), 578);
	check_near(memory_need(&cnn, MEMORY_TENSORFLOW, 1024, 2, 0), 945);
	check_near(memory_need(&cnn, MEMORY_TENSORFLOW, 4096, 2, 0), 1866);
}

static void lanes_add_up_and_models_do_not(void **state)
{
	struct bench_spec spec;
	uint64_t one, two;

	(void)state;
	bench_spec_init(&spec);
	spec.models[MODEL_CNN] = false;
	one = memory_need_of_spec(&spec, 2);
	spec.lanes[LANE_BLAS] = true;
	two = memory_need_of_spec(&spec, 2);
	assert_true(two == one + memory_need_of_lane(MODEL_MLP, LANE_BLAS, 32, 2));
	spec.models[MODEL_CNN] = true;
	assert_true(memory_need_of_spec(&spec, 2) >= two);
	assert_true(memory_need_of_spec(&spec, 2) < 2 * two);
	assert_true(memory_need_of_lane(MODEL_CNN, LANE_TENSORFLOW, 32, 2) > 900 * MIB);
	spec.models[MODEL_MLP] = spec.models[MODEL_CNN] = false;
	assert_true(memory_need_of_spec(&spec, 2) == 0);
}

static void huge_models_saturate(void **state)
{
	struct memory_model huge = {UINT64_MAX / 2, UINT64_MAX / 2, 1, 1};

	(void)state;
	assert_true(memory_need(&huge, MEMORY_WORKER, UINT64_MAX, 1, 1) == UINT64_MAX);
}

static enum memory_state judge(json_t *report, uint64_t need, const char *words)
{
	struct memory_verdict v;

	memory_judge(report, need, &v);
	if (!strstr(v.sentence, words))
		fail_msg("\"%s\" does not say \"%s\"", v.sentence, words);
	return v.state;
}

static void judges_by_what_is_available(void **state)
{
	json_t *report = json_object();

	(void)state;
	assert_int_equal(judge(report, 100 * MIB, "not known"), MEMORY_UNKNOWN);
	fact_set_integer(report, "machine.memory.available_bytes",
	                 1000 * (json_int_t)MIB);
	assert_int_equal(judge(report, 100 * MIB, "100 MiB"), MEMORY_FITS);
	assert_int_equal(judge(report, 900 * MIB, "swap"), MEMORY_TIGHT);
	assert_int_equal(judge(report, 1001 * MIB, "only"), MEMORY_TOO_LARGE);
	fact_set_string(report, "machine.memory.pressure", "warning");
	assert_int_equal(judge(report, 100 * MIB, "swap"), MEMORY_TIGHT);
	fact_set_integer(report, "machine.memory.limit_bytes", 2000 * (json_int_t)MIB);
	assert_int_equal(judge(report, 100 * MIB, "container"), MEMORY_TIGHT);
	json_decref(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_near_what_was_measured),
		cmocka_unit_test(lanes_add_up_and_models_do_not),
		cmocka_unit_test(huge_models_saturate),
		cmocka_unit_test(judges_by_what_is_available),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
