/* SPDX-License-Identifier: MIT */
/* Installed distributions while they are collected. */
#ifndef TRILANE_PROBES_PYTHON_DISTS_H
#define TRILANE_PROBES_PYTHON_DISTS_H

#include <stddef.h>

struct dist {
	char *name;         /* normalised */
	char *version;      /* NULL: not known */
	char *folder;       /* the metadata's path */
	const char *source; /* "dist-info" … */
	const char *damage; /* why the metadata are not as they should be, or NULL */
	size_t site;        /* index of its folder; site_count for conda's records */
	size_t order;
};

struct dists {
	struct dist *items;
	size_t count, capacity;
};
#define DISTS_INIT \
	{ \
		.items = NULL \
	}

/* Adds one, its name normalised; NULL at the limit. */
struct dist *dists_add(struct dists *d, const char *name, const char *version);
void dists_release(struct dists *d);

#endif
