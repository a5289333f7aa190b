/* SPDX-License-Identifier: MIT */
/*
 * Options: one table a command, read by the parser and by the printer of --help.
 *
 * Long options only ("--x", "--x=y", "--x y", "-h" for help), in any order among the
 * arguments; "--" ends them, "-" is an argument.  Nothing is abbreviated, so that a
 * script keeps its meaning when an option is added.
 */
#include <inttypes.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/cli.h"

#include "trilane/banned.h"

enum { HELP_COLUMNS = 80, HELP_INDENT = 26, OPTION_NAMES_MAX = 64 };

static const struct option_row *find_option(const struct command *command,
                                            const char *name, size_t len)
{
	for (const struct option_row *row = command->options; row && row->name; row++)
		if (strlen(row->name) == len && memcmp(row->name, name, len) == 0)
			return row;
	return NULL;
}

static int refuse_unknown(const struct command *command, const char *name,
                          struct error *err)
{
	const char *names[OPTION_NAMES_MAX];
	const char *near;
	size_t count = 0;

	for (const struct option_row *row = command->options; row && row->name; row++)
		if (count < OPTION_NAMES_MAX)
			names[count++] = row->name;
	near = nearest_word(name, names, count);
	if (near)
		return error_set(err, ERROR_INVALID,
		                 "there is no option --%s; did you mean --%s?", name,
		                 near);
	return error_set(err, ERROR_INVALID, "there is no option --%s", name);
}

static bool is_choice(const char *choices, const char *value)
{
	CLEANUP(strlist_release) struct strlist words = STRLIST_INIT;

	strlist_split(&words, choices, "|");
	return strlist_has(&words, value);
}

static int set_number(const struct option_row *row, uint64_t *target, const char *value,
                      struct error *err)
{
	uint64_t number;

	if (!text_to_u64(value, &number) || number < row->min || number > row->max)
		return error_set(err, ERROR_INVALID,
		                 "--%s takes a whole number from %" PRIu64 " to %" PRIu64,
		                 row->name, row->min, row->max);
	*target = number;
	return 0;
}

static int set_value(const struct option_row *row, char *values, const char *value,
                     struct error *err)
{
	void *target = values + row->offset;

	switch (row->type) {
	case OPTION_FLAG:
		*(bool *)target = true;
		return 0;
	case OPTION_NUMBER:
		return set_number(row, target, value, err);
	case OPTION_CHOICE:
		if (!is_choice(row->choices, value))
			return error_set(err, ERROR_INVALID, "--%s takes one of %s",
			                 row->name, row->choices);
		*(const char **)target = value;
		return 0;
	case OPTION_STRING:
		*(const char **)target = value;
		return 0;
	case OPTION_LIST:
		strlist_add(target, value);
		return 0;
	}
	BUG("option --%s has no type", row->name);
}

/* One option at ARGV[*I]; moves *I on when its value is the next word. */
static int parse_option(const struct command *command, int argc, const char *const *argv,
                        int *i, char *values, struct error *err)
{
	const char *name = argv[*i] + 2;
	const char *value = strchr(name, '=');
	size_t len = value ? (size_t)(value - name) : strlen(name);
	const struct option_row *row = find_option(command, name, len);

	if (!row) {
		CLEANUP(str_release) struct str text = STR_INIT;

		str_add_n(&text, name, len);
		return refuse_unknown(command, text.data, err);
	}
	if (row->type == OPTION_FLAG) {
		if (value)
			return error_set(err, ERROR_INVALID, "--%s takes no value",
			                 row->name);
		return set_value(row, values, NULL, err);
	}
	if (value)
		return set_value(row, values, value + 1, err);
	if (*i + 1 >= argc)
		return error_set(err, ERROR_INVALID, "--%s needs a value", row->name);
	return set_value(row, values, argv[++*i], err);
}

static int check_arguments(const struct command *command, size_t count, struct error *err)
{
	if (count > command->arguments_max) {
		if (command->arguments_max == 0)
			return error_set(err, ERROR_INVALID, "%s takes no arguments",
			                 command->name);
		return error_set(err, ERROR_INVALID, "too many arguments for %s",
		                 command->name);
	}
	if (count < command->arguments_min)
		return error_set(err, ERROR_INVALID, "%s needs %s", command->name,
		                 command->arguments);
	return 0;
}

int options_parse(const struct command *command, int argc, const char *const *argv,
                  void *values, struct strlist *arguments, bool *help, struct error *err)
{
	bool ended = false;

	*help = false;
	if (command->defaults)
		memcpy(values, command->defaults, command->values_size);
	for (int i = 0; i < argc; i++) {
		const char *word = argv[i];
		int rc;

		if (ended || word[0] != '-' || word[1] == '\0') {
			strlist_add(arguments, word);
		} else if (text_equal(word, "--")) {
			ended = true;
		} else if (text_equal(word, "--help") || text_equal(word, "-h")) {
			*help = true;
			return 0;
		} else if (word[1] != '-') {
			return error_set(err, ERROR_INVALID,
			                 "there is no option %s; options begin with --",
			                 word);
		} else {
			rc = parse_option(command, argc, argv, &i, values, err);
			if (rc)
				return rc;
		}
	}
	return check_arguments(command, arguments->count, err);
}

void options_release(const struct command *command, void *values)
{
	for (const struct option_row *row = command->options; row && row->name; row++)
		if (row->type == OPTION_LIST)
			strlist_release((void *)((char *)values + row->offset));
}

/* --- help ----------------------------------------------------------------------------
 */

/* Number of columns that N bytes of UTF-8 take; the help has no wide characters. */
static size_t columns_of(const char *text, size_t n)
{
	size_t columns = 0;

	for (size_t i = 0; i < n; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

/* Adds TEXT wrapped at HELP_COLUMNS, further lines indented; the cursor is at COLUMN. */
static void add_wrapped(struct str *out, const char *text, size_t column, size_t indent)
{
	bool first = true;

	while (*text) {
		size_t len = strcspn(text, " ");
		size_t columns = columns_of(text, len);

		if (!first && column + 1 + columns > HELP_COLUMNS) {
			str_addf(out, "\n%*s", (int)indent, "");
			column = indent;
			first = true;
		}
		if (!first) {
			str_add_char(out, ' ');
			column++;
		}
		str_add_n(out, text, len);
		column += columns;
		first = false;
		text += len;
		text += strspn(text, " ");
	}
	str_add_char(out, '\n');
}

static void add_option(struct str *out, const struct option_row *row)
{
	CLEANUP(str_release) struct str left = STR_INIT;

	str_addf(&left, "  --%s", row->name);
	if (row->type == OPTION_CHOICE)
		str_addf(&left, " %s", row->choices);
	else if (row->type != OPTION_FLAG)
		str_addf(&left, " %s", row->value_name);
	if (left.len + 2 > HELP_INDENT)
		str_addf(out, "%s\n%*s", left.data, HELP_INDENT, "");
	else
		str_addf(out, "%-*s", HELP_INDENT, left.data);
	add_wrapped(out, row->help, HELP_INDENT, HELP_INDENT);
}

/* Adds paragraphs; a line that begins with a blank stands as it is. */
static void add_details(struct str *out, const char *details)
{
	while (*details) {
		size_t len = strcspn(details, "\n");
		CLEANUP(str_release) struct str line = STR_INIT;

		str_add_n(&line, details, len);
		if (line.data[0] == ' ')
			str_addf(out, "%s\n", line.data);
		else
			add_wrapped(out, line.data, 0, 0);
		details += len + (details[len] == '\n');
	}
}

void options_help(const struct command *command, struct str *out)
{
	static const struct option_row help_row = {"help", OPTION_FLAG, 0,
	                                           .help = "print this"};

	str_addf(out, "usage: trilane %s [options]%s%s\n\n", command->name,
	         command->arguments ? " " : "",
	         command->arguments ? command->arguments : "");
	add_wrapped(out, command->summary, 0, 0);
	str_add(out, "\noptions:\n");
	for (const struct option_row *row = command->options; row && row->name; row++)
		add_option(out, row);
	add_option(out, &help_row);
	if (command->details) {
		str_add_char(out, '\n');
		add_details(out, command->details);
	}
}
