/* SPDX-License-Identifier: MIT */
/* Lookup in a table of embedded files, which the build has sorted. */
#include "trilane/embedded.h"

#include <stdlib.h>
#include <string.h>

#include "trilane/banned.h"

static int compare_path(const void *path, const void *row)
{
	return strcmp(path, ((const struct embedded_file *)row)->path);
}

const struct embedded_file *embedded_find(const struct embedded_file *table, size_t count,
                                          const char *path)
{
	return bsearch(path, table, count, sizeof(*table), compare_path);
}
