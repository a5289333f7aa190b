/* SPDX-License-Identifier: MIT */
/*
 * The first page.  Its <noscript> has a mark; what readers without JavaScript see is put
 * in its place.
 */
#include <string.h>

#include "private.h"
#include "trilane/cleanup.h"
#include "trilane/web_assets.h"

#include "trilane/banned.h"

/* Puts the summary in the place of its mark; leaves the page alone if there is none. */
static void fill_in(struct api *a, const char *page, size_t n, struct str *out)
{
	const char *mark = strstr(page, WEB_SUMMARY_MARK);

	if (!mark) {
		str_add_n(out, page, n);
		return;
	}
	str_add_n(out, page, (size_t)(mark - page));
	page_summary(a, out);
	str_add(out, mark + strlen(WEB_SUMMARY_MARK));
}

HANDLER(get_page)
{
	struct http_request index = *request;
	char path[] = "/index.html";
	CLEANUP(str_release) struct str page = STR_INIT;
	unsigned status;

	index.path = path;
	status = api_files(context, &index, r);
	if (status != 200)
		return status;
	if (http_choose_type(request, &r->type, 1) < 0)
		return 406;
	if (r->file)
		str_add_n(&page, r->file->bytes, r->file->size);
	else
		str_add_n(&page, r->body.data, r->body.len);
	r->file = NULL;
	str_clear(&r->body);
	fill_in(context, page.data, page.len, &r->body);
	http_response_hash(r);
	return 200;
}
