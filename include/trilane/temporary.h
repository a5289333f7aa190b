/* SPDX-License-Identifier: MIT */
/*
 * A temporary folder that does not outlive its program for long: released, it is removed;
 * what a killed program left behind is removed when the next one makes a folder with the
 * same prefix.  A folder is in use as long as its lock is held: the lock is the folder's
 * own (flock), so that it ends with its owner, in whatever container that ran.
 *
 *	CLEANUP(temporary_release) struct temporary dir = TEMPORARY_INIT;
 *	rc = temporary_open(&dir, "trilane-import", err);
 *
 * Threads: any number may open folders of their own.
 */
#ifndef TRILANE_TEMPORARY_H
#define TRILANE_TEMPORARY_H

#include "trilane/error.h"
#include "trilane/str.h"

struct temporary {
	struct str path; /* "": not made */
	int lock_fd;     /* -1: none */
};
#define TEMPORARY_INIT \
	{ \
		.path = STR_INIT, .lock_fd = -1 \
	}

/* Makes "PREFIX-xxxxxx", mode 0700, below TMPDIR or /tmp, and removes those of PREFIX
 * that nobody uses any more. */
int temporary_open(struct temporary *t, const char *prefix, struct error *err);
void temporary_release(struct temporary *t);

#endif
