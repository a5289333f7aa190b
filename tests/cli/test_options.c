/* SPDX-License-Identifier: MIT */
/* Options: every type, every refusal, and what the help looks like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trilane/cleanup.h"
#include "trilane/cli.h"

#include "trilane/banned.h"

struct values {
	bool json;
	uint64_t limit;
	const char *dir;
	const char *color;
	struct strlist data;
};

static const struct values defaults = {.limit = 20, .data = STRLIST_INIT};

static const struct option_row rows[] = {
	{"color", OPTION_CHOICE, offsetof(struct values, color), .help = "paint it",
         .choices = "red|green"},
	{"data", OPTION_LIST, offsetof(struct values, data), "NAME=DIR",
         .help = "a data set"},
	{"dir", OPTION_STRING, offsetof(struct values, dir), "DIR",
         .help = "a folder with a long explanation that has to be wrapped at least once "
                 "because it says much more than fits"},
	{"json", OPTION_FLAG, offsetof(struct values, json), .help = "print JSON"},
	{"limit", OPTION_NUMBER, offsetof(struct values, limit), "N", .help = "how many",
         .min = 1, .max = 200},
	{.name = NULL},
};

static const struct command show = {
	.name = "show",
	.summary = "show something",
	.arguments = "A [B]",
	.arguments_min = 1,
	.arguments_max = 2,
	.options = rows,
	.values_size = sizeof(struct values),
	.defaults = &defaults,
	.details = "More text.\n    $ trilane show x",
};

struct outcome {
	struct values values;
	struct strlist arguments;
	bool help;
	struct error err;
	int rc;
};

static void parse(struct outcome *o, const char *const *argv)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	memset(o, 0, sizeof(*o));
	o->rc = options_parse(&show, argc, argv, &o->values, &o->arguments, &o->help,
	                      &o->err);
}

static void release(struct outcome *o)
{
	options_release(&show, &o->values);
	strlist_release(&o->arguments);
}

#define PARSE(o, ...) parse(o, (const char *const[]){__VA_ARGS__, NULL})

static void test_defaults(void **state)
{
	struct outcome o;

	(void)state;
	PARSE(&o, "x");
	assert_int_equal(o.rc, 0);
	assert_int_equal(o.values.limit, 20);
	assert_false(o.values.json);
	assert_null(o.values.dir);
	assert_string_equal(o.arguments.items[0], "x");
	release(&o);
}

static void test_every_type(void **state)
{
	struct outcome o;

	(void)state;
	PARSE(&o, "--json", "a", "--limit=7", "--dir", "/d", "--data", "m=1",
	      "--data=n=2", "--color", "green", "--", "--b");
	assert_int_equal(o.rc, 0);
	assert_true(o.values.json);
	assert_int_equal(o.values.limit, 7);
	assert_string_equal(o.values.dir, "/d");
	assert_string_equal(o.values.color, "green");
	assert_int_equal(o.values.data.count, 2);
	assert_string_equal(o.values.data.items[1], "n=2");
	assert_int_equal(o.arguments.count, 2);
	assert_string_equal(o.arguments.items[1], "--b");
	release(&o);
}

static void test_dash_is_an_argument(void **state)
{
	struct outcome o;

	(void)state;
	PARSE(&o, "-");
	assert_int_equal(o.rc, 0);
	assert_string_equal(o.arguments.items[0], "-");
	release(&o);
}

static void test_help_wins(void **state)
{
	struct outcome o;

	(void)state;
	PARSE(&o, "--help", "--nonsense");
	assert_int_equal(o.rc, 0);
	assert_true(o.help);
	release(&o);
}

static void test_refusals(void **state)
{
	static const struct {
		const char *argv[4];
		const char *text;
	} cases[] = {
		{{"x", "--limt", "3"}, "did you mean --limit?"},
		{{"x", "--zzzzzz"}, "there is no option --zzzzzz"},
		{{"x", "-j"}, "options begin with --"},
		{{"x", "--limit", "0"}, "from 1 to 200"},
		{{"x", "--limit", "201"}, "from 1 to 200"},
		{{"x", "--limit="}, "from 1 to 200"},
		{{"x", "--limit", "+3"}, "from 1 to 200"},
		{{"x", "--limit"}, "needs a value"},
		{{"x", "--json=yes"}, "takes no value"},
		{{"x", "--color", "blue"}, "red|green"},
		{{"a", "b", "c"}, "too many arguments"},
		{{NULL}, "show needs A [B]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome o;

		parse(&o, cases[i].argv);
		assert_int_equal(o.rc, ERROR_INVALID);
		if (!strstr(o.err.text, cases[i].text))
			fail_msg("case %zu says: %s", i, o.err.text);
		release(&o);
	}
}

static void check_width(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len > 80)
			fail_msg("%zu columns: %.*s", len, (int)len, text);
		text += len + (text[len] == '\n');
	}
}

static void test_help_text(void **state)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	(void)state;
	options_help(&show, &text);
	check_width(text.data);
	assert_non_null(strstr(text.data, "usage: trilane show [options] A [B]"));
	assert_non_null(strstr(text.data, "--color red|green"));
	assert_non_null(strstr(text.data, "--help"));
	assert_non_null(strstr(text.data, "    $ trilane show x"));
}

static void test_help_of_every_command(void **state)
{
	(void)state;
	for (size_t i = 0; i < cli_command_count; i++) {
		CLEANUP(str_release) struct str text = STR_INIT;

		options_help(cli_commands[i], &text);
		check_width(text.data);
		if (i > 0)
			assert_true(strcmp(cli_commands[i - 1]->name,
			                   cli_commands[i]->name) != 0);
	}
}

static void test_nearest(void **state)
{
	static const char *const words[] = {"bench", "compare", "serve"};

	(void)state;
	assert_string_equal(nearest_word("srve", words, 3), "serve");
	assert_string_equal(nearest_word("comp", words, 3), "compare");
	assert_string_equal(nearest_word("bnech", words, 3), "bench");
	assert_null(nearest_word("frobnicate", words, 3));
	assert_null(nearest_word("", words, 3));
	assert_null(
		nearest_word("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", words, 3));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_every_type),
		cmocka_unit_test(test_dash_is_an_argument),
		cmocka_unit_test(test_help_wins),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_help_text),
		cmocka_unit_test(test_help_of_every_command),
		cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
