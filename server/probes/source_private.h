/* SPDX-License-Identifier: MIT */
/* Between the files of the source; not for probes. */
#ifndef PROBES_SOURCE_PRIVATE_H
#define PROBES_SOURCE_PRIVATE_H

#include "trilane/source.h"

enum {
	SOURCE_DOCUMENT_LIMIT = 1 << 20, /* recording.json, environment.json */
	SOURCE_SYSCTL_LIMIT = 4 << 20,   /* sysctl.txt; a real `sysctl -a` has 100 KiB */
	SOURCE_COMMAND_LIMIT = 4 << 20,  /* a command's output */
	SOURCE_TABLE_LIMIT = 20000,      /* rows of a table */
};

/* Adds a row; NAME and VALUE are copied.  Beyond the limit rows are dropped. */
void source_table_add(struct source_table *t, const char *name, size_t name_size,
                      const char *value, size_t value_size);
void source_table_sort(struct source_table *t);
const char *source_table_find(const struct source_table *t, const char *name);
void source_table_release(struct source_table *t);
/* Parses lines "name: value" (or "name = value"), as sysctl prints them, and sorts. */
void source_table_parse_sysctl(struct source_table *t, const char *text, size_t n);

/* The live system's own call: source_live_apple.c, source_live_linux.c. */
bool source_live_sysctl(const char *name, struct str *value);

/* Fills S from the text of a recording.json. */
int source_parse_recording(struct source *s, const char *text, size_t n,
                           struct error *err);
/* Fills the table from the text of an environment.json, allowed names only. */
int source_parse_environment(struct source_table *t, const char *text, size_t n,
                             struct error *err);

#endif
