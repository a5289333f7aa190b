/* SPDX-License-Identifier: MIT */
/*
 * The statistics: exact ranks, verdicts, and 20,000 simulated sessions in which the
 * truth is known.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "trilane/cleanup.h"
#include "trilane/compare.h"

#include "trilane/banned.h"

enum { LANES = 2, BLOCKS = 20, SESSIONS = 20000 };

static void test_median(void **state)
{
	(void)state;
	const double odd[] = {3, 1, 2}, even[] = {4, 1, 3, 2};
	assert_true(compare_median(odd, 3) == 2);
	assert_true(compare_median(even, 4) == 2.5);
	assert_true(compare_median(odd, 0) == 0);
	assert_true(odd[0] == 3);
}

/* Ranks from tables of the sign test's interval: (n, k). */
static void test_ranks(void **state)
{
	(void)state;
	static const struct {
		unsigned n, k;
	} rows[] = {
		{6, 1},  {7, 1},  {8, 1},  {9, 2},   {10, 2},  {11, 2},   {12, 3},
		{15, 4}, {20, 6}, {25, 8}, {30, 10}, {50, 18}, {100, 40},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		double values[100], low, high;
		for (unsigned v = 0; v < rows[i].n; v++)
			values[v] = v + 1;
		assert_true(compare_interval(values, rows[i].n, &low, &high));
		assert_int_equal((unsigned)low, rows[i].k);
		assert_int_equal((unsigned)high, rows[i].n + 1 - rows[i].k);
	}
	double values[5] = {1, 2, 3, 4, 5}, low, high;
	assert_false(compare_interval(values, 5, &low, &high));
	assert_false(compare_interval(values, 0, &low, &high));
}

static void test_schedule(void **state)
{
	(void)state;
	unsigned order[BLOCKS * 3], again[BLOCKS * 3], first[3] = {0};
	compare_schedule(7, BLOCKS, 3, order);
	compare_schedule(7, BLOCKS, 3, again);
	assert_memory_equal(order, again, sizeof(order));
	for (unsigned b = 0; b < BLOCKS; b++) {
		unsigned seen = 0;
		for (unsigned i = 0; i < 3; i++)
			seen |= 1u << order[b * 3 + i];
		assert_int_equal(seen, 7);
		first[order[b * 3]]++;
	}
	assert_true(first[0] && first[1] && first[2]);
	compare_schedule(8, BLOCKS, 3, again);
	assert_memory_not_equal(order, again, sizeof(order));
}

static struct comparison compare_constant(double ratio, double wobble, unsigned n)
{
	double a[COMPARE_BLOCKS_MAX], b[COMPARE_BLOCKS_MAX];
	struct comparison c;
	for (unsigned i = 0; i < n; i++) {
		a[i] = 1000 * (1 + wobble * ((double)((i * 7) % n) / n - 0.5));
		b[i] = 1000 * ratio;
	}
	compare_pair(a, b, n, &c);
	return c;
}

static void test_verdicts(void **state)
{
	(void)state;
	struct comparison c = compare_constant(2, 0.01, 20);
	assert_int_equal(c.verdict, VERDICT_FASTER);
	assert_true(fabs(c.ratio - 2) < 0.01);
	assert_true(c.low <= c.ratio && c.ratio <= c.high);
	assert_int_equal(compare_constant(0.9, 0.01, 20).verdict, VERDICT_SLOWER);
	assert_int_equal(compare_constant(1, 0.005, 20).verdict, VERDICT_NO_DIFFERENCE);
	c = compare_constant(1.01, 0.05, 20);
	assert_int_equal(c.verdict, VERDICT_CANNOT_TELL);
	c = compare_constant(1.02, 0.1, 20);
	assert_int_equal(c.verdict, VERDICT_CANNOT_TELL);
	assert_true(c.more_blocks > 0);
	c = compare_constant(2, 0.01, 4);
	assert_int_equal(c.verdict, VERDICT_CANNOT_TELL);
	assert_false(c.has_interval);
	assert_int_equal(c.more_blocks, 2);
}

static void test_sentences(void **state)
{
	(void)state;
	CLEANUP(str_release) struct str s = STR_INIT;
	struct comparison c = {
		.ratio = 2.314,
		.has_interval = true,
		.low = 2.28,
		.high = 2.351,
		.blocks = 20,
	};
	compare_sentence(&c, "native", "translated", &s);
	assert_string_equal(s.data,
	                    "native is 2.31 times as fast as translated (95 % interval "
	                    "2.28 to 2.35).");
	str_clear(&s);
	c = (struct comparison){
		.ratio = 0.5,
		.has_interval = true,
		.low = 0.4,
		.high = 0.625,
		.verdict = VERDICT_SLOWER,
	};
	compare_sentence(&c, "native", "gpu", &s);
	assert_string_equal(
		s.data,
		"gpu is 2.00 times as fast as native (95 % interval 1.60 to 2.50).");
	str_clear(&s);
	c = (struct comparison){
		.ratio = 1.05, .has_interval = true, .low = 1.04, .high = 1.06};
	compare_sentence(&c, "a", "b", &s);
	assert_string_equal(s.data,
	                    "a is 5.0 % faster than b (95 % interval 4.0 to 6.0 %).");
	str_clear(&s);
	c.verdict = VERDICT_CANNOT_TELL;
	c.more_blocks = 1;
	compare_sentence(&c, "a", "b", &s);
	assert_true(text_ends(s.data, "about 1 more block would do."));
}

static struct comparison point(double ratio, enum verdict verdict)
{
	return (struct comparison){
		.ratio = ratio, .has_interval = true, .verdict = verdict};
}

static void test_crossover(void **state)
{
	(void)state;
	const unsigned batches[] = {8, 16, 32, 64};
	const struct comparison rising[] = {
		point(3, VERDICT_FASTER),
		point(1.002, VERDICT_CANNOT_TELL),
		point(0.99, VERDICT_CANNOT_TELL),
		point(0.5, VERDICT_SLOWER),
	};
	struct crossover c;
	CLEANUP(str_release) struct str s = STR_INIT;
	compare_crossover(batches, rising, 4, &c);
	assert_int_equal(c.batch, 32);
	assert_int_equal(c.low, 16);
	assert_int_equal(c.high, 64);
	crossover_sentence(&c, "native", "gpu", &s);
	assert_string_equal(s.data,
	                    "gpu wins over native from batch 32 on (settled between 16 "
	                    "and 64).");
	str_clear(&s);
	compare_crossover(batches, rising, 1, &c);
	assert_int_equal(c.batch, 0);
	crossover_sentence(&c, "native", "gpu", &s);
	assert_string_equal(s.data, "gpu does not overtake native up to batch 8.");
	str_clear(&s);
	compare_crossover(batches + 3, rising + 3, 1, &c);
	crossover_sentence(&c, "native", "gpu", &s);
	assert_string_equal(
		s.data, "gpu is faster than native at every batch size from 64 to 64.");
	str_clear(&s);
	compare_crossover(batches, rising, 3, &c);
	crossover_sentence(&c, "native", "gpu", &s);
	assert_true(text_contains(s.data, "cannot be told"));
	str_clear(&s);
	compare_crossover(batches, rising, 0, &c);
	crossover_sentence(&c, "native", "gpu", &s);
	assert_true(text_starts(s.data, "No batch size"));
}

/* --- simulated sessions --- */

struct random {
	uint64_t state;
};

static double uniform(struct random *r)
{
	/* https://prng.di.unimi.it/splitmix64.c */
	uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return ((double)((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
}

static double noise(struct random *r)
{
	double normal =
		sqrt(-2 * log(uniform(r))) * cos(2 * 3.14159265358979 * uniform(r));
	double tail = uniform(r) < 0.05 ? 1 - 0.3 * log(uniform(r)) : 1;
	return exp(0.02 * normal) * tail;
}

struct tally {
	unsigned verdicts[4];
};

/* Sessions of two lanes, B slower than A by DIFFERENCE, on a machine whose speed drifts
 * by DRIFT from the first sample to the last. */
static struct tally simulate(uint64_t seed, double difference, double drift)
{
	struct tally t = {{0}};
	struct random r = {seed};
	for (unsigned session = 0; session < SESSIONS; session++) {
		unsigned order[BLOCKS * LANES];
		double times[LANES][BLOCKS];
		struct comparison c;
		compare_schedule(seed + session, BLOCKS, LANES, order);
		for (unsigned i = 0; i < BLOCKS * LANES; i++) {
			double slow = 1 + drift * i / (BLOCKS * LANES - 1);
			double lane = order[i] == 1 ? 1 + difference : 1;
			times[order[i]][i / LANES] = 1e6 * lane * slow * noise(&r);
		}
		compare_pair(times[0], times[1], BLOCKS, &c);
		t.verdicts[c.verdict]++;
	}
	printf("difference %.0f %%, drift %.0f %%: faster %.2f %%, slower %.2f %%, no "
	       "difference %.2f %%, cannot tell %.2f %%\n",
	       100 * difference, 100 * drift, 100.0 * t.verdicts[0] / SESSIONS,
	       100.0 * t.verdicts[1] / SESSIONS, 100.0 * t.verdicts[2] / SESSIONS,
	       100.0 * t.verdicts[3] / SESSIONS);
	return t;
}

static void test_no_difference_is_rarely_one(void **state)
{
	(void)state;
	for (unsigned percent = 0; percent <= 10; percent += 10) {
		struct tally t = simulate(1 + percent, 0, percent / 100.0);
		unsigned wrong = t.verdicts[VERDICT_FASTER] + t.verdicts[VERDICT_SLOWER];
		assert_true(wrong <= SESSIONS * 5 / 100);
	}
}

static void test_five_per_cent_are_found(void **state)
{
	(void)state;
	for (unsigned percent = 0; percent <= 10; percent += 10) {
		struct tally t = simulate(100 + percent, 0.05, percent / 100.0);
		assert_true(t.verdicts[VERDICT_FASTER] >= SESSIONS * 95 / 100);
		assert_int_equal(t.verdicts[VERDICT_SLOWER], 0);
	}
}

static void test_trust(void **state)
{
	(void)state;
	CLEANUP(strlist_release) struct strlist reasons = STRLIST_INIT;
	struct trust_input in = {
		.blocks = 20,
		.processors = 8,
		.threads = 4,
		.load_before = 0.2,
		.load_after = 3.5,
		.on_battery = TRUST_NO,
		.low_power_mode = TRUST_NO,
		.thermal_pressure = TRUST_NO,
		.spread = 0.02,
		.drift = 0.01,
	};
	assert_int_equal(trust_grade(&in, &reasons), 'A');
	assert_int_equal(reasons.count, 0);
	in.on_battery = TRUST_YES;
	assert_int_equal(trust_grade(&in, &reasons), 'B');
	in.load_before = 6;
	in.load_after = 12;
	assert_int_equal(trust_grade(&in, &reasons), 'C');
	in.blocks = 3;
	assert_int_equal(trust_grade(&in, &reasons), 'D');
	strlist_clear(&reasons);
	in = (struct trust_input){.blocks = 20, .load_before = NAN, .load_after = NAN};
	assert_int_equal(trust_grade(&in, &reasons), 'B');
	assert_int_equal(reasons.count, 4);
}

static void test_spread_and_drift(void **state)
{
	(void)state;
	double values[12];
	for (int i = 0; i < 12; i++)
		values[i] = 100 + (i >= 6 ? 20 : 0);
	assert_true(fabs(trust_drift(values, 12) - 0.2) < 1e-9);
	assert_true(trust_spread(values, 12) > 0.15);
	assert_true(trust_spread(values, 6) == 0);
	assert_true(trust_drift(values, 3) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_median),
		cmocka_unit_test(test_ranks),
		cmocka_unit_test(test_schedule),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_crossover),
		cmocka_unit_test(test_no_difference_is_rarely_one),
		cmocka_unit_test(test_five_per_cent_are_found),
		cmocka_unit_test(test_trust),
		cmocka_unit_test(test_spread_and_drift),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
