/* SPDX-License-Identifier: MIT */
/* Reports: stored documents about the machine, as they were written. */
#include "private.h"

#include "trilane/banned.h"

HANDLER(get_latest_report)
{
	struct api *a = context;
	char id[ID_SIZE];
	struct error err = ERROR_INIT;
	int rc = store_document_latest(a->config.store, DOCUMENT_REPORT, id, &r->body,
	                               &err);

	(void)request;
	if (rc == ERROR_NOT_FOUND)
		return http_problem(r, 404, "no-report", "No report has been taken yet.",
		                    "One is taken when the server starts; or POST "
		                    "/api/v1/reports.");
	if (rc)
		return reply_error(r, &err);
	r->type = TYPE_JSON;
	r->cache = "no-cache";
	http_response_field(r, "Content-Location", "/api/v1/reports/%s", id);
	http_response_hash(r);
	return 200;
}

HANDLER(get_report)
{
	struct api *a = context;
	struct error err = ERROR_INIT;

	if (!id_valid(request->id))
		return reply_missing(r);
	if (store_document_get(a->config.store, DOCUMENT_REPORT, request->id, &r->body,
	                       &err))
		return reply_error(r, &err);
	r->type = TYPE_JSON;
	r->cache = "private, max-age=31536000, immutable";
	http_response_hash(r);
	return 200;
}
