/* SPDX-License-Identifier: MIT */
/* A record of conda-meta: what conda knows about a package that it installed. */
#ifndef TRILANE_PROBES_PYTHON_CONDA_H
#define TRILANE_PROBES_PYTHON_CONDA_H

#include <jansson.h>
#include <stddef.h>

#include "trilane/error.h"

/* Sets "subdir" and "channel" of CONDA from the record TEXT; what it does not say becomes
 * an absence. */
int conda_record_parse(const char *text, size_t n, json_t *conda, struct error *err);

#endif
