/* SPDX-License-Identifier: MIT */
/* Problem documents of http's own refusals. */
#ifndef TRILANE_HTTP_PROBLEM_H
#define TRILANE_HTTP_PROBLEM_H

#include "trilane/http.h"

#define HTTP_TYPE_PROBLEM "application/problem+json"

/* The problem that goes with STATUS, in general words; returns STATUS. */
unsigned problem_plain(struct http_response *r, unsigned status);
/* "Bad Request" */
const char *problem_title(unsigned status);

#endif
