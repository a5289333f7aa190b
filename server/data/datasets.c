/* SPDX-License-Identifier: MIT */
/*
 * The registry of data sets: a short list, searched in order.
 */
#include "trilane/datasets.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "trilane/cleanup.h"
#include "trilane/mem.h"
#include "trilane/spec.h"
#include "trilane/str.h"

#include "trilane/banned.h"

enum { DATASETS_MAX = 64 };

static const struct named_dataset *find(const struct datasets *d, const char *name)
{
	for (size_t i = 0; i < d->count; i++)
		if (text_equal(d->items[i].name, name))
			return &d->items[i];
	return NULL;
}

static int check_name(const struct datasets *d, const char *name, struct error *err)
{
	if (!spec_name_valid(name))
		return error_set(
			err, ERROR_INVALID,
			"a data set's name has 1 to %d letters, digits, dots, dashes "
			"and underscores",
			SPEC_NAME_SIZE - 1);
	if (text_equal(name, SPEC_DATA_BUILT_IN) || find(d, name))
		return error_set(err, ERROR_INVALID, "data set %s is there already",
		                 name);
	if (d->count >= DATASETS_MAX)
		return error_set(err, ERROR_TOO_LARGE, "more than %d data sets",
		                 DATASETS_MAX);
	return 0;
}

int datasets_add_path(struct datasets *d, const char *name, const char *path,
                      struct error *err)
{
	int rc = check_name(d, name, err);
	if (rc)
		return rc;
	char *absolute = realpath(path, NULL);
	if (!absolute)
		return error_set_errno(err, errno, "cannot read data set %s", path);
	d->items = array_reserve(d->items, &d->capacity, d->count + 1, sizeof(*d->items));
	d->items[d->count++] = (struct named_dataset){xstrdup(name), absolute};
	return 0;
}

int datasets_add(struct datasets *d, const char *name_and_path, struct error *err)
{
	const char *equals = strchr(name_and_path, '=');
	if (!equals || !equals[1])
		return error_set(err, ERROR_INVALID, "a data set is given as NAME=PATH");
	CLEANUP_FREE char *name =
		xstrndup(name_and_path, (size_t)(equals - name_and_path));
	return datasets_add_path(d, name, equals + 1, err);
}

int datasets_find(const struct datasets *d, const char *name, const char **path,
                  struct error *err)
{
	if (text_equal(name, SPEC_DATA_BUILT_IN)) {
		*path = SPEC_DATA_BUILT_IN;
		return 0;
	}
	const struct named_dataset *found = d ? find(d, name) : NULL;
	if (found) {
		*path = found->path;
		return 0;
	}
	CLEANUP(str_release) struct str known = STR_INIT;
	str_add(&known, SPEC_DATA_BUILT_IN);
	for (size_t i = 0; d && i < d->count; i++)
		str_addf(&known, ", %s", d->items[i].name);
	return error_set(err, ERROR_NOT_FOUND, "no such data set; known are %s",
	                 known.data);
}

void datasets_release(struct datasets *d)
{
	for (size_t i = 0; i < d->count; i++) {
		free(d->items[i].name);
		free(d->items[i].path);
	}
	free(d->items);
	*d = (struct datasets)DATASETS_INIT;
}
