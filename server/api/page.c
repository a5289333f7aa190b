/* SPDX-License-Identifier: MIT */
/*
 * The first page.  For readers without JavaScript it carries what matters in its
 * <noscript>: the verdict, the findings and the last results, as escaped HTML.
 */
#include <stdio.h>
#include <string.h>

#include "private.h"
#include "trilane/cleanup.h"
#include "trilane/web_assets.h"

#include "trilane/banned.h"

enum { RESULTS_SHOWN = 5 };

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static void add_finding(struct str *out, const json_t *finding)
{
	json_t *command;
	size_t i;

	str_add(out, "<li><p><strong>");
	html_text(out, text_of(finding, "title"));
	str_add(out, "</strong> (");
	html_text(out, text_of(finding, "severity"));
	str_add(out, ")</p><p>");
	html_text(out, text_of(finding, "explanation"));
	str_add(out, "</p><p>");
	html_text(out, text_of(json_object_get(finding, "remedy"), "text"));
	str_add(out, "</p>");
	json_array_foreach(fact_get(finding, "remedy.commands"), i, command)
	{
		str_add(out, "<pre>");
		html_text(out,
		          json_string_value(command) ? json_string_value(command) : "");
		str_add(out, "</pre>");
	}
	str_add(out, "</li>\n");
}

static void add_report(struct str *out, const json_t *report)
{
	const json_t *verdict = json_object_get(report, "verdict");
	json_t *finding;
	size_t i;

	str_add(out, "<h2>");
	html_text(out, text_of(verdict, "sentence"));
	str_add(out, "</h2>\n<p>");
	html_text(out, text_of(verdict, "next"));
	str_add(out, "</p>\n<ol>\n");
	json_array_foreach(json_object_get(report, "findings"), i, finding)
		add_finding(out, finding);
	str_add(out, "</ol>\n");
}

static void add_results(struct api *a, struct str *out)
{
	struct document_row *rows = NULL;
	size_t count = 0;

	if (store_document_list(a->config.store, DOCUMENT_RESULT, NULL, RESULTS_SHOWN,
	                        &rows, &count, NULL))
		return;
	if (count > 0)
		str_add(out, "<h2>Results</h2>\n<ul>\n");
	for (size_t i = 0; i < count; i++)
		str_addf(out, "<li><a href=\"api/v1/results/%s.md\">%s</a></li>\n",
		         rows[i].id, rows[i].created);
	if (count > 0)
		str_add(out, "</ul>\n");
	document_rows_free(rows, count);
}

static void add_summary(struct api *a, struct str *out)
{
	json_t *report = latest_document(a, DOCUMENT_REPORT);

	if (report)
		add_report(out, report);
	else
		str_add(out,
		        "<p>No report has been taken yet. Load this page again.</p>\n");
	json_decref(report);
	add_results(a, out);
	str_add(out, "<p><a href=\"api/v1/report.md?redact=1\">The report as "
	             "Markdown</a></p>\n");
}

/* Puts the summary in the place of its mark; leaves the page alone if there is none. */
static void fill_in(struct api *a, const char *page, size_t n, struct str *out)
{
	const char *mark = strstr(page, WEB_SUMMARY_MARK);

	if (!mark) {
		str_add_n(out, page, n);
		return;
	}
	str_add_n(out, page, (size_t)(mark - page));
	add_summary(a, out);
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
