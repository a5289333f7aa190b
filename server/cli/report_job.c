/* SPDX-License-Identifier: MIT */
/* The server's job of taking a report: of the live machine, judged and stored. */
#include "report_job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/report.h"
#include "trilane/source.h"

#include "trilane/banned.h"

enum { REPORTS_KEPT = 100 };

static bool on_step(void *context, const char *name, double done)
{
	struct job_run *run = context;

	job_run_progress(run, done, name);
	return !atomic_load(run->cancelled);
}

static int put(struct store *store, const json_t *report, const char *id,
               struct error *err)
{
	CLEANUP_FREE char *text = document_text(report, false);
	int rc = store_document_put(store, DOCUMENT_REPORT, id,
	                            fact_get_string(report, "taken"), text, err);

	return rc ? rc : store_document_prune(store, DOCUMENT_REPORT, REPORTS_KEPT, err);
}

int report_job(struct job_run *run, char result[ID_SIZE], struct error *err)
{
	const struct report_job *job = run->context;
	CLEANUP(source_release) struct source source = SOURCE_INIT;
	struct report_options options = REPORT_OPTIONS_INIT;
	char id[ID_SIZE];
	json_t *report = NULL;
	int rc = source_open_live(&source, err);

	id_new(id);
	options.id = id;
	options.advice = job->advice;
	options.imports = json_is_true(json_object_get(run->request, "imports"));
	options.step = on_step;
	options.context = run;
	if (rc == 0)
		rc = report_build(&source, &options, &report, err);
	if (rc == 0)
		rc = put(job->store, report, id, err);
	if (rc == 0) {
		snprintf(result, ID_SIZE, "%s", id);
		job_run_event(run, "report", json_pack("{s:s}", "id", id));
	}
	json_decref(report);
	return rc;
}
