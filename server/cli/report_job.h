/* SPDX-License-Identifier: MIT */
/* Runners of the server's jobs (trilane/jobs.h); their context is the store. */
#ifndef TRILANE_CLI_REPORT_JOB_H
#define TRILANE_CLI_REPORT_JOB_H

#include "trilane/jobs.h"

int report_job_run(struct job_run *run, char result[ID_SIZE], struct error *err);

#endif
