/* SPDX-License-Identifier: MIT */
/*
 * An entry of interpreters[].imports, from a record or from a child that ended.  Neither
 * is trusted: what has another type than docs/report.md says, or no end, is left out.
 */
#ifndef TRILANE_PROBES_PYTHON_IMPORT_OUTCOME_H
#define TRILANE_PROBES_PYTHON_IMPORT_OUTCOME_H

#include <jansson.h>

#include "trilane/proc.h"

/* A line of imports.jsonl: {"probe","exit","signal","duration_ns","stderr_tail"}, and
 * "devices" where it has them. */
json_t *import_outcome_from_record(const json_t *row);
/* How a child ended.  STDERR_TAIL is cut to its last lines. */
json_t *import_outcome_from_end(const char *probe, const struct proc_end *end,
                                const struct str *err);
/* Of the list that a probe SAID, the items that are devices: [{"name","type"}]. */
json_t *import_devices(const json_t *said);
/* One that was not run, and why. */
json_t *import_outcome_not_run(const char *probe, const char *detail);

#endif
