/* SPDX-License-Identifier: MIT */
/*
 * Results: the list, and each in four forms, by suffix or by Accept.  A result never
 * changes, so its entity tag and its place in a cache are for good.
 */
#include <stdlib.h>
#include <string.h>

#include "private.h"
#include "trilane/cleanup.h"
#include "trilane/compare.h"

#include "trilane/banned.h"

/* --- the list --------------------------------------------------------------------- */

/* A lane without its raw samples. */
static json_t *lane_summary(const json_t *lane)
{
	json_t *models = json_array(), *model;
	json_t *summary = json_object();
	size_t i;

	json_array_foreach(json_object_get(lane, "models"), i, model)
		json_array_append_new(
			models,
			json_pack("{s:O?, s:O?}", "model",
	                          json_object_get(model, "model"), "samples_per_second",
	                          json_object_get(model, "samples_per_second")));
	json_object_set(summary, "lane", json_object_get(lane, "lane"));
	json_object_set(summary, "state", json_object_get(lane, "state"));
	json_object_set_new(summary, "models", models);
	return summary;
}

static json_t *result_summary(const struct document_row *row)
{
	json_t *result = NULL, *lanes = json_array(), *lane;
	json_t *summary = json_pack("{s:s, s:s}", "id", row->id, "created", row->created);
	char self[64];
	size_t i;

	snprintf(self, sizeof(self), "/api/v1/results/%s", row->id);
	json_object_set_new(summary, "links", json_pack("{s:s}", "self", self));
	if (document_parse(row->text, strlen(row->text), strlen(row->text), &result,
	                   NULL)) {
		json_decref(lanes);
		return summary;
	}
	json_array_foreach(json_object_get(result, "lanes"), i, lane)
		json_array_append_new(lanes, lane_summary(lane));
	json_object_set(summary, "spec", json_object_get(result, "spec"));
	json_object_set_new(summary, "summary", lanes);
	json_object_set(summary, "trust",
	                json_object_get(json_object_get(result, "trust"), "grade"));
	json_decref(result);
	return summary;
}

HANDLER(get_results)
{
	struct api *a = context;
	struct page page;
	int rc;
	struct document_row *rows = NULL;
	size_t count = 0;
	struct error err = ERROR_INIT;
	unsigned status = read_page(request, &page, r);
	json_t *items;

	if (status)
		return status;
	rc = store_document_list(a->config.store, DOCUMENT_RESULT, page.cursor,
	                         page.limit + 1, &rows, &count, &err);
	if (rc)
		return reply_bad_cursor(r, rc, &err);
	items = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(items, result_summary(&rows[i]));
	document_rows_free(rows, count);
	return reply_page(r, "results", &page, items);
}

/* --- one result ------------------------------------------------------------------- */

static const struct form {
	const char *suffix, *type;
	void (*write)(const json_t *result, struct str *out); /* NULL: as stored */
} forms[] = {
	{".json", TYPE_JSON, NULL},
	{".csv", TYPE_CSV, result_csv},
	{".md", TYPE_MARKDOWN, result_markdown},
	{".ndjson", TYPE_NDJSON, result_ndjson},
};
enum { FORMS = sizeof(forms) / sizeof(forms[0]) };

/* The form that a suffix names; without one what Accept likes best; NULL: none. */
static const struct form *choose_form(const struct http_request *request,
                                      char id[ID_SIZE], struct http_response *r)
{
	const char *types[FORMS];
	const char *suffix = strchr(request->id, '.');
	size_t len = suffix ? (size_t)(suffix - request->id) : strlen(request->id);
	int choice;

	id[0] = '\0';
	if (len < ID_SIZE)
		snprintf(id, ID_SIZE, "%.*s", (int)len, request->id);
	for (size_t i = 0; i < FORMS; i++) {
		if (suffix && text_equal(suffix, forms[i].suffix))
			return &forms[i];
		types[i] = forms[i].type;
	}
	if (suffix) {
		id[0] = '\0';
		return &forms[0];
	}
	r->vary = "Accept";
	choice = http_choose_type(request, types, FORMS);
	return choice < 0 ? NULL : &forms[choice];
}

static unsigned write_form(const struct form *form, struct http_response *r)
{
	json_t *result = NULL;
	struct error err = ERROR_INIT;
	struct str text = r->body;

	if (!form->write)
		return 200;
	if (document_parse(text.data, text.len, text.len, &result, &err))
		return reply_error(r, &err);
	r->body = (struct str)STR_INIT;
	form->write(result, &r->body);
	json_decref(result);
	str_release(&text);
	return 200;
}

HANDLER(get_result)
{
	struct api *a = context;
	char id[ID_SIZE];
	const struct form *form = choose_form(request, id, r);
	struct error err = ERROR_INIT;
	unsigned status;

	if (!form)
		return http_problem(
			r, 406, "not-acceptable",
			"A result comes as JSON, CSV, Markdown or NDJSON.",
			"Accept one of them, or ask with the suffix .json, .csv, "
			".md or .ndjson.");
	if (!id_valid(id))
		return reply_missing(r);
	if (store_document_get(a->config.store, DOCUMENT_RESULT, id, &r->body, &err))
		return reply_error(r, &err);
	status = write_form(form, r);
	if (status != 200)
		return status;
	r->type = form->type;
	r->cache = "private, max-age=31536000, immutable";
	http_response_hash(r);
	return 200;
}

/* --- two of them ------------------------------------------------------------------ */

static unsigned read_two(const struct http_request *request, const char *ids[2],
                         struct http_response *r)
{
	static const char *const names[] = {"a", "b"};
	unsigned status = 0;

	for (size_t i = 0; i < 2 && status == 0; i++) {
		status = read_parameter(request, names[i], &ids[i], r);
		if (status == 0 && !ids[i])
			status = reply_malformed(r, "Two results are named by a= and b=.",
			                         "GET /api/v1/results lists their ids.");
	}
	return status;
}

static unsigned load(struct api *a, const char *id, json_t **out, struct http_response *r)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct error err = ERROR_INIT;

	if (!id_valid(id))
		return reply_missing(r);
	if (store_document_get(a->config.store, DOCUMENT_RESULT, id, &text, &err) ||
	    document_parse(text.data, text.len, text.len, out, &err))
		return reply_error(r, &err);
	return 0;
}

HANDLER(get_comparison)
{
	struct api *a = context;
	json_t *one = NULL, *other = NULL, *comparison = NULL;
	struct error err = ERROR_INIT;
	const char *ids[2] = {NULL, NULL};
	unsigned status = read_two(request, ids, r);

	if (status == 0)
		status = load(a, ids[0], &one, r);
	if (status == 0)
		status = load(a, ids[1], &other, r);
	if (status == 0 && compare_results(one, other, &comparison, &err))
		status = reply_error(r, &err);
	json_decref(one);
	json_decref(other);
	return status ? status : reply_json(r, 200, comparison);
}
