/* SPDX-License-Identifier: MIT */
/*
 * Random numbers: known values, ranges, and a shuffle that loses nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "trilane/banned.h"
#include "trilane/rng.h"

/* From the authors' xoshiro256starstar.c with the state 1, 2, 3, 4. */
static void test_published_sequence(void **state)
{
	static const uint64_t expected[] = {11520u, 0u, 1509978240u,
	                                    1215971899390074240u};
	struct rng r = {.s = {1, 2, 3, 4}};

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_true(rng_u64(&r) == expected[i]);
}

static void test_streams_differ(void **state)
{
	struct rng a, b, c, again;

	(void)state;
	rng_init(&a, 1, 0);
	rng_init(&b, 1, 1);
	rng_init(&c, 2, 0);
	rng_init(&again, 1, 0);
	uint64_t first = rng_u64(&a);

	assert_true(first != rng_u64(&b));
	assert_true(first != rng_u64(&c));
	assert_true(first == rng_u64(&again));
}

static void test_ranges(void **state)
{
	unsigned seen[7] = {0};
	struct rng r;

	(void)state;
	rng_init(&r, 3, 0);
	for (int i = 0; i < 7000; i++) {
		int32_t v = rng_between(&r, -3, 3);
		double u = rng_unit(&r);

		assert_in_range(v + 3, 0, 6);
		seen[v + 3]++;
		assert_true(u >= 0 && u < 1);
	}
	for (int i = 0; i < 7; i++)
		assert_in_range(seen[i], 850, 1150);
	assert_int_equal(rng_below(&r, 1), 0);
}

static void test_shuffle_is_a_permutation(void **state)
{
	enum { COUNT = 1000 };
	uint32_t items[COUNT];
	unsigned char seen[COUNT] = {0};
	unsigned in_place = 0;
	struct rng r;

	(void)state;
	for (uint32_t i = 0; i < COUNT; i++)
		items[i] = i;
	rng_init(&r, 1, RNG_STREAM_EPOCHS);
	rng_shuffle(&r, items, COUNT);
	for (uint32_t i = 0; i < COUNT; i++) {
		assert_true(items[i] < COUNT && !seen[items[i]]);
		seen[items[i]] = 1;
		in_place += items[i] == i;
	}
	assert_true(in_place < 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_published_sequence),
		cmocka_unit_test(test_streams_differ),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_shuffle_is_a_permutation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
