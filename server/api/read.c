/* SPDX-License-Identifier: MIT */
/* Reading requests: pages of a list, parameters, bodies. */
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
		return reply_malformed(r, "The cursor is none of this server's.",
		                       "Follow Link, or start without a cursor.");
	page->limit = (unsigned)number;
	return 0;
}

void reply_next(struct http_response *r, const char *path, const struct page *page,
                const char *last_id)
{
	http_response_field(r, "Link", "<%s?limit=%u&cursor=%s>; rel=\"next\"", path,
	                    page->limit, last_id);
}

unsigned read_object(const struct http_request *request, size_t limit, json_t **out,
                     struct http_response *r)
{
	struct error err = ERROR_INIT;
	json_t *document = NULL;

	if (document_parse(request->body.data, request->body.len, limit, &document,
	                   &err) ||
	    !json_is_object(document)) {
		json_decref(document);
		return reply_malformed(
			r, "The body is no JSON object.",
			"Names may stand once, and nesting has a limit of 64.");
	}
	*out = document;
	return 0;
}
