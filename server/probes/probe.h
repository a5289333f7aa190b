/* SPDX-License-Identifier: MIT */
/* The rows of the table in table.c, each in the file of its name. */
#ifndef PROBES_PROBE_H
#define PROBES_PROBE_H

#include <jansson.h>

#include "trilane/source.h"

void probe_system(struct source *s, json_t *report);

#endif
