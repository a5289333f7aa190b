/* SPDX-License-Identifier: MIT */
/* Versions of Python installations: see version.c. */
#ifndef TRILANE_PROBES_PYTHON_VERSION_H
#define TRILANE_PROBES_PYTHON_VERSION_H

#include <stdbool.h>

#include "trilane/source.h"

/* The version at the start of TEXT, if it is one of MINOR ("" for any). */
bool version_take(const char *text, const char *minor, char out[32]);
bool version_is_full(const char *version); /* three numbers */
void version_minor(struct source *s, const char *program, const char *prefix,
                   char out[16]);
/* Of the Python whose program (resolved) and prefix these are; MINOR at least. */
void version_of_installation(struct source *s, const char *program, const char *prefix,
                             const char *minor, char out[32]);

#endif
