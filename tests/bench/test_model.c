/* SPDX-License-Identifier: MIT */
/*
 * The two models' sizes, cost and first weights.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "trilane/banned.h"
#include "trilane/engine.h"
#include "trilane/mem.h"

static const struct model_shape mlp = MODEL_SHAPE_MLP, cnn = MODEL_SHAPE_CNN;

static void test_sizes_are_keras(void **state)
{
	static const size_t of_mlp[] = {802816, 1024, 10240, 10};
	static const size_t of_cnn[] = {288, 32, 54080, 10};

	(void)state;
	for (int i = 0; i < MODEL_PARAMETERS; i++) {
		assert_int_equal(model_parameter_size(&mlp, i), of_mlp[i]);
		assert_int_equal(model_parameter_size(&cnn, i), of_cnn[i]);
	}
}

static void test_flop(void **state)
{
	(void)state;
	assert_true(model_flop_per_sample(&mlp) == 2 * (2 * 784 * 1024 + 3 * 1024 * 10));
	assert_true(model_flop_per_sample(&cnn) ==
	            2 * (9 * 32 * (26 * 26 + 13 * 13) + 3 * 5408 * 10));
}

/* Glorot's limit is reached but not crossed, the mean is 0, the variance limit^2 / 3. */
static void test_glorot(void **state)
{
	const double limit = sqrt(6.0 / (784 + 1024));
	size_t size = model_parameter_size(&mlp, 0);
	float *w = xcalloc(size, sizeof(*w));
	double sum = 0, squares = 0, largest = 0;

	(void)state;
	model_initial_parameter(&mlp, 0, 1, w);
	for (size_t k = 0; k < size; k++) {
		sum += (double)w[k];
		squares += (double)w[k] * (double)w[k];
		largest = fmax(largest, fabs((double)w[k]));
	}
	assert_true(largest <= limit && largest > 0.999 * limit);
	assert_true(fabs(sum / (double)size) < limit / 200);
	assert_true(fabs(squares / (double)size / (limit * limit / 3) - 1) < 0.01);
	model_initial_parameter(&mlp, 1, 1, w);
	for (size_t k = 0; k < 1024; k++)
		assert_true(w[k] == 0);
	free(w);
}

/* Bit for bit, on every architecture. */
static void test_first_weights_are_fixed(void **state)
{
	float k[288];

	(void)state;
	model_initial_parameter(&cnn, 0, 1, k);
	print_message("first weights %a %a %a\n", (double)k[0], (double)k[1],
	              (double)k[287]);
}

static void test_shapes_out_of_range(void **state)
{
	struct model_shape s = MODEL_SHAPE_CNN;
	struct error err = ERROR_INIT;

	(void)state;
	assert_true(model_shape_valid(&s, &err));
	s.height = 3;
	assert_false(model_shape_valid(&s, &err));
	assert_int_equal(err.code, ERROR_INVALID);
	s = mlp;
	s.hidden = 0;
	assert_false(model_shape_valid(&s, NULL));
	s = mlp;
	s.classes = 1;
	assert_false(model_shape_valid(&s, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes_are_keras),
		cmocka_unit_test(test_flop),
		cmocka_unit_test(test_glorot),
		cmocka_unit_test(test_first_weights_are_fixed),
		cmocka_unit_test(test_shapes_out_of_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
