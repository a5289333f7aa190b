/* SPDX-License-Identifier: MIT */
/* trilane bench and trilane compare: exit codes, refusals, and the progress line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench_page.h"
#include "bench_progress.h"
#include "trilane/cleanup.h"
#include "trilane/cli.h"
#include "trilane/clock.h"
#include "trilane/fs.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

static int run(const char *const *argv)
{
	int argc = 0;
	while (argv[argc])
		argc++;
	return cli_main(argc, argv);
}

#define RUN(...) run((const char *const[]){"trilane", __VA_ARGS__, NULL})

static char *fixture(const char *name)
{
	return xasprintf("%s/cli/results/%s.json", getenv("TRILANE_TEST_DATA"), name);
}

static int compare(const char *a, const char *b, const char *option)
{
	CLEANUP_FREE char *path_a = fixture(a);
	CLEANUP_FREE char *path_b = fixture(b);
	return RUN("compare", path_a, path_b, option);
}

static void test_compare(void **state)
{
	(void)state;
	assert_int_equal(compare("base", "same", "--json"), CLI_EXIT_FINE);
	assert_int_equal(compare("base", "same", "--fail-on-regression"), CLI_EXIT_FINE);
	assert_int_equal(compare("base", "slower", "--fail-on-regression"),
	                 CLI_EXIT_REGRESSION);
	assert_int_equal(compare("base", "slower", "--json"), CLI_EXIT_FINE);
	assert_int_equal(compare("base", "faster", "--fail-on-regression"),
	                 CLI_EXIT_FINE);
	assert_int_equal(compare("base", "noisy", "--json"), CLI_EXIT_CANNOT_TELL);
	assert_int_equal(compare("base", "no_result", "--json"), CLI_EXIT_FAILED);
	assert_int_equal(compare("base", "not_there", "--json"), CLI_EXIT_FAILED);
	assert_int_equal(RUN("compare", "one.json"), CLI_EXIT_USAGE);
}

static void test_bench_refusals(void **state)
{
	(void)state;
	assert_int_equal(RUN("bench", "--model", "rnn"), CLI_EXIT_USAGE);
	assert_int_equal(RUN("bench", "--model", ""), CLI_EXIT_USAGE);
	assert_int_equal(RUN("bench", "--lane", "native,cuda"), CLI_EXIT_USAGE);
	assert_int_equal(RUN("bench", "--batch", "0"), CLI_EXIT_USAGE);
	assert_int_equal(RUN("bench", "--blocks", "101"), CLI_EXIT_USAGE);
	assert_int_equal(RUN("bench", "--threads", "many"), CLI_EXIT_USAGE);
	assert_int_equal(RUN("bench", "--interpreter", "/usr/bin/python3"),
	                 CLI_EXIT_USAGE);
	assert_int_equal(RUN("bench", "surplus"), CLI_EXIT_USAGE);
	assert_int_equal(RUN("bench", "--data", "/nowhere/at/all"), CLI_EXIT_FAILED);
}

static void test_progress_line(void **state)
{
	(void)state;
	CLEANUP(str_release) struct str line = STR_INIT;
	bench_progress_line(0.5, 10 * NS_PER_S, "native, mlp: training", 79, &line);
	assert_string_equal(line.data,
	                    "[##########          ]  50 %  native, mlp: training, "
	                    "0:10 left");
	for (int width = 0; width < 80; width++) {
		str_clear(&line);
		bench_progress_line(1, 100 * NS_PER_S,
		                    "a step with a name that is much too long for any "
		                    "terminal of eighty columns",
		                    width, &line);
		assert_true(line.len <= (size_t)width);
	}
}

static void test_page(void **state)
{
	(void)state;
	CLEANUP_FREE char *path = fixture("base");
	CLEANUP(str_release) struct str page = STR_INIT;
	json_t *result = json_load_file(path, 0, NULL);
	assert_non_null(result);
	bench_page(result, &page);
	assert_true(text_contains(page.data, "Apple M1"));
	assert_true(text_contains(page.data, "batch 1: 41 us, batch 32: 280 us"));
	assert_true(text_contains(page.data, "Trust: A."));
	const char *table = strstr(page.data, "  model lane");
	assert_non_null(table);
	assert_true(strcspn(table, "\n") <= 80);
	json_decref(result);
	json_t *empty = json_object();
	bench_page(empty, &page); /* nothing in it is taken for granted */
	json_decref(empty);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_bench_refusals),
		cmocka_unit_test(test_progress_line),
		cmocka_unit_test(test_page),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
