/* SPDX-License-Identifier: MIT */
/*
 * The supervisor's commands, read by a thread of their own, so that the end of standard
 * input ends the worker whatever it is doing: a supervisor that dies leaves none behind.
 * After "quit" the end of input is no longer news: the worker finishes.
 */
#ifndef WORKER_COMMANDS_H
#define WORKER_COMMANDS_H

#include <pthread.h>
#include <stdbool.h>

#include "trilane/error.h"

enum command { COMMAND_SAMPLE, COMMAND_QUIT, COMMAND_UNKNOWN };

enum { COMMANDS_WAITING = 16 };

struct commands {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum command queue[COMMANDS_WAITING];
	unsigned first, count;
	bool stopped; /* the worker ends by itself */
};
#define COMMANDS_INIT \
	{ \
		.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER \
	}

/* Starts the thread, which lives as long as the process; so must C. */
int commands_start(struct commands *c, struct error *err);
/* Waits for the next command, asleep. */
enum command commands_next(struct commands *c);
/* From here on the end of input no longer ends the process, which is about to. */
void commands_stop(struct commands *c);

#endif
