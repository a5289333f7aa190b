/* SPDX-License-Identifier: MIT */
/* The program as a function: exit codes, and that the table of commands is sound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "trilane/cli.h"

#include "trilane/banned.h"

static int run(const char *const *argv)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	return cli_main(argc, argv);
}

#define RUN(...) run((const char *const[]){"trilane", __VA_ARGS__, NULL})

static void test_fine(void **state)
{
	(void)state;
	assert_int_equal(RUN("--version"), CLI_EXIT_FINE);
	assert_int_equal(RUN("version", "--json"), CLI_EXIT_FINE);
	assert_int_equal(RUN("--help"), CLI_EXIT_FINE);
	assert_int_equal(RUN("help", "version"), CLI_EXIT_FINE);
	assert_int_equal(RUN("completion", "bash"), CLI_EXIT_FINE);
	assert_int_equal(RUN("completion", "zsh"), CLI_EXIT_FINE);
	assert_int_equal(RUN("completion", "fish"), CLI_EXIT_FINE);
}

static void test_usage(void **state)
{
	(void)state;
	assert_int_equal(run((const char *const[]){"trilane", NULL}), CLI_EXIT_USAGE);
	assert_int_equal(RUN("versoin"), CLI_EXIT_USAGE);
	assert_int_equal(RUN("frobnicate"), CLI_EXIT_USAGE);
	assert_int_equal(RUN("version", "--jsn"), CLI_EXIT_USAGE);
	assert_int_equal(RUN("version", "now"), CLI_EXIT_USAGE);
	assert_int_equal(RUN("completion", "csh"), CLI_EXIT_USAGE);
	assert_int_equal(RUN("help", "nonsense"), CLI_EXIT_USAGE);
}

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < cli_command_count; i++) {
		const struct command *c = cli_commands[i];

		assert_ptr_equal(cli_command_find(c->name), c);
		assert_non_null(c->run);
		assert_true(c->values_size > 0 || !c->options);
		for (const struct option_row *o = c->options; o && o->name; o++) {
			assert_true(o->offset < c->values_size);
			assert_non_null(o->help);
			if (o->type == OPTION_CHOICE)
				assert_non_null(o->choices);
			else if (o->type != OPTION_FLAG)
				assert_non_null(o->value_name);
			if (o->type == OPTION_NUMBER)
				assert_true(o->max > o->min);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fine),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
