/* SPDX-License-Identifier: MIT */
/*
 * The report: facts, findings and verdicts of one machine in one document
 * (docs/report-machine.md, docs/report.md), and that document as Markdown to paste into a
 * bug report.
 */
#ifndef TRILANE_REPORT_H
#define TRILANE_REPORT_H

#include <jansson.h>
#include <stdbool.h>

#include "trilane/advice.h"
#include "trilane/error.h"
#include "trilane/redact.h"
#include "trilane/source.h"
#include "trilane/str.h"

struct report_options {
	bool imports; /* run the guarded import probes (live machines only) */
	const struct advice *advice; /* NULL: the embedded rules, read for this call */
	const char *id;              /* NULL: a new one */
	/* Called before each step with its name and the part done (0 to 1); false
	 * stops. */
	bool (*step)(void *context, const char *name, double done);
	void *context;
};
#define REPORT_OPTIONS_INIT \
	{ \
		.imports = false \
	}

/*
 * Looks at the machine of S and judges it.  *OUT has, besides facts and "findings", a
 * "verdict" {"sentence","next"} and, in each interpreter, "verdict" {"state","sentence"}
 * and "recommendation" (advice.h).  ERROR_CANCELLED if STEP said so.
 */
int report_build(struct source *s, const struct report_options *options, json_t **out,
                 struct error *err);

/* Takes what tells who and whose machine it is out of the strings of a report, or of a
 * part of one. */
void report_redact(json_t *report, const struct redaction *redaction);

/* The report in Markdown, everything from the machine escaped.  With a REDACTION (or
 * NULL) what tells who and whose machine it is is taken out. */
void report_markdown(const json_t *report, const struct redaction *redaction,
                     struct str *out);

#endif
