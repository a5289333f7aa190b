/* SPDX-License-Identifier: MIT */
/*
 * What a reader without JavaScript gets: the verdict, the findings, the Pythons and the
 * last results, as escaped HTML in the classes that the dashboard uses.  Folding is the
 * browser's own.  Numbers are those of the documents; nothing is judged here.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "private.h"
#include "trilane/finding.h"

#include "trilane/banned.h"

enum { RESULTS_SHOWN = 5, FINDINGS_SHOWN = 100, PYTHONS_SHOWN = 200 };

/* A word with a mark, as the dashboard's .word: its tone and what it says. */
struct word {
	const char *name, *tone, *text;
};

static const struct word verdicts[] = {
	{"ready", "good", "Ready"},
	{"works-with-limits", "warn", "Works with limits"},
	{"broken", "bad", "Broken"},
	{"no-tensorflow", "hollow", "No TensorFlow"},
};

static const struct word severities[] = {
	[SEVERITY_BLOCKER] = {"blocker", "bad", "Blocker"},
	[SEVERITY_WARNING] = {"warning", "warn", "Warning"},
	[SEVERITY_HINT] = {"hint", "hint", "Hint"},
	[SEVERITY_INFO] = {"info", "", "Note"},
};

static void add_word(struct str *out, const struct word *word)
{
	str_addf(out, "<span class=\"word %s\">%s</span>", word->tone, word->text);
}

static void add_element(struct str *out, const char *open, const char *text,
                        const char *close)
{
	if (!text || !*text)
		return;
	str_add(out, open);
	html_text(out, text);
	str_add(out, close);
}

/* TEXT with `code` set as code. */
static void add_prose(struct str *out, const char *open, const char *text)
{
	bool code = false;

	if (!text || !*text)
		return;
	str_add(out, open);
	while (*text) {
		size_t n = strcspn(text, "`");

		html_text_n(out, text, n);
		text += n;
		if (*text == '`') {
			code = !code;
			str_add(out, code ? "<code>" : "</code>");
			text++;
		}
	}
	str_add(out, code ? "</code></p>\n" : "</p>\n");
}

/* --- the verdict -------------------------------------------------------------------- */

static void add_system(struct str *out, const json_t *report)
{
	const char *pretty = fact_get_string(report, "machine.os.pretty_name");

	if (pretty) {
		html_text(out, pretty);
		return;
	}
	add_element(out, "", fact_get_string(report, "machine.os.name"), "");
	add_element(out, " ", fact_get_string(report, "machine.os.version"), "");
}

static void add_machine(struct str *out, const json_t *report)
{
	const char *taken = fact_get_string(report, "taken");

	str_add(out, "<p class=\"machine\">");
	add_element(out, "", fact_get_string(report, "machine.chip"), " · ");
	add_system(out, report);
	if (taken && strlen(taken) > 16) { /* 2026-11-24T10:38:51.030Z */
		str_add(out, " · read ");
		html_text_n(out, taken, 10);
		str_add_char(out, ' ');
		html_text_n(out, taken + 11, 5);
		str_add(out, " UTC");
	}
	str_add(out, "</p>\n");
}

static void add_verdict(struct str *out, const json_t *report)
{
	str_add(out, "<section class=\"verdict\">\n");
	add_machine(out, report);
	add_element(out, "<h1>", fact_get_string(report, "verdict.sentence"), "</h1>\n");
	add_prose(out, "<p class=\"next\"><b>Next:</b> ",
	          fact_get_string(report, "verdict.next"));
	str_add(out, "</section>\n");
}

/* --- findings ----------------------------------------------------------------------- */

static void add_finding(struct str *out, const json_t *finding, bool open)
{
	const char *subject = fact_get_string(finding, "subject");
	const json_t *command;
	size_t i;

	str_addf(out, "<article class=\"finding\"><details%s><summary class=\"head\">",
	         open ? " open" : "");
	str_add(out, "<span class=\"sev\">");
	add_word(out, &severities[finding_severity(finding)]);
	str_add(out, "</span><div>");
	add_element(out, "<h3>", fact_get_string(finding, "title"), "</h3>");
	if (!text_equal(subject, "machine"))
		add_element(out, "<p class=\"subject\">", subject, "</p>");
	str_add(out, "</div></summary><div class=\"body\">\n");
	add_prose(out, "<p class=\"text\">", fact_get_string(finding, "explanation"));
	add_prose(out, "<p class=\"do\"><b>What to do:</b> ",
	          fact_get_string(finding, "remedy.text"));
	json_array_foreach(fact_get(finding, "remedy.commands"), i, command)
		add_element(out, "<div class=\"command\"><pre>",
	                    json_string_value(command), "</pre></div>\n");
	str_add(out, "</div></details></article>\n");
}

static void add_findings(struct str *out, const json_t *findings)
{
	const json_t *finding;
	size_t i;

	str_add(out, "<section class=\"part\"><header><h2>Findings</h2></header>\n");
	if (json_array_size(findings) == 0)
		str_add(out, "<p>Nothing is wrong that Trilane knows of.</p>\n");
	else
		str_add(out, "<div class=\"card findings\">\n");
	json_array_foreach(findings, i, finding)
	{
		if (i < FINDINGS_SHOWN)
			add_finding(out, finding, i == 0);
	}
	str_add(out, json_array_size(findings) ? "</div></section>\n" : "</section>\n");
}

/* --- Pythons ------------------------------------------------------------------------ */

static void add_python(struct str *out, const json_t *python)
{
	const char *state = fact_get_string(python, "verdict.state");

	add_element(out,
	            "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\"><span "
	            "class=\"path\">",
	            fact_get_string(python, "path"), "</span>");
	add_element(out, "<span class=\"quiet\">Python ",
	            fact_get_string(python, "version"), "</span>");
	str_add(out, "</th><td role=\"cell\" data-label=\"TensorFlow\">");
	if (fact_get_string(python, "tensorflow.version"))
		html_text(out, fact_get_string(python, "tensorflow.version"));
	else
		str_add(out, "<span class=\"absent\">none</span>");
	str_add(out, "</td><td role=\"cell\" data-label=\"Verdict\">");
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (text_equal(state, verdicts[i].name))
			add_word(out, &verdicts[i]);
	add_element(out, "<p class=\"quiet\">",
	            fact_get_string(python, "verdict.sentence"), "</p>");
	str_add(out, "</td></tr>\n");
}

static void add_pythons(struct str *out, const json_t *pythons)
{
	const json_t *python;
	size_t i;

	str_add(out, "<section class=\"part\"><header><h2>Pythons</h2></header>\n");
	if (json_array_size(pythons) == 0) {
		str_add(out, "<p>No Python was found.</p></section>\n");
		return;
	}
	str_add(out, "<table class=\"cards\" role=\"table\"><thead role=\"rowgroup\"><tr "
	             "role=\"row\">"
	             "<th scope=\"col\" role=\"columnheader\">Python</th><th "
	             "scope=\"col\" role=\"columnheader\">TensorFlow</th>"
	             "<th scope=\"col\" "
	             "role=\"columnheader\">Verdict</th></tr></thead>\n<tbody "
	             "role=\"rowgroup\">\n");
	json_array_foreach(pythons, i, python)
	{
		if (i < PYTHONS_SHOWN)
			add_python(out, python);
	}
	str_add(out, "</tbody></table></section>\n");
}

/* --- results ------------------------------------------------------------------------ */

/* Whole samples a second with their thousands apart: 88,240. */
static void add_rate(struct str *out, double rate)
{
	char digits[32];
	int n = snprintf(digits, sizeof(digits), "%.0f", rate);

	for (int i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			str_add_char(out, ',');
		str_add_char(out, digits[i]);
	}
}

static void add_lane(struct str *out, const json_t *lane)
{
	const json_t *model;
	size_t i;

	add_element(out, "<div><span class=\"label\">", fact_get_string(lane, "lane"),
	            "</span> ");
	json_array_foreach(json_object_get(lane, "models"), i, model)
	{
		double rate =
			json_number_value(json_object_get(model, "samples_per_second"));

		add_element(out, i ? ", " : "", fact_get_string(model, "model"), " ");
		if (rate >= 1 && isfinite(rate))
			add_rate(out, rate);
		else
			str_addf(out, "%.2g", rate);
	}
	if (json_array_size(json_object_get(lane, "models")) == 0)
		add_element(out, "", fact_get_string(lane, "reason"), "");
	str_add(out, "</div>");
}

static void add_result(struct str *out, const struct document_row *row)
{
	json_t *result = NULL;
	const json_t *lane;
	size_t i;

	str_addf(out,
	         "<tr><th scope=\"row\"><a href=\"api/v1/results/%s.md\">%.10s "
	         "%.5s</a></th><td>",
	         row->id, row->created, row->created + 11);
	if (!document_parse(row->text, strlen(row->text), strlen(row->text), &result,
	                    NULL))
		json_array_foreach(json_object_get(result, "lanes"), i, lane)
			add_lane(out, lane);
	str_add(out, "</td><td>");
	add_element(out, "", fact_get_string(result, "trust.grade"), "");
	str_add(out, "</td></tr>\n");
	json_decref(result);
}

static void add_results(struct api *a, struct str *out)
{
	struct document_row *rows = NULL;
	size_t count = 0;

	str_add(out, "<section class=\"part\"><header><h2>Results</h2></header>\n");
	if (store_document_list(a->config.store, DOCUMENT_RESULT, NULL, RESULTS_SHOWN,
	                        &rows, &count, NULL) ||
	    count == 0) {
		str_add(out, "<p>Nothing has been measured yet: <code>trilane bench"
		             "</code> does it in a terminal.</p></section>\n");
		return;
	}
	str_add(out, "<div class=\"scroll\"><table><thead><tr>"
	             "<th scope=\"col\">When, UTC</th>"
	             "<th scope=\"col\">Samples a second in training</th>"
	             "<th scope=\"col\">Trust</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < count; i++)
		add_result(out, &rows[i]);
	str_add(out, "</tbody></table></div></section>\n");
	document_rows_free(rows, count);
}

void page_summary(struct api *a, struct str *out)
{
	json_t *report = latest_document(a, DOCUMENT_REPORT);

	if (report) {
		add_verdict(out, report);
		add_findings(out, json_object_get(report, "findings"));
		add_pythons(out, json_object_get(report, "interpreters"));
	} else
		str_add(out, "<h1>This machine has not been looked at yet.</h1>\n"
		             "<p>Load this page again in a moment.</p>\n");
	json_decref(report);
	add_results(a, out);
}
