/* SPDX-License-Identifier: MIT */
/* trilane help [COMMAND]: the commands, or the --help of one. */
#include <stdio.h>

#include "commands.h"
#include "trilane/cleanup.h"
#include "trilane/log.h"

#include "trilane/banned.h"

static void add_overview(struct str *out)
{
	str_add(out, "usage: trilane COMMAND [options]\n\n"
	             "Looks at this machine and its Pythons, trains two small models "
	             "natively,\n"
	             "translated and on the GPU, and says what their TensorFlow set-up "
	             "can do.\n\n"
	             "commands:\n");
	for (size_t i = 0; i < cli_command_count; i++)
		str_addf(out, "  %-12s %s\n", cli_commands[i]->name,
		         cli_commands[i]->summary);
	str_add(out, "\n"
	             "Each has a --help.  Exit codes: 0 fine, 1 findings, 2 usage, 3 "
	             "could not do it,\n"
	             "4 regression, 5 cannot tell.\n");
}

static int run(const void *values, const char *const *arguments, size_t count)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const struct command *command;

	(void)values;
	if (count == 0) {
		add_overview(&text);
	} else {
		command = cli_command_find(arguments[0]);
		if (!command) {
			log_error("there is no command \"%s\"; see trilane --help",
			          arguments[0]);
			return CLI_EXIT_USAGE;
		}
		options_help(command, &text);
	}
	fputs(text.data, stdout);
	return CLI_EXIT_FINE;
}

const struct command command_help = {
	.name = "help",
	.summary = "list the commands, or explain one",
	.arguments = "[COMMAND]",
	.arguments_max = 1,
	.run = run,
};
