/* SPDX-License-Identifier: MIT */
/* Reading requests: pages of a list, parameters, bodies. */
#include <string.h>

#include "private.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

unsigned read_parameter(const struct http_request *request, const char *name,
                        const char **out, struct http_response *r)
{
	bool twice;

	*out = http_parameter(request, name, &twice);
	if (twice)
		return reply_malformed(r, "A parameter stands twice.", NULL);
	return 0;
}

unsigned reply_bad_cursor(struct http_response *r, int rc, const struct error *err)
{
	if (rc != ERROR_NOT_FOUND)
		return reply_error(r, err);
	return reply_malformed(r, "The cursor is none of this list's.",
	                       "Follow Link, or start without a cursor.");
}

unsigned read_page(const struct http_request *request, struct page *page,
                   struct http_response *r)
{
	const char *limit;
	uint64_t number = PAGE_DEFAULT;
	unsigned status = read_parameter(request, "limit", &limit, r);

	if (status == 0)
		status = read_parameter(request, "cursor", &page->cursor, r);
	if (status)
		return status;
	if (limit && (!text_to_u64(limit, &number) || number < 1 || number > PAGE_MAX))
		return reply_malformed(r, "limit must be a whole number from 1 to 200.",
		                       NULL);
	if (page->cursor && !id_valid(page->cursor))
		return reply_bad_cursor(r, ERROR_NOT_FOUND, NULL);
	page->limit = (unsigned)number;
	return 0;
}

unsigned reply_page(struct http_response *r, const char *name, const struct page *page,
                    json_t *rows)
{
	size_t count = json_array_size(rows);

	if (count > page->limit) {
		const json_t *last = json_array_get(rows, page->limit - 1);

		json_array_remove(rows, page->limit);
		http_response_field(
			r, "Link", "</api/v1/%s?limit=%u&cursor=%s>; rel=\"next\"", name,
			page->limit, json_string_value(json_object_get(last, "id")));
	}
	return reply_json(r, 200, json_pack("{s:o}", name, rows));
}

static unsigned reply_no_object(struct http_response *r, int why)
{
	if (why == ERROR_TOO_LARGE)
		return reply_invalid(r, "A number is out of range.", NULL);
	if (why == ERROR_UNSUPPORTED)
		return reply_invalid(r, "A text has the character U+0000.", NULL);
	return reply_malformed(r, "The body is no JSON object.",
	                       "Names may stand once, and nesting has a limit of 64.");
}

typedef int parse_fn(const char *text, size_t n, size_t limit, json_t **out,
                     struct error *err);

static unsigned parse_object(parse_fn *parse, const struct http_request *request,
                             json_t **out, struct http_response *r)
{
	const struct str *body = &request->body;
	json_t *document = NULL;
	int rc = parse(body->data, body->len, body->len, &document, NULL);

	if (rc == 0 && json_is_object(document)) {
		*out = document;
		return 0;
	}
	json_decref(document);
	return reply_no_object(r, rc);
}

unsigned read_object(const struct http_request *request, json_t **out,
                     struct http_response *r)
{
	return parse_object(document_parse, request, out, r);
}

unsigned read_object_nul(const struct http_request *request, json_t **out,
                         struct http_response *r)
{
	return parse_object(document_parse_nul, request, out, r);
}

unsigned read_key(const struct http_request *request, const char **key,
                  struct http_response *r)
{
	size_t len;

	*key = request->fields[HTTP_FIELD_IDEMPOTENCY_KEY];
	if (!*key)
		return 0;
	len = strlen(*key);
	if (len == 0 || len > KEY_MAX)
		return reply_malformed(r, "Idempotency-Key takes 1 to 64 characters.",
		                       NULL);
	for (size_t i = 0; i < len; i++)
		if ((*key)[i] < 0x21 || (*key)[i] > 0x7e)
			return reply_malformed(
				r, "Idempotency-Key takes visible ASCII characters.",
				NULL);
	return 0;
}
