/* SPDX-License-Identifier: MIT */
/*
 * From a request to a response, with no socket in sight: what tests and fuzzers call.
 */
#ifndef TRILANE_HTTP_DISPATCH_H
#define TRILANE_HTTP_DISPATCH_H

#include "fields.h"
#include "trilane/http.h"

struct app {
	const struct http_config *config;
	struct strlist hosts;
	bool tls;
};

/* One request on its way; zeroed at first. */
struct exchange {
	struct http_request request;
	struct http_response response; /* HTTP_RESPONSE_INIT */
	const struct http_route *route;
	size_t body_limit;
	uint64_t body_size; /* announced; UINT64_MAX: unknown */
	bool options;       /* the method is OPTIONS */
	bool login;         /* lab mode's login form */
};

/* Judges the head: METHOD and TARGET as sent, and FIELDS finished by fields_finish().
 * True: go on to the body; false: the response is there. */
bool dispatch_head(const struct app *app, const char *method, const char *target,
                   const struct fields *fields, struct exchange *x);
/* With the body in x->request.body: calls the handler.  The response is there. */
void dispatch_body(const struct app *app, struct exchange *x);
/* Instead of the body's end: it was larger than x->body_limit. */
void dispatch_too_large(struct exchange *x);
void exchange_release(struct exchange *x);

#endif
