/* SPDX-License-Identifier: MIT */
/* The queue's runner of benchmarks: parses the request, runs, stores the result. */
#include <math.h>
#include <stdio.h>

#include "trilane/benchmark.h"
#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

enum { STORE_RETRIES = 150, STORE_PAUSE_S = 2 };

static void on_progress(void *context, double done, const char *step)
{
	job_run_progress(context, done, step);
}

static void on_event(void *context, const char *type, json_t *data)
{
	job_run_event(context, type, data);
}

/* Why the first lane that failed did. */
static const char *first_failure(const json_t *document)
{
	size_t at;
	json_t *lane;
	json_array_foreach(json_object_get(document, "lanes"), at, lane)
	{
		if (text_equal(fact_get_string(lane, "state"), "failed"))
			return fact_get_string(lane, "reason");
	}
	return NULL;
}

/* Sleeps until it is time to try again; false if the job has been cancelled. */
static bool pause_before_retry(struct job_run *run)
{
	for (unsigned i = 0; i < STORE_PAUSE_S * 10; i++) {
		if (atomic_load(run->cancelled))
			return false;
		clock_sleep_ns(100 * NS_PER_MS);
	}
	return true;
}

/* A full disk or a locked database may pass, and what was measured took long. */
static int put_patiently(struct job_run *run, const char *id, const char *text,
                         struct error *err)
{
	const struct benchmark_job *job = run->context;
	char now[CLOCK_DATE_SIZE];
	int rc = 0;
	clock_now(now);
	for (unsigned i = 0; i <= STORE_RETRIES; i++) {
		struct error why = ERROR_INIT;
		rc = store_document_put(job->store, DOCUMENT_RESULT, id, now, text, &why);
		if (rc && err)
			*err = why;
		if (rc != ERROR_FULL && rc != ERROR_BUSY)
			break;
		job_run_progress(run, NAN,
		                 "waiting to save the result: no space, or a lock");
		if (!pause_before_retry(run))
			break;
	}
	return rc;
}

static int store_result(struct job_run *run, const json_t *document, char result[ID_SIZE],
                        struct error *err)
{
	const struct benchmark_job *job = run->context;
	CLEANUP_FREE char *text = document_text(document, false);
	snprintf(result, ID_SIZE, "%s", fact_get_string(document, "id"));
	int rc = put_patiently(run, result, text, err);
	if (rc)
		result[0] = '\0';
	else if (job->keep)
		store_document_prune(job->store, DOCUMENT_RESULT, job->keep, NULL);
	return rc;
}

static int judge(const json_t *document, struct error *err)
{
	const char *reason = first_failure(document);
	if (!reason || benchmark_count_lanes(document, "done"))
		return 0;
	return error_set(err, ERROR_FAILED, "no lane could be measured; %s", reason);
}

int benchmark_job(struct job_run *run, char result[ID_SIZE], struct error *err)
{
	const struct benchmark_job *job = run->context;
	const struct benchmark_listener listener = {on_progress, on_event, run,
	                                            run->cancelled};
	struct bench_spec spec;
	json_t *document = NULL;
	int rc = bench_spec_from_json(&spec, run->request, err);
	if (!rc)
		rc = benchmark_run(&spec, job->host, &listener, &document, err);
	if (!rc)
		rc = store_result(run, document, result, err);
	if (!rc)
		rc = judge(document, err);
	json_decref(document);
	return rc;
}
