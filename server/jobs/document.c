/* SPDX-License-Identifier: MIT */
/* A job as clients see it. */
#include "trilane/jobs.h"

#include <stdio.h>

#include "trilane/facts.h"

#include "trilane/banned.h"

static json_t *links(const struct job_record *job)
{
	char self[64], result[64];
	snprintf(self, sizeof(self), "/api/v1/jobs/%s", job->id);
	snprintf(result, sizeof(result), "/api/v1/%s/%s",
	         job->kind == JOB_BENCHMARK ? "results" : "reports", job->result);
	return json_pack("{s:s, s:o}", "self", self, "result",
	                 job->result[0] ? json_string(result) : json_null());
}

static json_t *request(const struct job_record *job)
{
	json_t *document = json_loads(job->request, 0, NULL);
	return document ? document : json_null();
}

json_t *job_document(const struct job_record *job)
{
	json_t *o = json_object();
	json_object_set_new(o, "id", json_string(job->id));
	json_object_set_new(o, "kind", json_string(job_kind_name(job->kind)));
	json_object_set_new(o, "state", json_string(job_state_name(job->state)));
	json_object_set_new(o, "progress", json_real(job->progress));
	json_object_set_new(o, "step", fact_text_or_null(job->step));
	json_object_set_new(o, "request", request(job));
	json_object_set_new(o, "created", json_string(job->created));
	json_object_set_new(o, "started", fact_text_or_null(job->started));
	json_object_set_new(o, "finished", fact_text_or_null(job->finished));
	json_object_set_new(o, "error", fact_text_or_null(job->error));
	if (job->owner[0])
		json_object_set_new(o, "owner", fact_text_or_null(job->owner));
	json_object_set_new(o, "links", links(job));
	return o;
}
