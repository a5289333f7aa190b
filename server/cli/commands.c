/* SPDX-License-Identifier: MIT */
/* The table of commands, made from the list in commands.h. */
#include "commands.h"

#include "trilane/banned.h"

#define COMMAND_ROW(name) &command_##name,
const struct command *const cli_commands[] = {COMMANDS(COMMAND_ROW)};
#undef COMMAND_ROW

const size_t cli_command_count = sizeof(cli_commands) / sizeof(cli_commands[0]);

const struct command *cli_command_find(const char *name)
{
	for (size_t i = 0; i < cli_command_count; i++)
		if (text_equal(cli_commands[i]->name, name))
			return cli_commands[i];
	return NULL;
}
