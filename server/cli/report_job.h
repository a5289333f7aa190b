/* SPDX-License-Identifier: MIT */
/* The server's job of taking a report (trilane/jobs.h). */
#ifndef TRILANE_CLI_REPORT_JOB_H
#define TRILANE_CLI_REPORT_JOB_H

#include "trilane/advice.h"
#include "trilane/jobs.h"

/* Context of the runner. */
struct report_job {
	struct store *store;
	const struct advice *advice;
};
int report_job(struct job_run *run, char result[ID_SIZE], struct error *err);

#endif
