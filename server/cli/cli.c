/* SPDX-License-Identifier: MIT */
/*
 * The program: finds the command, reads its options, runs it, and looks after standard
 * output.  What a command does is in its own file.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trilane/cleanup.h"
#include "trilane/cli.h"
#include "trilane/log.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum { COMMAND_NAMES_MAX = 32 };

static int refuse_command(const char *name)
{
	const char *names[COMMAND_NAMES_MAX];
	const char *near;
	size_t count = 0;

	for (; count < cli_command_count && count < COMMAND_NAMES_MAX; count++)
		names[count] = cli_commands[count]->name;
	near = nearest_word(name, names, count);
	if (near)
		log_error("there is no command \"%s\"; did you mean \"%s\"?", name, near);
	else
		log_error("there is no command \"%s\"; see trilane --help", name);
	return CLI_EXIT_USAGE;
}

static int print_help(const struct command *command)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	options_help(command, &text);
	fputs(text.data, stdout);
	return CLI_EXIT_FINE;
}

static int run_command(const struct command *command, int argc, const char *const *argv)
{
	static const char *const none[] = {NULL};
	CLEANUP(strlist_release) struct strlist arguments = STRLIST_INIT;
	CLEANUP_FREE void *values = xcalloc(1, command->values_size + 1);
	struct error err = ERROR_INIT;
	bool help;
	int rc;

	if (options_parse(command, argc, argv, values, &arguments, &help, &err)) {
		log_error("%s", err.text);
		log_info("see trilane %s --help", command->name);
		rc = CLI_EXIT_USAGE;
	} else if (help) {
		rc = print_help(command);
	} else {
		rc = command->run(values,
		                  arguments.count ? (const char *const *)arguments.items
		                                  : none,
		                  arguments.count);
	}
	options_release(command, values);
	return rc;
}

/* A document that was cut short must not look like success. */
static int finish_output(int rc)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return rc;
	if (errno != EPIPE)
		log_error("cannot write standard output: %s", strerror(errno));
	return CLI_EXIT_FAILED;
}

static int dispatch(int argc, const char *const *argv)
{
	const struct command *command;
	const char *name = argc > 1 ? argv[1] : NULL;
	static const char *const version[] = {NULL};

	if (!name) {
		log_error("no command given; see trilane --help");
		return CLI_EXIT_USAGE;
	}
	if (text_equal(name, "--version") || text_equal(name, "-V"))
		return run_command(cli_command_find("version"), 0, version);
	if (text_equal(name, "--help") || text_equal(name, "-h"))
		name = "help";
	command = cli_command_find(name);
	if (!command)
		return refuse_command(name);
	return run_command(command, argc - 2, argv + 2);
}

/* A descriptor that the caller closed must not become a file of ours: a database on 1
 * would get what is printed.  What is put there fails as the closed one would. */
static void hold_standard_descriptors(void)
{
	static const int wrong_way[] = {O_WRONLY, O_RDONLY, O_RDONLY};

	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", wrong_way[fd]) != fd)
			return;
}

int cli_main(int argc, const char *const *argv)
{
	hold_standard_descriptors();
	signal(SIGPIPE, SIG_IGN);
	return finish_output(dispatch(argc, argv));
}
