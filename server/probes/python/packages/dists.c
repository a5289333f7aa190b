/* SPDX-License-Identifier: MIT */
/* A list that grows up to a limit: a hostile folder may hold any number of names. */
#include "python/packages/dists.h"

#include <stdlib.h>

#include "trilane/cleanup.h"
#include "trilane/mem.h"
#include "trilane/pep440.h"
#include "trilane/str.h"

#include "trilane/banned.h"

enum { DISTS_MAX = 20000 };

void dists_release(struct dists *d)
{
	for (size_t i = 0; i < d->count; i++) {
		free(d->items[i].name);
		free(d->items[i].version);
		free(d->items[i].folder);
	}
	free(d->items);
	*d = (struct dists)DISTS_INIT;
}

struct dist *dists_add(struct dists *d, const char *name, const char *version)
{
	CLEANUP(str_release) struct str normal = STR_INIT;

	if (d->count >= DISTS_MAX)
		return NULL;
	python_normalize_name(name, &normal);
	d->items = array_reserve(d->items, &d->capacity, d->count + 1, sizeof(*d->items));
	struct dist *item = &d->items[d->count];
	*item = (struct dist){.name = str_detach(&normal),
	                      .version = version && *version ? xstrdup(version) : NULL,
	                      .order = d->count};
	d->count++;
	return item;
}
