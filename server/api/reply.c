/* SPDX-License-Identifier: MIT */
/* Replies: documents and problems. */
#include <stdlib.h>

#include "private.h"
#include "trilane/cleanup.h"
#include "trilane/log.h"

#include "trilane/banned.h"

unsigned reply_json(struct http_response *r, unsigned status, json_t *document)
{
	CLEANUP_FREE char *text = document_text(document, false);

	json_decref(document);
	r->type = TYPE_JSON;
	str_add(&r->body, text);
	str_add_char(&r->body, '\n');
	return status;
}

unsigned reply_missing(struct http_response *r)
{
	return http_problem(r, 404, "not-found", "There is nothing with this id.",
	                    "GET the list to see what there is.");
}

unsigned reply_malformed(struct http_response *r, const char *detail, const char *hint)
{
	return http_problem(r, 400, "malformed-request", detail, hint);
}

unsigned reply_invalid(struct http_response *r, const char *detail, const char *hint)
{
	return http_problem(r, 422, "invalid", detail, hint);
}

static unsigned reply_storage(struct http_response *r, const struct error *err,
                              const char *slug, const char *detail, const char *hint)
{
	log_warning("%s", err->text);
	http_response_field(r, "Retry-After", "5");
	return http_problem(r, 503, slug, detail, hint);
}

/* The store and the queue both can be busy; what the store says begins with its name. */
static unsigned reply_busy(struct http_response *r, const struct error *err)
{
	if (text_starts(err->text, "database"))
		return reply_storage(r, err, "database-locked",
		                     "Another program holds the database.",
		                     "Try again when it is done.");
	http_response_field(r, "Retry-After", "30");
	return http_problem(
		r, 429, "queue-full", "As many jobs are waiting as may wait.",
		"Let one finish or cancel one (DELETE /api/v1/jobs/{id}), then "
		"try again.");
}

unsigned reply_error(struct http_response *r, const struct error *err)
{
	switch (err->code) {
	case ERROR_NOT_FOUND:
		return reply_missing(r);
	case ERROR_INVALID:
		return reply_invalid(r, err->text, NULL);
	case ERROR_CONFLICT:
		return http_problem(r, 422, "idempotency-key-reused",
		                    "This Idempotency-Key was used with another body.",
		                    "Use a new key for a new request.");
	case ERROR_BUSY:
		return reply_busy(r, err);
	case ERROR_FULL:
		return reply_storage(r, err, "disk-full",
		                     "The disk with the data folder is full, or this "
		                     "user's share of it.",
		                     "Make room, then try again.");
	default:
		log_error("%s", err->text);
		return http_problem(r, 500, "internal", "The server could not do it.",
		                    "Its standard error says why.");
	}
}
