/* SPDX-License-Identifier: MIT */
/*
 * The reference operations on numbers small enough to be worked out by hand, and Adam
 * and the loss against closed forms.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "operations.h"
#include "trilane/banned.h"
#include "trilane/engine.h"

static void assert_close(double a, double b)
{
	assert_true(fabs(a - b) <= 1e-6 * fmax(1, fabs(b)));
}

static void test_dense(void **state)
{
	const struct dense s = {2, 2, 3};
	const float x[] = {1, 2, 3, 4}, b[] = {10, 20, 30};
	const float w[] = {1, 2, 3, 4, 5, 6};
	const float y_expected[] = {19, 32, 45, 29, 46, 63};
	const float dy[] = {1, 0, 0, 0, 1, 1};
	const float dx_expected[] = {1, 4, 5, 11};
	const float dw_expected[] = {1, 3, 3, 2, 4, 4}, db_expected[] = {1, 1, 1};
	float y[6], dx[4], dw[6], db[3];

	(void)state;
	dense_forward(s, y, x, w, b);
	assert_memory_equal(y, y_expected, sizeof(y));
	dense_backward(s, dx, dw, db, dy, x, w);
	assert_memory_equal(dx, dx_expected, sizeof(dx));
	assert_memory_equal(dw, dw_expected, sizeof(dw));
	assert_memory_equal(db, db_expected, sizeof(db));
}

/* One filter that picks the corner, one that sums; on the image 0 … 15. */
static void test_conv(void **state)
{
	const struct conv s = {1, 4, 4, 2};
	const float k[18] = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1};
	const float b[] = {100, 0};
	const float expected[] = {110, 45, 111, 54, 114, 81, 115, 90};
	const float dy[] = {1, 0, 0, 0, 0, 0, 0, 1};
	float x[16], y[8], dk[18], db[2];

	(void)state;
	for (int i = 0; i < 16; i++)
		x[i] = (float)i;
	conv_forward(s, y, x, k, b);
	assert_memory_equal(y, expected, sizeof(y));
	conv_backward(s, dk, db, dy, x);
	for (int t = 0; t < 9; t++) {
		assert_true(dk[2 * t] == x[t / 3 * 4 + t % 3]);
		assert_true(dk[2 * t + 1] == x[(t / 3 + 1) * 4 + t % 3 + 1]);
	}
	assert_true(db[0] == 1 && db[1] == 1);
}

static void test_relu(void **state)
{
	const float x[] = {-1, 0, 2}, dy[] = {5, 6, 7};
	float y[3], dx[3];

	(void)state;
	relu_forward(3, y, x);
	assert_true(y[0] == 0 && y[1] == 0 && y[2] == 2);
	relu_backward(3, dx, dy, y);
	assert_true(dx[0] == 0 && dx[1] == 0 && dx[2] == 7);
}

/* Odd sides lose their last row and column; of equals the first wins. */
static void test_maxpool(void **state)
{
	const struct pool s = {1, 3, 5, 1};
	const float x[] = {1, 2, 7, 7, 99, 3, 2, 7, 7, 99, 99, 99, 99, 99, 99};
	const float dy[] = {5, 6};
	uint8_t winner[2];
	float y[2], dx[15];

	(void)state;
	maxpool_forward(s, y, winner, x);
	assert_true(y[0] == 3 && winner[0] == 2);
	assert_true(y[1] == 7 && winner[1] == 0);
	maxpool_backward(s, dx, dy, winner);
	for (int i = 0; i < 15; i++)
		assert_true(dx[i] == (i == 5 ? 5.0f : i == 2 ? 6.0f : 0.0f));
}

static void test_cross_entropy(void **state)
{
	const float z[] = {1000, 1000, 1000, 1000, 0, 0, 0, 1.0986123f};
	const uint8_t labels[] = {0, 0};
	unsigned correct;
	float p[8], dz[8];

	(void)state;
	assert_close((double)softmax_cross_entropy_forward(2, 4, p, z, labels, &correct),
	             (log(4) + log(6)) / 2);
	assert_int_equal(correct, 1);
	assert_close((double)p[0], 0.25);
	assert_close((double)p[7], 0.5);
	softmax_cross_entropy_backward(2, 4, dz, p, labels);
	assert_close((double)dz[0], -0.375);
	assert_close((double)dz[7], 0.25);
}

/* With a constant gradient each step moves by the learning rate. */
static void test_adam(void **state)
{
	float w = 1, m = 0, v = 0, g = 0.5f;

	(void)state;
	for (unsigned t = 1; t <= 10; t++) {
		adam_update(1, &w, &m, &v, &g, adam_rate(t));
		assert_close((double)w, 1 - 1e-3 * t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dense),         cmocka_unit_test(test_conv),
		cmocka_unit_test(test_relu),          cmocka_unit_test(test_maxpool),
		cmocka_unit_test(test_cross_entropy), cmocka_unit_test(test_adam),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
