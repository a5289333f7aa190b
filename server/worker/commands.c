/* SPDX-License-Identifier: MIT */
/*
 * Reading commands: words between white space, a bounded queue, an exit at the end.
 */
#include "commands.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "trilane/banned.h"

enum { WORD_MAX = 15 };

/* A word under way; one that is too long becomes no command's name. */
struct word {
	char text[WORD_MAX + 1];
	size_t length;
};

static const char *const names[] = {[COMMAND_SAMPLE] = "sample", [COMMAND_QUIT] = "quit"};

static enum command find_command(const char *word)
{
	for (int i = 0; i < COMMAND_UNKNOWN; i++)
		if (!strcmp(names[i], word))
			return (enum command)i;
	return COMMAND_UNKNOWN;
}

static void push(struct commands *c, enum command command)
{
	pthread_mutex_lock(&c->lock);
	while (c->count == COMMANDS_WAITING)
		pthread_cond_wait(&c->changed, &c->lock);
	c->queue[(c->first + c->count++) % COMMANDS_WAITING] = command;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

/* True if CHAR ended a word that means to quit. */
static bool take_char(struct commands *c, struct word *word, char character)
{
	enum command command;

	if (!strchr(" \t\r\n", character)) {
		if (word->length < WORD_MAX)
			word->text[word->length++] = character;
		return false;
	}
	if (!word->length)
		return false;
	word->text[word->length] = '\0';
	word->length = 0;
	command = find_command(word->text);
	push(c, command);
	return command == COMMAND_QUIT;
}

/* Ends the process, unless that is under way with a status of its own. */
static void input_ended(struct commands *c)
{
	pthread_mutex_lock(&c->lock);
	if (!c->stopped)
		_exit(0);
	pthread_mutex_unlock(&c->lock);
}

void commands_stop(struct commands *c)
{
	pthread_mutex_lock(&c->lock);
	c->stopped = true;
	pthread_mutex_unlock(&c->lock);
}

static void *read_commands(void *context)
{
	struct word word = {.length = 0};
	char bytes[64];
	bool quit = false;

	while (!quit) {
		ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			input_ended(context);
			break;
		}
		for (ssize_t i = 0; i < n && !quit; i++)
			quit = take_char(context, &word, bytes[i]);
	}
	return NULL;
}

int commands_start(struct commands *c, struct error *err)
{
	pthread_t thread;
	int errnum = pthread_create(&thread, NULL, read_commands, c);

	if (errnum)
		return error_set_errno(err, errnum, "cannot start a thread");
	pthread_detach(thread);
	return 0;
}

enum command commands_next(struct commands *c)
{
	enum command command;

	pthread_mutex_lock(&c->lock);
	while (!c->count)
		pthread_cond_wait(&c->changed, &c->lock);
	command = c->queue[c->first];
	c->first = (c->first + 1) % COMMANDS_WAITING;
	c->count--;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	return command;
}
