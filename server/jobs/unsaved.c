/* SPDX-License-Identifier: MIT */
/* A short queue of job records, tried in order. */
#include "unsaved.h"

#include <string.h>

#include "trilane/banned.h"

static void drop_first(struct unsaved *u)
{
	u->count--;
	memmove(u->items, u->items + 1, u->count * sizeof(u->items[0]));
}

void unsaved_keep(struct unsaved *u, const struct job_record *job)
{
	if (u->count == UNSAVED_MAX)
		drop_first(u);
	u->items[u->count++] = *job;
}

void unsaved_try(struct unsaved *u, struct store *store)
{
	while (u->count > 0) {
		int rc = store_job_update(store, &u->items[0], NULL);
		if (rc && rc != ERROR_NOT_FOUND)
			return;
		drop_first(u);
	}
}

const struct job_record *unsaved_find(const struct unsaved *u, const char *id)
{
	for (unsigned i = 0; i < u->count; i++)
		if (strcmp(u->items[i].id, id) == 0)
			return &u->items[i];
	return NULL;
}
