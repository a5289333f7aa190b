/* SPDX-License-Identifier: MIT */
/*
 * METADATA of an installed distribution: header lines up to the first empty one.
 * https://packaging.python.org/en/latest/specifications/core-metadata/
 *
 * Hostile input: cut files, no UTF-8, endless lines.  What is there before the damage is
 * kept.  metadata_release() frees.
 */
#ifndef TRILANE_PROBES_PYTHON_METADATA_H
#define TRILANE_PROBES_PYTHON_METADATA_H

#include <stdbool.h>
#include <stddef.h>

#include "trilane/str.h"

enum { METADATA_BYTES_MAX = 128 << 10, METADATA_REQUIRES_MAX = 1000 };

struct metadata {
	struct str name, version; /* "" where there is none */
	struct strlist requires;  /* Requires-Dist, as written */
};
#define METADATA_INIT \
	{ \
		.name = STR_INIT, .version = STR_INIT \
	}

void metadata_parse(struct metadata *m, const char *text, size_t n);
void metadata_release(struct metadata *m);

/* "absl_py-2.1.0" of a folder's name, without its ending: name and version.  A version
 * begins behind the first "-" that a digit follows. */
bool dist_name_split(const char *stem, struct str *name, struct str *version);

/* "python-3.11.9-h2ee8d5b_0" of conda-meta: the last two parts are version and build. */
bool conda_name_split(const char *stem, struct str *name, struct str *version,
                      struct str *build);

#endif
