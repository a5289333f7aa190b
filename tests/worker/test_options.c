/* SPDX-License-Identifier: MIT */
/*
 * The worker's arguments.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "options.h"

#include "trilane/banned.h"

enum { ARGUMENTS_MAX = 16 };

/* Parses the words of LINE, which must not end before OUT does. */
static int parse(struct options *out, char *line, struct error *err)
{
	char *argv[ARGUMENTS_MAX] = {(char *)"worker"};
	int argc = 1;

	for (char *word = line; word && *word; argc++) {
		argv[argc] = word;
		word = strchr(word, ' ');
		if (word)
			*word++ = '\0';
	}
	return options_parse(out, argc, argv, err);
}

static void test_defaults_are_keras(void **state)
{
	struct options o;
	char line[] = "";

	(void)state;
	assert_int_equal(parse(&o, line, NULL), 0);
	assert_string_equal(o.model, "mlp");
	assert_string_equal(o.engine, "cpu");
	assert_string_equal(o.data, "digits");
	assert_int_equal(o.batch, 32);
	assert_int_equal(o.epochs, 10);
	assert_int_equal(o.seed, 1);
	assert_true(o.threads >= 1);
	assert_int_equal(o.shape.hidden, 1024);
}

static void test_both_forms(void **state)
{
	struct options o;
	char line[] = "--model=cnn --seed 18446744073709551615 --batch=7 --data /a=b";

	(void)state;
	assert_int_equal(parse(&o, line, NULL), 0);
	assert_int_equal(o.shape.family, FAMILY_CNN);
	assert_int_equal(o.shape.filters, 32);
	assert_true(o.seed == UINT64_MAX);
	assert_int_equal(o.batch, 7);
	assert_string_equal(o.data, "/a=b");
}

static void assert_refused(const char *line, const char *part)
{
	struct error err = ERROR_INIT;
	struct options o;
	char copy[100];

	memcpy(copy, line, strlen(line) + 1);
	assert_int_equal(parse(&o, copy, &err), ERROR_INVALID);
	if (!strstr(err.text, part))
		fail_msg("\"%s\" lacks \"%s\"", err.text, part);
}

static void test_refusals_say_what(void **state)
{
	(void)state;
	assert_refused("--bach 3", "--bach");
	assert_refused("mlp", "no option");
	assert_refused("--batch", "takes a value");
	assert_refused("--batch 0", "from 1 to 4096");
	assert_refused("--batch -1", "from 1 to 4096");
	assert_refused("--batch 3x", "from 1 to 4096");
	assert_refused("--seed 18446744073709551616", "--seed");
	assert_refused("--model rnn", "mlp or cnn");
}

static void test_help_names_every_option(void **state)
{
	static const char *const names[] = {"--batch",  "--data",    "--epochs", "--seed",
	                                    "--images", "--threads", "--engine", "--isa"};
	struct str help = STR_INIT;

	(void)state;
	options_help(&help);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_non_null(strstr(help.data, names[i]));
	str_release(&help);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults_are_keras),
		cmocka_unit_test(test_both_forms),
		cmocka_unit_test(test_refusals_say_what),
		cmocka_unit_test(test_help_names_every_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
