/* SPDX-License-Identifier: MIT */
/*
 * The private folder that the carried workers are unpacked to, on first use.
 *
 * Mode 0700; each file is written once, read back and compared with the digest made at
 * build time before anything is started from it.  Below BASE, if there is one, else below
 * the system's temporary folder; either way worker_dir_release() removes it.  What a
 * killed program left behind goes at the next start: the folder below BASE is emptied and
 * of the temporary ones those that nobody has locked any more.  The lock is the folder's
 * own (flock), so that it ends with its owner, in whatever container that ran.
 */
#ifndef TRILANE_JOBS_WORKER_DIR_H
#define TRILANE_JOBS_WORKER_DIR_H

#include "trilane/embedded.h"
#include "trilane/error.h"
#include "trilane/str.h"

struct worker_dir {
	struct str path; /* "": not made yet */
	int lock_fd;     /* -1: none */
};
#define WORKER_DIR_INIT \
	{ \
		.path = STR_INIT, .lock_fd = -1 \
	}

/* BASE: a private folder of this program alone, or NULL. */
int worker_dir_open(struct worker_dir *d, const char *base, struct error *err);
/* The path of image NAME, unpacked if it was not yet. */
int worker_dir_unpack(struct worker_dir *d, const struct embedded_file *images,
                      size_t count, const char *name, struct str *path,
                      struct error *err);
void worker_dir_release(struct worker_dir *d);

#endif
