/* SPDX-License-Identifier: MIT */
/* conda-meta: what conda knows about the packages that it installed. */
#ifndef TRILANE_PROBES_PYTHON_CONDA_H
#define TRILANE_PROBES_PYTHON_CONDA_H

#include <jansson.h>
#include <stddef.h>

#include "python/packages/dists.h"
#include "python/python.h"
#include "trilane/error.h"

/* Sets "subdir" and "channel" of CONDA from the record TEXT; what it does not say becomes
 * an absence. */
int conda_record_parse(const char *text, size_t n, json_t *conda, struct error *err);

/* Adds what conda-meta records to OUT, and writes the interpreter's "conda". */
void scan_conda(const struct python_machine *m, struct interpreter *i, struct dists *out);

#endif
