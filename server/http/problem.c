/* SPDX-License-Identifier: MIT */
/*
 * Problem documents (RFC 9457): one for every status from 400 on.  Texts are ours alone;
 * a request's words never come back.
 */
#include "problem.h"

#include "trilane/cleanup.h"
#include "trilane/jsonw.h"

#include "trilane/banned.h"

static const struct {
	unsigned status;
	const char *title; /* the status' name */
	bool close;        /* the request's end is in doubt, or its sender */
	const char *slug, *detail, *hint; /* of http's own refusals */
} rows[] = {
	{400, "Bad Request", true, "malformed-request",
         "The request is not well-formed HTTP, or its target cannot be read.", NULL},
	{401, "Unauthorized", false, "token-needed", "This server wants a token.",
         "Sign in at /login, or send Authorization: Bearer with the token that whoever "
         "looks after this machine gave you."},
	{403, "Forbidden", false, "cross-site",
         "The request came from a page of another site.",
         "Open the dashboard's own address, or send the request from a program."},
	{404, "Not Found", false, "not-found", "There is nothing at this address.",
         "GET /api/v1/ lists what there is."},
	{405, "Method Not Allowed", false, "method-not-allowed",
         "This address does not know the method.", "Allow names those it knows."},
	{406, "Not Acceptable", false, "not-acceptable",
         "None of the types in Accept is offered here.", NULL},
	{408, "Request Timeout", true, "too-slow", "The request did not arrive in time.",
         NULL},
	{412, "Precondition Failed", false, "no-match",
         "If-Match names no version of what is at this address.",
         "ETag of a GET names the one that is here; jobs have none."},
	{413, "Content Too Large", true, "body-too-large",
         "The body is larger than allowed here.",
         "The service document (GET /api/v1/) states the limits."},
	{414, "URI Too Long", true, "target-too-long",
         "The request's target is too long.", NULL},
	{415, "Unsupported Media Type", false, "json-only",
         "Bodies are taken as JSON only, and as they are.",
         "Send Content-Type: application/json, and no Content-Encoding."},
	{417, "Expectation Failed", true, "expectation",
         "The only expectation known is 100-continue.", NULL},
	{421, "Misdirected Request", false, "host-refused",
         "This server does not answer to the name in Host.",
         "Use 127.0.0.1, [::1] or localhost, with the port."},
	{422, "Unprocessable Content", false, "invalid",
         "The request's values are not valid.", NULL},
	{429, "Too Many Requests", false, "too-many", "There is too much to do already.",
         "Try again later: Retry-After says when."},
	{431, "Request Header Fields Too Large", true, "head-too-large",
         "The request's header fields are too large.", NULL},
	{500, "Internal Server Error", false, "internal", "The server could not do it.",
         "Its standard error says why."},
	{501, "Not Implemented", true, "not-implemented",
         "The method or transfer coding is not known here.", NULL},
	{503, "Service Unavailable", true, "unavailable",
         "The server has all the connections it can serve.", "Try again later."},
	{505, "HTTP Version Not Supported", true, "http-version",
         "HTTP/1.1 is spoken here.", NULL},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static size_t find(unsigned status)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].status == status)
			return i;
	BUG("no problem has the status %u", status);
}

unsigned http_problem(struct http_response *r, unsigned status, const char *slug,
                      const char *detail, const char *hint)
{
	size_t i = find(status);
	struct jsonw w = JSONW_INIT(&r->body);
	CLEANUP(str_release) struct str type = STR_INIT;

	str_clear(&r->body);
	r->file = NULL;
	r->stream.next = NULL;
	r->etag[0] = '\0';
	r->cache = NULL;
	r->status = status;
	r->type = HTTP_TYPE_PROBLEM;
	str_addf(&type, "urn:trilane:problem:%s", slug);
	jsonw_object(&w, NULL);
	jsonw_string(&w, "type", type.data);
	jsonw_string(&w, "title", rows[i].title);
	jsonw_u64(&w, "status", status);
	jsonw_string(&w, "detail", detail);
	if (hint)
		jsonw_string(&w, "hint", hint);
	jsonw_end(&w);
	str_add_char(&r->body, '\n');
	return status;
}

unsigned problem_plain(struct http_response *r, unsigned status)
{
	size_t i = find(status);

	r->close = rows[i].close;
	return http_problem(r, status, rows[i].slug, rows[i].detail, rows[i].hint);
}

const char *problem_title(unsigned status)
{
	return rows[find(status)].title;
}
