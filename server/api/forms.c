/* SPDX-License-Identifier: MIT */
/*
 * A result as CSV, Markdown and NDJSON.  Numbers that are absent stay empty; text from
 * the machine is text: CSV cells that a spreadsheet would take for a formula get an
 * apostrophe in front (https://owasp.org/www-community/attacks/CSV_Injection).
 */
#include <stdlib.h>
#include <string.h>

#include "private.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

/* A number as JSON writes it; nothing for anything else. */
static void add_number(struct str *out, const json_t *value)
{
	CLEANUP_FREE char *text = NULL;

	if (json_is_number(value))
		text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(10));
	if (text)
		str_add(out, text);
}

static const json_t *step_of(const json_t *model)
{
	return json_object_get(model, "step_ns");
}

/* --- CSV -------------------------------------------------------------------------- */

static void csv_text(struct str *out, const char *text)
{
	const char *rest = text + strspn(text, " ");

	str_add_char(out, '"');
	if (*rest && strchr("=+-@\t\r\n|%", *rest))
		str_add_char(out, '\'');
	for (; *text; text++) {
		if (*text == '"')
			str_add_char(out, '"');
		str_add_char(out, *text);
	}
	str_add_char(out, '"');
}

/* What all rows of a lane begin with. */
static void csv_lane(struct str *out, const json_t *result, const json_t *lane)
{
	csv_text(out, text_of(result, "id"));
	str_add_char(out, ',');
	csv_text(out, text_of(lane, "lane"));
	str_add_char(out, ',');
	csv_text(out, text_of(lane, "engine"));
	str_add_char(out, ',');
	csv_text(out, text_of(lane, "state"));
	str_add_char(out, ',');
	csv_text(out, text_of(json_object_get(lane, "observed"), "device"));
}

static void csv_model(struct str *out, const json_t *result, const json_t *lane,
                      const json_t *model)
{
	const json_t *step = step_of(model);
	const json_t *interval = json_object_get(step, "ci95");
	json_t *sample;
	size_t i;

	json_array_foreach(json_object_get(step, "samples"), i, sample)
	{
		csv_lane(out, result, lane);
		str_add_char(out, ',');
		csv_text(out, text_of(model, "model"));
		str_addf(out, ",%zu,", i + 1);
		add_number(out, sample);
		str_add_char(out, ',');
		add_number(out, json_object_get(step, "median"));
		str_add_char(out, ',');
		add_number(out, json_array_get(interval, 0));
		str_add_char(out, ',');
		add_number(out, json_array_get(interval, 1));
		str_add_char(out, ',');
		add_number(out, json_object_get(model, "samples_per_second"));
		str_add(out, "\r\n");
	}
}

void result_csv(const json_t *result, struct str *out)
{
	json_t *lane, *model;
	size_t i, j;

	str_add(out, "result,lane,engine,state,device,model,block,step_ns,median_step_ns,"
	             "ci95_low_ns,ci95_high_ns,samples_per_second\r\n");
	json_array_foreach(json_object_get(result, "lanes"), i, lane)
	{
		const json_t *models = json_object_get(lane, "models");

		json_array_foreach(models, j, model) csv_model(out, result, lane, model);
		if (json_array_size(models) == 0) {
			csv_lane(out, result, lane);
			str_add(out, ",,,,,,,\r\n");
		}
	}
}

/* --- Markdown --------------------------------------------------------------------- */

static void markdown_model(struct str *out, const json_t *lane, const json_t *model)
{
	const json_t *training = json_object_get(model, "training");
	double per_second =
		json_number_value(json_object_get(model, "samples_per_second"));
	double step = json_number_value(json_object_get(step_of(model), "median"));
	const json_t *accuracy = json_object_get(training, "test_accuracy");

	str_add(out, "| ");
	str_add_markdown(out, text_of(lane, "lane"));
	str_add(out, " | ");
	str_add_markdown(out, text_of(model, "model"));
	if (per_second > 0)
		str_addf(out, " | %.0f | %.3f | ", per_second, step / 1e6);
	else
		str_add(out, " | not measured | | ");
	if (json_is_number(accuracy))
		str_addf(out, "%.2f %%", 100 * json_number_value(accuracy));
	str_add(out, " | ");
	str_add_markdown(out, text_of(json_object_get(lane, "observed"), "device"));
	str_add(out, " |\n");
}

static void markdown_lane(struct str *out, const json_t *lane)
{
	json_t *model;
	size_t i;

	if (!text_equal(text_of(lane, "state"), "done")) {
		str_add(out, "| ");
		str_add_markdown(out, text_of(lane, "lane"));
		str_add(out, " | ");
		str_add_markdown(out, text_of(lane, "state"));
		str_add(out, " | | | | ");
		str_add_markdown(out, text_of(lane, "reason"));
		str_add(out, " |\n");
	}
	json_array_foreach(json_object_get(lane, "models"), i, model)
		markdown_model(out, lane, model);
}

static void markdown_list(struct str *out, const char *title, const json_t *rows,
                          const char *member)
{
	json_t *row;
	size_t i;

	if (json_array_size(rows) == 0)
		return;
	str_addf(out, "\n%s\n\n", title);
	json_array_foreach(rows, i, row)
	{
		const char *text = member ? text_of(row, member) : json_string_value(row);

		str_add(out, "- ");
		str_add_markdown(out, text ? text : "");
		str_add_char(out, '\n');
	}
}

static void markdown_notes(struct str *out, const json_t *lane)
{
	CLEANUP(str_release) struct str title = STR_INIT;

	str_addf(&title, "About the lane %s:", text_of(lane, "lane"));
	markdown_list(out, title.data, json_object_get(lane, "notes"), NULL);
}

void result_markdown(const json_t *result, struct str *out)
{
	const json_t *trust = json_object_get(result, "trust");
	json_t *lane;
	size_t i;

	str_add(out, "# Benchmark ");
	str_add_markdown(out, text_of(result, "id"));
	str_add(out,
	        "\n\n| lane | model | samples/s | step, ms | test accuracy | device |\n"
	        "|---|---|---:|---:|---:|---|\n");
	json_array_foreach(json_object_get(result, "lanes"), i, lane)
		markdown_lane(out, lane);
	json_array_foreach(json_object_get(result, "lanes"), i, lane)
		markdown_notes(out, lane);
	markdown_list(out, "Comparisons:", json_object_get(result, "comparisons"),
	              "sentence");
	str_add(out, "\nTrust: ");
	str_add_markdown(out, text_of(trust, "grade"));
	str_add_char(out, '\n');
	markdown_list(out, "Because:", json_object_get(trust, "reasons"), NULL);
}

/* --- NDJSON ----------------------------------------------------------------------- */

static void add_line(struct str *out, json_t *document)
{
	CLEANUP_FREE char *text = document_text(document, false);

	json_decref(document);
	str_add(out, text);
	str_add_char(out, '\n');
}

/* A copy of OBJECT without the member LEFT_OUT, and with a type in front. */
static json_t *line_of(const char *type, const json_t *object, const char *left_out)
{
	json_t *line = json_pack("{s:s}", "type", type);
	const char *name;
	json_t *value;
	union {
		const json_t *constant;
		json_t *plain;
	} o = {.constant = object}; /* the iterator's type; nothing is changed */

	json_object_foreach(o.plain, name, value) if (!text_equal(name, left_out))
		json_object_set(line, name, value);
	return line;
}

void result_ndjson(const json_t *result, struct str *out)
{
	json_t *lane, *model, *sample;
	size_t i, j, k;

	add_line(out, line_of("result", result, "lanes"));
	json_array_foreach(json_object_get(result, "lanes"), i, lane)
	{
		const char *name = text_of(lane, "lane");

		add_line(out, line_of("lane", lane, "models"));
		json_array_foreach(json_object_get(lane, "models"), j, model)
		{
			json_t *line = line_of("model", model, NULL);

			json_object_set_new(line, "lane", json_string(name));
			add_line(out, line);
			json_array_foreach(json_object_get(step_of(model), "samples"), k,
			                   sample)
				add_line(out,
			                 json_pack("{s:s, s:s, s:s, s:I, s:O}", "type",
			                           "sample", "lane", name, "model",
			                           text_of(model, "model"), "block",
			                           (json_int_t)k + 1, "step_ns", sample));
		}
	}
}
