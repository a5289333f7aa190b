/* SPDX-License-Identifier: MIT */
/*
 * Probes: a table of functions that read a source and fill the report.
 *
 * Each row owns the members of the report that its summary names and touches no other;
 * later rows may read what earlier ones wrote.  A probe cannot fail the report: what it
 * cannot know it sets to a typed absence (facts.h).  Probes run in the table's order, in
 * the caller's thread, and read files; none starts an interpreter (the guarded import
 * probes are asked for explicitly).
 *
 * To add one: docs/adding-a-probe.md.
 */
#ifndef TRILANE_PROBES_H
#define TRILANE_PROBES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "trilane/source.h"

struct probe {
	const char *name;    /* "memory": stable, in GET /probes */
	const char *summary; /* one line for people */
	void (*run)(struct source *s, json_t *report);
};

extern const struct probe probes_table[];
extern const size_t probes_count;

/*
 * Runs all rows.  REPORT is an object; the members "machine" and "interpreters" are
 * filled, and "probes" gets a row each: {"name","duration_ns"}.  STEP, if not NULL, is
 * called before each row with its name and the part done, 0 to 1; it may return false to
 * stop, and then the rest is left out and the function returns false.
 */
bool probes_run(struct source *s, json_t *report,
                bool (*step)(void *context, const char *name, double done),
                void *context);

#endif
