/* SPDX-License-Identifier: MIT */
/*
 * Data sets by name.  A request names a data set and never a path; what the names mean is
 * settled when the program starts (`--data mnist=DIR`), in this registry.
 *
 * A handler checks a name with datasets_find() before it submits the job, the runner asks
 * again and gives the worker the path.  "digits" is always there and has no path.  The
 * registry is filled by one thread before it is shared, then only read.
 */
#ifndef TRILANE_DATASETS_H
#define TRILANE_DATASETS_H

#include <stddef.h>

#include "trilane/error.h"

struct named_dataset {
	char *name;
	char *path; /* absolute: a folder of IDX files, or Keras' mnist.npz */
};

struct datasets {
	struct named_dataset *items;
	size_t count;
	size_t capacity;
};
#define DATASETS_INIT \
	{ \
		.items = NULL \
	}

/* "NAME=PATH" of the command line.  The path must exist; it is made absolute.  A name
 * given twice, "digits" or one that is no name (spec.h) is ERROR_INVALID. */
int datasets_add(struct datasets *d, const char *name_and_path, struct error *err);
/* Registers PATH under NAME, with the same checks. */
int datasets_add_path(struct datasets *d, const char *name, const char *path,
                      struct error *err);
/* *PATH is borrowed: the data set's, or SPEC_DATA_BUILT_IN; ERROR_NOT_FOUND, with the
 * known names in the text, if there is none. */
int datasets_find(const struct datasets *d, const char *name, const char **path,
                  struct error *err);
void datasets_release(struct datasets *d);

#endif
