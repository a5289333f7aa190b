/* SPDX-License-Identifier: MIT */
/*
 * From a response to libmicrohttpd's: bytes and fields.  A 304 keeps its body, which
 * libmicrohttpd does not send but takes Content-Length from: RFC 9110 8.6 wants the
 * length there that a 200 would have had, or none.
 */
#include "answer.h"

#include "response.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

static void add_header(struct MHD_Response *out, const char *name, const char *value)
{
	MHD_add_response_header(out, name, value);
}

static void add_vary(struct MHD_Response *out, const struct http_response *r,
                     const struct form *form)
{
	CLEANUP(str_release) struct str vary = STR_INIT;

	if (r->vary)
		str_add(&vary, r->vary);
	if (form->vary)
		str_addf(&vary, "%sAccept-Encoding", vary.len ? ", " : "");
	if (vary.len)
		add_header(out, "Vary", vary.data);
}

void answer_headers(struct MHD_Response *out, const struct http_response *r,
                    const struct form *form)
{
	for (const struct response_field *f = response_security; f->name; f++)
		add_header(out, f->name, f->value);
	if (r->type && r->status != 204 && r->status != 304)
		add_header(out, "Content-Type", r->type);
	add_header(out, "Cache-Control", r->cache ? r->cache : "no-store");
	if (form->gzip && r->status != 304)
		add_header(out, "Content-Encoding", "gzip");
	if (form->etag[0])
		add_header(out, "ETag", form->etag);
	add_vary(out, r, form);
	for (size_t i = 0; i < r->field_count; i++)
		add_header(out, r->fields[i].name, r->fields[i].value);
	if (r->close)
		add_header(out, "Connection", "close");
}

static struct MHD_Response *buffer(const void *bytes, size_t n)
{
	union {
		const void *constant;
		void *plain;
	} p = {.constant = bytes}; /* libmicrohttpd does not write to it */

	return MHD_create_response_from_buffer(n, p.plain, MHD_RESPMEM_PERSISTENT);
}

struct MHD_Response *answer_body(struct http_response *r, const struct form *form)
{
	size_t n = r->body.len;

	if (r->file && form->gzip)
		return buffer(r->file->gzip_bytes, r->file->gzip_size);
	if (r->file)
		return buffer(r->file->bytes, r->file->size);
	if (n == 0)
		return buffer("", 0);
	return MHD_create_response_from_buffer(n, str_detach(&r->body),
	                                       MHD_RESPMEM_MUST_FREE);
}
