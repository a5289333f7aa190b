/* SPDX-License-Identifier: MIT */
/* Jobs: starting, looking, cancelling; and the events of all of them. */
#include <stdlib.h>

#include "private.h"
#include "trilane/benchmark.h"
#include "trilane/log.h"
#include "trilane/sha256.h"
#include "trilane/spec.h"

#include "trilane/banned.h"

static unsigned reply_job(struct http_response *r, unsigned status,
                          const struct job_record *job)
{
	return reply_json(r, status, job_document(job));
}

/* --- starting --------------------------------------------------------------------- */

static unsigned submit(struct api *a, const struct http_request *request,
                       enum job_kind kind, json_t *body, struct http_response *r)
{
	char sha256[SHA256_HEX_SIZE];
	struct job_request job = {.kind = kind, .body = body, .body_sha256 = sha256};
	struct job_record record;
	struct error err = ERROR_INIT;
	unsigned status = read_key(request, &job.idempotency_key, r);
	bool repeated;

	if (status)
		return status;
	if (request->who[0])
		job.owner = request->who;
	sha256_hex(request->body.data, request->body.len, sha256);
	if (jobs_submit(a->config.jobs, &job, &record, &repeated, &err))
		return reply_error(r, &err);
	if (job.owner && !repeated)
		log_info("%s started by %s: %s", job_kind_name(kind), job.owner,
		         record.id);
	http_response_field(r, "Location", "/api/v1/jobs/%s", record.id);
	return reply_job(r, 202, &record);
}

/* Is ID the id of an interpreter of the latest report? */
static bool knows_interpreter(struct api *a, const char *id)
{
	json_t *report = latest_document(a, DOCUMENT_REPORT), *row;
	bool known = false;
	size_t i;

	json_array_foreach(json_object_get(report, "interpreters"), i, row) known |=
		text_equal(json_string_value(json_object_get(row, "id")), id);
	json_decref(report);
	return known;
}

/* Names in the request name something that there is. */
static unsigned check_names(struct api *a, const struct bench_spec *spec,
                            struct http_response *r)
{
	struct error err = ERROR_INIT;

	if (benchmark_check(spec, a->config.benchmark, &err))
		return reply_invalid(r, err.text, "GET /api/v1/ lists the data sets.");
	if (spec->interpreter[0] && !knows_interpreter(a, spec->interpreter))
		return reply_invalid(
			r, "interpreter must be the id of one in the latest report.",
			"GET /api/v1/reports/latest lists them.");
	return 0;
}

HANDLER(post_benchmarks)
{
	struct api *a = context;
	struct bench_spec spec;
	struct error err = ERROR_INIT;
	json_t *body = NULL;
	unsigned status = read_object(request, &body, r);

	if (status)
		return status;
	if (bench_spec_from_json(&spec, body, &err))
		status = reply_invalid(r, err.text, NULL);
	else
		status = check_names(a, &spec, r);
	if (status == 0)
		status = submit(a, request, JOB_BENCHMARK, body, r);
	json_decref(body);
	return status;
}

/* {"imports": bool}, optional. */
static unsigned check_report_request(const json_t *body, struct http_response *r)
{
	const json_t *imports = json_object_get(body, "imports");

	if (json_object_size(body) != (imports ? 1 : 0))
		return reply_invalid(r, "A member is unknown; known is imports.", NULL);
	if (imports && !json_is_boolean(imports))
		return reply_invalid(r, "imports must be true or false.", NULL);
	return 0;
}

HANDLER(post_reports)
{
	json_t *body = NULL;
	unsigned status = read_object(request, &body, r);

	if (status)
		return status;
	status = check_report_request(body, r);
	if (status == 0)
		status = submit(context, request, JOB_REPORT, body, r);
	json_decref(body);
	return status;
}

/* --- looking and cancelling ------------------------------------------------------- */

HANDLER(get_jobs)
{
	struct api *a = context;
	struct page page;
	struct job_record *jobs = NULL, last;
	size_t count = 0;
	struct error err = ERROR_INIT;
	unsigned status = read_page(request, &page, r);
	json_t *rows;
	int rc = 0;

	if (status)
		return status;
	if (page.cursor)
		rc = jobs_get(a->config.jobs, page.cursor, &last, &err);
	if (rc)
		return reply_bad_cursor(r, rc, &err);
	if (jobs_list(a->config.jobs, page.cursor, page.limit + 1, &jobs, &count, &err))
		return reply_error(r, &err);
	rows = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(rows, job_document(&jobs[i]));
	free(jobs);
	return reply_page(r, "jobs", &page, rows);
}

HANDLER(get_job)
{
	struct api *a = context;
	struct job_record job;
	struct error err = ERROR_INIT;

	if (!id_valid(request->id))
		return reply_missing(r);
	if (jobs_get(a->config.jobs, request->id, &job, &err))
		return reply_error(r, &err);
	return reply_job(r, 200, &job);
}

HANDLER(delete_job)
{
	struct api *a = context;
	struct job_record job;
	struct error err = ERROR_INIT;

	if (!id_valid(request->id))
		return reply_missing(r);
	if (jobs_cancel(a->config.jobs, request->id, &job, &err))
		return reply_error(r, &err);
	if (request->who[0])
		log_info("%s cancelled by %s: %s", job_kind_name(job.kind), request->who,
		         job.id);
	return reply_job(r, 200, &job);
}

/* --- events ----------------------------------------------------------------------- */

static bool next_event(void *context, uint64_t *position, struct str *out)
{
	return jobs_next_event(context, position, out);
}

HANDLER(get_events)
{
	struct api *a = context;
	const char *last = request->fields[HTTP_FIELD_LAST_EVENT_ID];

	r->stream.position = jobs_last_event(a->config.jobs);
	if (last && last[0] && !text_to_u64(last, &r->stream.position))
		return reply_malformed(r, "Last-Event-ID is none of this server's.",
		                       NULL);
	r->stream.next = next_event;
	r->stream.context = a->config.jobs;
	r->type = TYPE_EVENTS;
	return 200;
}
