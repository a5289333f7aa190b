/* SPDX-License-Identifier: MIT */
/* Jobs that the server runs: a report is taken from the live machine and stored. */
#include "report_job.h"

#include <stdlib.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/probes.h"
#include "trilane/source.h"
#include "trilane/version.h"

#include "trilane/banned.h"

enum { REPORTS_KEPT = 100 };

static bool on_probe(void *context, const char *name, double done)
{
	struct job_run *run = context;

	job_run_progress(run, done, name);
	return !atomic_load(run->cancelled);
}

static json_t *begin_report(const char *id, const char *taken)
{
	return json_pack("{s:s, s:s, s:s, s:{s:s, s:s}, s:{}, s:[], s:[]}", "schema",
	                 REPORT_SCHEMA, "id", id, "taken", taken, "tool", "version",
	                 trilane_version(), "build", trilane_build(), "machine",
	                 "interpreters", "findings");
}

static int put_report(struct store *store, const char *id, const char *taken,
                      const json_t *report, struct error *err)
{
	CLEANUP_FREE char *text = document_text(report, false);
	int rc = store_document_put(store, DOCUMENT_REPORT, id, taken, text, err);

	return rc ? rc : store_document_prune(store, DOCUMENT_REPORT, REPORTS_KEPT, err);
}

int report_job_run(struct job_run *run, char result[ID_SIZE], struct error *err)
{
	char taken[CLOCK_DATE_SIZE];
	CLEANUP(source_release) struct source source = SOURCE_INIT;
	json_t *report;
	int rc = source_open_live(&source, err);

	if (rc)
		return rc;
	id_new(result);
	clock_now(taken);
	report = begin_report(result, taken);
	if (!probes_run(&source, report, on_probe, run))
		rc = error_set(err, ERROR_CANCELLED, "cancelled");
	if (rc == 0)
		rc = put_report(run->context, result, taken, report, err);
	if (rc)
		result[0] = '\0';
	else
		job_run_event(run, "report", json_pack("{s:s}", "id", result));
	json_decref(report);
	return rc;
}
