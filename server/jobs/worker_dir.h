/* SPDX-License-Identifier: MIT */
/*
 * The private folder that the carried workers are unpacked to, on first use.
 *
 * Mode 0700; each file is written once, read back and compared with the digest made at
 * build time before anything is started from it.  Below BASE, if there is one, else below
 * the system's temporary folder; either way worker_dir_release() removes it.  What a
 * killed program left behind goes at the next start: the folder below BASE is emptied,
 * and temporary ones are swept (trilane/temporary.h).
 */
#ifndef TRILANE_JOBS_WORKER_DIR_H
#define TRILANE_JOBS_WORKER_DIR_H

#include "trilane/embedded.h"
#include "trilane/error.h"
#include "trilane/str.h"
#include "trilane/temporary.h"

struct worker_dir {
	struct temporary temporary; /* below BASE without a lock */
};
#define WORKER_DIR_INIT \
	{ \
		.temporary = TEMPORARY_INIT \
	}

/* BASE: a private folder of this program alone, or NULL. */
int worker_dir_open(struct worker_dir *d, const char *base, struct error *err);
/* The path of image NAME, unpacked if it was not yet. */
int worker_dir_unpack(struct worker_dir *d, const struct embedded_file *images,
                      size_t count, const char *name, struct str *path,
                      struct error *err);
void worker_dir_release(struct worker_dir *d);

#endif
