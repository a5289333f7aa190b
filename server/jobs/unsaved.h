/* SPDX-License-Identifier: MIT */
/*
 * Jobs that have ended while the store would not take it (a full disk, a lock): told from
 * here until it does.  Its owner's lock guards it.
 */
#ifndef TRILANE_JOBS_UNSAVED_H
#define TRILANE_JOBS_UNSAVED_H

#include "trilane/store.h"

enum { UNSAVED_MAX = 16 };

struct unsaved {
	struct job_record items[UNSAVED_MAX];
	unsigned count;
};

void unsaved_keep(struct unsaved *u, const struct job_record *job); /* the oldest goes */
void unsaved_try(struct unsaved *u, struct store *store); /* saves what can be saved */
const struct job_record *unsaved_find(const struct unsaved *u, const char *id);

#endif
