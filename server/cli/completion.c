/* SPDX-License-Identifier: MIT */
/*
 * trilane completion SHELL: a completion script made from the tables of commands and
 * options, so that it never lags behind them.  Values of choices complete too; anything
 * else that takes a value completes to files.
 */
#include <stdio.h>

#include "commands.h"
#include "trilane/cleanup.h"
#include "trilane/log.h"

#include "trilane/banned.h"

static void add_words(struct str *out, const char *choices)
{
	for (; *choices; choices++)
		str_add_char(out, *choices == '|' ? ' ' : *choices);
}

static void add_command_names(struct str *out)
{
	for (size_t i = 0; i < cli_command_count; i++)
		str_addf(out, "%s%s", i ? " " : "", cli_commands[i]->name);
}

/* --- bash ----------------------------------------------------------------------------
 */

static void add_bash_command(struct str *out, const struct command *command)
{
	str_addf(out, "\t%s)\n\t\tcase $previous in\n", command->name);
	for (const struct option_row *row = command->options; row && row->name; row++) {
		if (row->type == OPTION_CHOICE) {
			str_addf(out, "\t\t--%s) words='", row->name);
			add_words(out, row->choices);
			str_add(out, "' ;;\n");
		} else if (row->type != OPTION_FLAG) {
			str_addf(out, "\t\t--%s) words= ;;\n", row->name);
		}
	}
	str_add(out, "\t\t*) words='--help");
	for (const struct option_row *row = command->options; row && row->name; row++)
		str_addf(out, " --%s", row->name);
	str_add(out, "' ;;\n\t\tesac ;;\n");
}

static void add_bash(struct str *out)
{
	str_add(out, "# bash completion of trilane\n"
	             "_trilane() {\n"
	             "\tlocal current=${COMP_WORDS[COMP_CWORD]} words=\n"
	             "\tlocal previous=${COMP_WORDS[COMP_CWORD-1]}\n"
	             "\tcase ${COMP_WORDS[1]} in\n");
	for (size_t i = 0; i < cli_command_count; i++)
		add_bash_command(out, cli_commands[i]);
	str_add(out, "\tesac\n\t[ \"$COMP_CWORD\" -gt 1 ] || words='--help --version ");
	add_command_names(out);
	str_add(out, "'\n"
	             "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
	             "}\n"
	             "complete -o default -F _trilane trilane\n");
}

/* --- zsh -----------------------------------------------------------------------------
 */

/* TEXT inside single quotes and a description in brackets or behind a colon. */
static void add_zsh_text(struct str *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			str_add(out, "'\\''");
		else if (*text == '[' || *text == ']' || *text == ':' || *text == '\\')
			str_addf(out, "\\%c", *text);
		else
			str_add_char(out, *text);
	}
}

static void add_zsh_option(struct str *out, const struct option_row *row)
{
	str_addf(out, " \\\n\t\t\t'%s--%s%s[", row->type == OPTION_LIST ? "*" : "",
	         row->name, row->type == OPTION_FLAG ? "" : "=");
	add_zsh_text(out, row->help);
	str_add(out, "]");
	if (row->type == OPTION_CHOICE) {
		str_add(out, ":value:(");
		add_words(out, row->choices);
		str_add(out, ")");
	} else if (row->type == OPTION_NUMBER) {
		str_addf(out, ":%s: ", row->value_name);
	} else if (row->type != OPTION_FLAG) {
		str_addf(out, ":%s:_files", row->value_name);
	}
	str_add(out, "'");
}

static void add_zsh(struct str *out)
{
	str_add(out, "#compdef trilane\n"
	             "_trilane() {\n"
	             "\tlocal -a commands\n"
	             "\tcommands=(\n");
	for (size_t i = 0; i < cli_command_count; i++) {
		str_addf(out, "\t\t'%s:", cli_commands[i]->name);
		add_zsh_text(out, cli_commands[i]->summary);
		str_add(out, "'\n");
	}
	str_add(out, "\t)\n"
	             "\tif (( CURRENT == 2 )); then\n"
	             "\t\t_describe command commands\n"
	             "\t\treturn\n"
	             "\tfi\n"
	             "\tshift words; (( CURRENT-- ))\n"
	             "\tcase $words[1] in\n");
	for (size_t i = 0; i < cli_command_count; i++) {
		const struct option_row *row = cli_commands[i]->options;

		str_addf(out, "\t%s)\n\t\t_arguments '--help[print the help]'",
		         cli_commands[i]->name);
		for (; row && row->name; row++)
			add_zsh_option(out, row);
		str_add(out, " \\\n\t\t\t'*:file:_files' ;;\n");
	}
	str_add(out, "\tesac\n}\n"
	             "if [ \"$funcstack[1]\" = _trilane ]; then\n\t_trilane \"$@\"\n"
	             "else\n\tcompdef _trilane trilane\nfi\n");
}

/* --- fish ----------------------------------------------------------------------------
 */

static void add_fish_text(struct str *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			str_add_char(out, '\\');
		str_add_char(out, *text);
	}
}

static void add_fish_option(struct str *out, const struct command *command,
                            const struct option_row *row)
{
	str_addf(out, "complete -c trilane -n '__fish_seen_subcommand_from %s' -l %s",
	         command->name, row->name);
	if (row->type == OPTION_CHOICE) {
		str_add(out, " -x -a '");
		add_words(out, row->choices);
		str_add(out, "'");
	} else if (row->type != OPTION_FLAG) {
		str_add(out, " -r");
	}
	str_add(out, " -d '");
	add_fish_text(out, row->help);
	str_add(out, "'\n");
}

static void add_fish(struct str *out)
{
	str_add(out,
	        "# fish completion of trilane\n"
	        "complete -c trilane -n __fish_use_subcommand -l version -d 'print the "
	        "version'\n"
	        "complete -c trilane -l help -d 'print the help'\n");
	for (size_t i = 0; i < cli_command_count; i++) {
		const struct command *command = cli_commands[i];
		const struct option_row *row = command->options;

		str_addf(out,
		         "complete -c trilane -f -n __fish_use_subcommand -a %s -d '",
		         command->name);
		add_fish_text(out, command->summary);
		str_add(out, "'\n");
		for (; row && row->name; row++)
			add_fish_option(out, command, row);
	}
}

static int run(const void *values, const char *const *arguments, size_t count)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	(void)values;
	(void)count;
	if (text_equal(arguments[0], "bash")) {
		add_bash(&text);
	} else if (text_equal(arguments[0], "zsh")) {
		add_zsh(&text);
	} else if (text_equal(arguments[0], "fish")) {
		add_fish(&text);
	} else {
		log_error("there is completion for bash, zsh and fish");
		return CLI_EXIT_USAGE;
	}
	fputs(text.data, stdout);
	return CLI_EXIT_FINE;
}

const struct command command_completion = {
	.name = "completion",
	.summary = "print a completion script for bash, zsh or fish",
	.arguments = "bash|zsh|fish",
	.arguments_min = 1,
	.arguments_max = 1,
	.details = "For this shell only:\n"
		   "    source <(trilane completion bash)\n"
		   "    trilane completion fish | source",
	.run = run,
};
