/* SPDX-License-Identifier: MIT */
/* The rows of the table in table.c, each in the file of its name. */
#ifndef PROBES_PROBE_H
#define PROBES_PROBE_H

#include <jansson.h>

#include "trilane/source.h"

void probe_container(struct source *s, json_t *report);
void probe_cores(struct source *s, json_t *report);
void probe_cuda(struct source *s, json_t *report);
void probe_gpus(struct source *s, json_t *report);
void probe_interpreters(struct source *s, json_t *report);
void probe_isa(struct source *s, json_t *report);
void probe_memory(struct source *s, json_t *report);
void probe_power(struct source *s, json_t *report);
void probe_system(struct source *s, json_t *report);
void probe_thermal(struct source *s, json_t *report);
void probe_tools(struct source *s, json_t *report);
void probe_translator(struct source *s, json_t *report);

#endif
