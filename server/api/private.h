/* SPDX-License-Identifier: MIT */
/* What the topics share: the api itself, replies, and reading requests. */
#ifndef TRILANE_API_PRIVATE_H
#define TRILANE_API_PRIVATE_H

#include <jansson.h>

#include "trilane/api.h"
#include "trilane/facts.h"
#include "trilane/fs.h"

#define TYPE_JSON     "application/json"
#define TYPE_NDJSON   "application/x-ndjson"
#define TYPE_CSV      "text/csv; charset=utf-8"
#define TYPE_MARKDOWN "text/markdown; charset=utf-8"
#define TYPE_TEXT     "text/plain; charset=utf-8"
#define TYPE_EVENTS   "text/event-stream"

enum { PAGE_DEFAULT = 20, PAGE_MAX = 200, KEY_MAX = 64 };

struct api {
	struct api_config config;
	struct fs_root web_root; /* of config.web_dir */
};

/* --- replies (reply.c) ------------------------------------------------------------- */

/* DOCUMENT (taken) as the body; returns STATUS. */
unsigned reply_json(struct http_response *r, unsigned status, json_t *document);
/* A problem from what went wrong below. */
unsigned reply_error(struct http_response *r, const struct error *err);
/* 404 for a record that is not there. */
unsigned reply_missing(struct http_response *r);
/* 400 and 422, with a detail in our own words. */
unsigned reply_malformed(struct http_response *r, const char *detail, const char *hint);
unsigned reply_invalid(struct http_response *r, const char *detail, const char *hint);

/* --- reading requests (read.c) ------------------------------------------------------ */

struct page {
	unsigned limit;
	const char *cursor; /* id to go on behind; NULL: from the newest */
};
/* 0, or the status of the problem in R. */
unsigned read_page(const struct http_request *request, struct page *page,
                   struct http_response *r);
/* The problem of a cursor that names nothing in this list; RC from looking for it. */
unsigned reply_bad_cursor(struct http_response *r, int rc, const struct error *err);
/* The page as {NAME: ROWS}.  ROWS (taken) are documents with an id, one more than the
 * page has if there is a next page; Link leads there. */
unsigned reply_page(struct http_response *r, const char *name, const struct page *page,
                    json_t *rows);
/* The body as a JSON object; the caller frees it.  0, or the status of the problem. */
unsigned read_object(const struct http_request *request, json_t **out,
                     struct http_response *r);
/* The same, where a text may have U+0000. */
unsigned read_object_nul(const struct http_request *request, json_t **out,
                         struct http_response *r);
/* Idempotency-Key, checked; NULL if there is none.  0, or the status of the problem. */
unsigned read_key(const struct http_request *request, const char **key,
                  struct http_response *r);
/* The parameter's value, NULL if it is not there; standing twice is a problem. */
unsigned read_parameter(const struct http_request *request, const char *name,
                        const char **out, struct http_response *r);

/* The newest document of the kind (reports.c); NULL if there is none.  New reference. */
json_t *latest_document(struct api *a, enum document_kind kind);

/* --- topics, a file each: handlers of routes.c ------------------------------------ */

#define HANDLER(name) \
	unsigned name(void *context, const struct http_request *request, \
	              struct http_response *r)

HANDLER(get_service);
HANDLER(get_health);
HANDLER(get_openapi);
HANDLER(delete_session);
HANDLER(get_probes);
HANDLER(post_benchmarks);
HANDLER(post_reports);
HANDLER(get_report);
HANDLER(get_latest_report);
HANDLER(get_report_markdown);
HANDLER(get_jobs);
HANDLER(get_job);
HANDLER(delete_job);
HANDLER(get_events);
HANDLER(get_results);
HANDLER(get_result);
HANDLER(get_comparison);
HANDLER(post_diagnoses);
HANDLER(get_rules);
HANDLER(get_rule);
HANDLER(get_compatibility);
HANDLER(get_metrics);
HANDLER(get_page);

/* --- forms of a result (forms.c): each appends to OUT ------------------------------ */

void result_csv(const json_t *result, struct str *out);
void result_markdown(const json_t *result, struct str *out);
void result_ndjson(const json_t *result, struct str *out);
/* Text between tags, or in a quoted attribute. */
void html_text(struct str *out, const char *text);
void html_text_n(struct str *out, const char *text, size_t n);

/* What matters, for readers without JavaScript (page_summary.c). */
void page_summary(struct api *a, struct str *out);

#endif
