/* SPDX-License-Identifier: MIT */
/* The commands, in the order of --help: a row each, its file is NAME.c. */
#ifndef TRILANE_CLI_COMMANDS_H
#define TRILANE_CLI_COMMANDS_H

#include "trilane/cli.h"

#define COMMANDS(X) \
	X(bench) \
	X(compare) \
	X(completion) \
	X(diagnose) \
	X(help) \
	X(probe) \
	X(record) \
	X(report) \
	X(rules) \
	X(serve) \
	X(version)

#define COMMAND_DECLARE(name) extern const struct command command_##name;
COMMANDS(COMMAND_DECLARE)
#undef COMMAND_DECLARE

#endif
