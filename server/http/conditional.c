/* SPDX-License-Identifier: MIT */
/*
 * Compression and conditional requests (RFC 9110 8.8.3, 13.1).  The compressed form of
 * a file was made at build time and has an entity tag of its own.
 */
#include "conditional.h"

#include <stdio.h>
#include <string.h>

#include "accept.h"
#include "problem.h"

#include "trilane/banned.h"

bool etag_matches(const char *condition, const char *etag, bool weak)
{
	size_t len = strlen(etag);

	for (const char *s = condition; *s; s += strcspn(s, ",")) {
		s += strspn(s, " \t,");
		if (weak && text_starts(s, "W/"))
			s += 2;
		if (s[0] == '*')
			return true;
		if (len > 0 && strncmp(s, etag, len) == 0 && strchr(" \t,", s[len]))
			return true;
		if (s[0] == '"') { /* a comma may stand between the quotes */
			const char *close = strchr(s + 1, '"');

			s = close ? close + 1 : s;
		}
	}
	return false;
}

static bool choose_coding(const struct http_request *request, struct http_response *r,
                          struct form *form)
{
	const char *accept = request->fields[HTTP_FIELD_ACCEPT_ENCODING];
	int gzip = 0;
	int identity = accept_coding(accept, "identity");

	if (r->file && r->file->gzip_bytes) {
		form->vary = true;
		gzip = accept_coding(accept, "gzip");
	}
	form->gzip = gzip > 0 && gzip >= identity;
	return form->gzip || identity > 0;
}

void conditional_apply(const struct http_request *request, struct http_response *r,
                       struct form *form)
{
	const char *match = request->fields[HTTP_FIELD_IF_MATCH];
	const char *none = request->fields[HTTP_FIELD_IF_NONE_MATCH];

	memset(form, 0, sizeof(*form));
	if (r->status != 200 || r->stream.next)
		return;
	if (!choose_coding(request, r, form)) {
		problem_plain(r, 406);
		return;
	}
	if (r->etag[0] != '\0')
		snprintf(form->etag, sizeof(form->etag), "\"%s%s\"", r->etag,
		         form->gzip ? "-gz" : "");
	if (match && !etag_matches(match, form->etag, false)) {
		memset(form, 0, sizeof(*form));
		problem_plain(r, 412);
	} else if (none && etag_matches(none, form->etag, true) && form->etag[0]) {
		r->status = 304; /* the body stays: its length is told (answer.c) */
	}
}
