/* SPDX-License-Identifier: MIT */
/* Reports: stored documents about the machine, as they were written. */
#include "private.h"
#include "trilane/cleanup.h"
#include "trilane/report.h"

#include "trilane/banned.h"

json_t *latest_document(struct api *a, enum document_kind kind)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	json_t *document = NULL;

	if (store_document_latest(a->config.store, kind, NULL, &text, NULL) ||
	    document_parse(text.data, text.len, text.len, &document, NULL))
		return NULL;
	return document;
}

static unsigned reply_no_report(struct http_response *r)
{
	return http_problem(
		r, 404, "no-report", "No report has been taken yet.",
		"One is taken when the server starts; or POST /api/v1/reports.");
}

HANDLER(get_latest_report)
{
	struct api *a = context;
	char id[ID_SIZE];
	struct error err = ERROR_INIT;
	int rc = store_document_latest(a->config.store, DOCUMENT_REPORT, id, &r->body,
	                               &err);

	(void)request;
	if (rc == ERROR_NOT_FOUND)
		return reply_no_report(r);
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

/* redact=1, the default, takes out what tells whose machine it is. */
HANDLER(get_report_markdown)
{
	CLEANUP(redaction_release) struct redaction redaction = REDACTION_INIT;
	const char *redact;
	unsigned status = read_parameter(request, "redact", &redact, r);
	json_t *report;

	if (status)
		return status;
	if (redact && !text_equal(redact, "0") && !text_equal(redact, "1"))
		return reply_malformed(r, "redact is 0 or 1.", NULL);
	report = latest_document(context, DOCUMENT_REPORT);
	if (!report)
		return reply_no_report(r);
	redaction_init_live(&redaction);
	report_markdown(report, text_equal(redact, "0") ? NULL : &redaction, &r->body);
	json_decref(report);
	r->type = TYPE_MARKDOWN;
	return 200;
}
