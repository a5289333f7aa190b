/* SPDX-License-Identifier: MIT */
/*
 * Guarded import probes: what really happens when each interpreter imports TensorFlow.
 *
 * The only part of the probes that starts something, and only when asked.  Every probe is
 * a fresh child: the interpreter by its absolute path with a few lines of ours, a clean
 * environment, an empty folder to work in that is removed afterwards, limits on time,
 * memory and files, its own process group, a deadline; and it dies with its parent.  One
 * runs at a time.
 *
 * The report's interpreters[].imports are filled (docs/report.md).  A recording's were
 * filled from its imports.jsonl when it was probed, and nothing is run for it.
 */
#ifndef TRILANE_IMPORTS_H
#define TRILANE_IMPORTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "trilane/error.h"
#include "trilane/source.h"

struct imports_options {
	uint64_t deadline_ns; /* of one probe; 0: 60 s */
	const char *only;     /* the id or path of one interpreter; NULL: all */
	/* Called before each probe, DONE from 0 to 1; false stops. */
	bool (*step)(void *context, const char *interpreter, const char *probe,
	             double done);
	void *context;
};

/* REPORT has been filled by probes_run().  ERROR_UNSUPPORTED for a recording,
 * ERROR_CANCELLED when STEP stopped it; what was found until then is in the report. */
int imports_run(struct source *s, json_t *report, const struct imports_options *options,
                struct error *err);

#endif
