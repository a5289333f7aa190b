/* SPDX-License-Identifier: MIT */
/*
 * The command line: what a command is made of, and its exit codes.
 *
 * A command is one file in server/cli with a constant `struct command command_NAME`, a
 * row X(NAME) in commands.h and a line in CMakeLists.txt.  Its options are a table, read
 * by the parser, by --help and by `trilane completion` alike:
 *
 *	struct show_values {
 *		uint64_t limit;
 *		bool json;
 *	};
 *	static const struct show_values show_defaults = { .limit = 20 };
 *	static const struct option_row show_options[] = {
 *		{ "json", OPTION_FLAG, offsetof(struct show_values, json),
 *		  .help = "print JSON" },
 *		{ "limit", OPTION_NUMBER, offsetof(struct show_values, limit), "N",
 *		  .help = "at most N lines (20)", .min = 1, .max = 200 },
 *		{ .name = NULL },
 *	};
 *
 * Before run() the values are a copy of the defaults with what the user gave put in;
 * --help (-h) is every command's and answered without run().  Strings point into argv.
 * Documents go to standard output, everything else to standard error (log.h).  run()
 * returns an enum cli_exit; main() checks that standard output took everything.
 * SIGPIPE is ignored in the whole program.
 */
#ifndef TRILANE_CLI_H
#define TRILANE_CLI_H

#include <stddef.h>
#include <stdint.h>

#include "trilane/error.h"
#include "trilane/str.h"

enum cli_exit {
	CLI_EXIT_FINE = 0,
	CLI_EXIT_FINDINGS = 1,    /* of severity blocker, or the level of --fail-on */
	CLI_EXIT_USAGE = 2,       /* the command line is wrong */
	CLI_EXIT_FAILED = 3,      /* it could not be done */
	CLI_EXIT_REGRESSION = 4,  /* compare --fail-on-regression */
	CLI_EXIT_CANNOT_TELL = 5, /* the measurements do not decide */
};

enum option_type {
	OPTION_FLAG,   /* bool: true when given; takes no value */
	OPTION_STRING, /* const char *: the last one given */
	OPTION_NUMBER, /* uint64_t between MIN and MAX */
	OPTION_CHOICE, /* const char *: one of the words of CHOICES, separated by "|" */
	OPTION_LIST,   /* struct strlist: every one given, in order */
};

struct option_row {
	const char *name; /* without the dashes */
	enum option_type type;
	size_t offset;          /* of the member in the command's values */
	const char *value_name; /* "DIR", for the help; unused for a flag or a choice */
	const char *help;       /* one sentence, wrapped by the printer */
	uint64_t min, max;
	const char *choices;
};

struct command {
	const char *name;
	const char *summary;   /* one line, no full stop */
	const char *arguments; /* "A.json B.json"; NULL: takes none */
	unsigned arguments_min, arguments_max;
	const struct option_row *options; /* ended by a row without a name; NULL: none */
	size_t values_size;               /* of the values; 0 without options */
	const void *defaults;             /* NULL: all zero */
	const char *details;              /* paragraphs below the options; NULL: none */
	/* ARGUMENTS are COUNT words and a NULL. */
	int (*run)(const void *values, const char *const *arguments, size_t count);
};

/* Reads ARGV (ARGC words behind the command's name) into VALUES and ARGUMENTS.  Returns
 * 0, or ERROR_INVALID with one line for the user; *HELP becomes true for --help. */
int options_parse(const struct command *command, int argc, const char *const *argv,
                  void *values, struct strlist *arguments, bool *help, struct error *err);
/* Frees the lists among the values. */
void options_release(const struct command *command, void *values);
/* The text of --help, at most 80 columns wide. */
void options_help(const struct command *command, struct str *out);

/* Of COUNT words the one most like WORD, NULL if none is near. */
const char *nearest_word(const char *word, const char *const *words, size_t count);

/* The table: commands in the order of --help. */
extern const struct command *const cli_commands[];
extern const size_t cli_command_count;
const struct command *cli_command_find(const char *name);

/* The whole program behind main(). */
int cli_main(int argc, const char *const *argv);

#endif
