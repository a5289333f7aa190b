/* SPDX-License-Identifier: MIT */
/*
 * The supervisor of one worker process.
 *
 *	worker_start(&w, &launch, &err);
 *	while (!(rc = worker_next(&w, silence_ns, &type, &message, &err))) …
 *	worker_command(&w, "sample", &err);
 *	worker_end(&w, grace_ns);
 *
 * Whatever the worker does, this side ends: every wait has a deadline, every line and
 * their sum a ceiling, and worker_end() leaves no process of its group behind.  When a
 * worker dies the error says how, and what it last said on standard error.
 *
 * A struct worker belongs to one thread.
 */
#ifndef TRILANE_JOBS_WORKER_H
#define TRILANE_JOBS_WORKER_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"
#include "trilane/error.h"
#include "trilane/proc.h"
#include "trilane/str.h"

enum {
	WORKER_LINE_MAX = 64 * 1024,
	WORKER_TOTAL_MAX = 8 * 1024 * 1024, /* of lines; as much again of messages */
	WORKER_TAIL_SIZE = 2048,            /* of standard error that is kept */
};

struct worker_launch {
	const char *path; /* absolute */
	const char *const *argv;
	const char *const *env;
};

struct worker {
	struct proc proc;
	struct str lines;  /* bytes of fd 3 that are no whole line yet */
	size_t read_bytes; /* of fd 3, in total */
	size_t said_bytes; /* of standard error, in total */
	char tail[WORKER_TAIL_SIZE];
	size_t tail_len;
	const atomic_bool *cancelled; /* NULL: nobody can */
	struct proc_end end;          /* after worker_end() */
};
#define WORKER_INIT \
	{ \
		.proc = PROC_INIT, .lines = STR_INIT \
	}

int worker_start(struct worker *w, const struct worker_launch *launch,
                 const atomic_bool *cancelled, struct error *err);
/* Waits for the next message that this version knows.  ERROR_TIMEOUT after SILENCE_NS
 * without one, ERROR_CANCELLED, ERROR_TOO_LARGE, ERROR_INVALID or, when the worker has
 * ended, ERROR_FAILED; after any of them there is only worker_end(). */
int worker_next(struct worker *w, uint64_t silence_ns, enum message_type *type,
                json_t **message, struct error *err);
int worker_command(struct worker *w, const char *word, struct error *err);
/* Ends the process group, at once or, with a grace, after its input was closed and that
 * time has passed; reaps and frees.  Nothing if it was never started. */
void worker_end(struct worker *w, uint64_t grace_ns);

#endif
