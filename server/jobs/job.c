/* SPDX-License-Identifier: MIT */
/* A job comes into being from what was asked for. */
#include "job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

void job_free(struct job *job)
{
	json_decref(job->request);
	free(job);
}

static void copy_text(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text ? text : "");
}

struct job *job_new(const struct job_request *request, const char *last_id)
{
	struct job *job = xcalloc(1, sizeof(*job));
	struct job_record *r = &job->record;
	id_new_after(last_id, r->id);
	r->kind = request->kind;
	r->state = JOB_QUEUED;
	clock_now(r->created);
	copy_text(r->owner, sizeof(r->owner), request->owner);
	copy_text(r->idempotency_key, sizeof(r->idempotency_key),
	          request->idempotency_key);
	copy_text(r->body_sha256, sizeof(r->body_sha256), request->body_sha256);
	job->request = json_deep_copy(request->body);
	CLEANUP_FREE char *text = document_text(job->request, false);
	if (strlen(text) < sizeof(r->request))
		copy_text(r->request, sizeof(r->request), text);
	return job;
}
