/* SPDX-License-Identifier: MIT */
/* Dates there and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/time.h>

#include "trilane/clock.h"

static void formats_known_instants(void **state)
{
	char text[CLOCK_DATE_SIZE];

	(void)state;
	clock_format(0, text);
	assert_string_equal(text, "1970-01-01T00:00:00.000Z");
	clock_format(INT64_C(951827696789), text);
	assert_string_equal(text, "2000-02-29T12:34:56.789Z");
	clock_format(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59.999Z");
	clock_format(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59.999Z");
}

static void parses_what_it_formats_and_any_offset(void **state)
{
	char text[CLOCK_DATE_SIZE];
	int64_t ms;

	(void)state;
	for (int64_t day = -700000; day < 2900000; day += 977) {
		const int64_t at = day * 86400000 + 12345678;

		clock_format(at, text);
		assert_true(clock_parse(text, &ms));
		assert_int_equal(ms, at);
	}
	assert_true(clock_parse("2000-02-29T14:34:56.789+02:00", &ms));
	assert_int_equal(ms, INT64_C(951827696789));
	assert_true(clock_parse("1970-01-01 00:00:01Z", &ms));
	assert_int_equal(ms, 1000);
}

static void refuses_what_is_no_date(void **state)
{
	static const char *const wrong[] = {
		"",
		"2001-02-29T00:00:00Z",
		"2000-13-01T00:00:00Z",
		"2000-01-01T24:00:00Z",
		"2000-01-01T00:00:00",
		"2000-01-01T00:00:00.Z",
		"2000-01-01T00:00:00Zx",
		"20000101T000000Z",
	};
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(clock_parse(wrong[i], &ms));
}

static void monotonic_clock_moves_on(void **state)
{
	uint64_t before = clock_monotonic_ns();

	(void)state;
	clock_sleep_ns(2 * NS_PER_MS);
	assert_true(clock_monotonic_ns() - before >= 2 * NS_PER_MS);
}

static void ignore_signal(int number)
{
	(void)number;
}

static void signals_do_not_end_a_sleep(void **state)
{
	const struct sigaction act = {.sa_handler = ignore_signal};
	const struct itimerval often = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
	const uint64_t before = clock_monotonic_ns();
	struct sigaction old;

	(void)state;
	sigaction(SIGALRM, &act, &old);
	setitimer(ITIMER_REAL, &often, NULL);
	clock_sleep_ns(20 * NS_PER_MS);
	setitimer(ITIMER_REAL, &never, NULL);
	sigaction(SIGALRM, &old, NULL);
	assert_true(clock_monotonic_ns() - before >= 20 * NS_PER_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_known_instants),
		cmocka_unit_test(parses_what_it_formats_and_any_offset),
		cmocka_unit_test(refuses_what_is_no_date),
		cmocka_unit_test(monotonic_clock_moves_on),
		cmocka_unit_test(signals_do_not_end_a_sleep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
