/* SPDX-License-Identifier: MIT */
/* A job that waits or runs. */
#ifndef TRILANE_JOBS_JOB_H
#define TRILANE_JOBS_JOB_H

#include "trilane/jobs.h"

struct job {
	struct job_record record;
	json_t *request;
	atomic_bool cancelled;
	uint64_t told_ns; /* when its progress last went out */
};

/* Queued, with an id that sorts behind LAST_ID. */
struct job *job_new(const struct job_request *request, const char *last_id);
void job_free(struct job *job);

#endif
