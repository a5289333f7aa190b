/* SPDX-License-Identifier: MIT */
/*
 * The private folder that the carried workers are unpacked to, on first use.
 *
 * Mode 0700; each file is written once, read back and compared with the digest made at
 * build time before anything is started from it.  A folder that a killed program left
 * behind is emptied at the next start where BASE names it; without a base it lies below
 * the system's temporary folder and goes away with worker_dir_release().
 */
#ifndef TRILANE_JOBS_WORKER_DIR_H
#define TRILANE_JOBS_WORKER_DIR_H

#include "trilane/embedded.h"
#include "trilane/error.h"
#include "trilane/str.h"

struct worker_dir {
	struct str path; /* "": not made yet */
};
#define WORKER_DIR_INIT \
	{ \
		STR_INIT \
	}

/* BASE: a private folder of this program alone, or NULL. */
int worker_dir_open(struct worker_dir *d, const char *base, struct error *err);
/* The path of image NAME, unpacked if it was not yet. */
int worker_dir_unpack(struct worker_dir *d, const struct embedded_file *images,
                      size_t count, const char *name, struct str *path,
                      struct error *err);
void worker_dir_release(struct worker_dir *d);

#endif
