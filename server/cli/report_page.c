/* SPDX-License-Identifier: MIT */
/* The report as a page for a terminal: verdict, machine, each interpreter, findings. */
#include <string.h>

#include "page.h"
#include "report_page.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/finding.h"

#include "trilane/banned.h"

enum { INDENT = 2 };

static enum page_style style_of(const char *state)
{
	if (text_equal(state, "ready"))
		return PAGE_GREEN;
	if (text_equal(state, "broken"))
		return PAGE_RED;
	return text_equal(state, "works-with-limits") ? PAGE_YELLOW : PAGE_DIM;
}

static bool has_tensorflow(const json_t *python)
{
	return !text_equal(fact_get_string(python, "verdict.state"), "no-tensorflow");
}

/* "3.11.9, arm64, conda; tensorflow 2.16.2, plugin apple 1.1.0" */
static void add_stack(const json_t *python, struct str *text)
{
	const json_t *tensorflow = fact_get(python, "tensorflow");
	const json_t *plugin = fact_get(python, "plugin");
	const json_t *arch;
	size_t i;

	page_comma(text, fact_get_string(python, "version"));
	json_array_foreach(fact_get(python, "archs"), i, arch)
		page_comma(text, json_string_value(arch));
	page_comma(text, fact_get_string(python, "kind"));
	if (tensorflow) {
		const char *package = fact_get_string(tensorflow, "package");
		const char *version = fact_get_string(tensorflow, "version");

		page_comma(text, package ? package : "tensorflow");
		if (version) {
			str_add_char(text, ' ');
			page_add_text(text, version);
		}
	}
	if (plugin) {
		const char *version = fact_get_string(plugin, "version");

		page_comma(text, "Metal plugin");
		if (version) {
			str_add_char(text, ' ');
			page_add_text(text, version);
		}
	}
}

/* Path and kind on one line where they fit, else on two. */
static void plain_python(struct page *p, const json_t *python)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str stack = STR_INIT;
	const char *where = fact_get_string(python, "path");

	page_add_text(&path, where ? where : "?");
	add_stack(python, &stack);
	str_addf(p->out, "%*s%s", INDENT * 2, "", path.data);
	if (INDENT * 2 + path.len + 2 + stack.len > PAGE_COLUMNS)
		str_addf(p->out, "\n%*s", INDENT * 3, "");
	else
		str_add(p->out, "  ");
	page_styled(p, PAGE_DIM, stack.len > 0 ? stack.data : "");
	str_add_char(p->out, '\n');
}

static void interpreter_part(struct page *p, const json_t *python)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str stack = STR_INIT;
	CLEANUP(str_release) struct str sentence = STR_INIT;
	const char *state = fact_get_string(python, "verdict.state");
	const char *said = fact_get_string(python, "verdict.sentence");

	page_add_text(&path, fact_get_string(python, "path")
	                             ? fact_get_string(python, "path")
	                             : "?");
	add_stack(python, &stack);
	str_addf(p->out, "%*s", INDENT, "");
	page_styled(p, PAGE_BOLD, path.data);
	str_addf(p->out, "\n%*s", INDENT * 2, "");
	page_paragraph(p, stack.data, INDENT * 2);
	if (!state)
		return;
	str_addf(p->out, "%*s", INDENT * 2, "");
	page_styled(p, style_of(state), state);
	str_add(p->out, said ? ": " : "\n");
	if (said) {
		page_add_text(&sentence, said);
		page_paragraph(p, sentence.data, INDENT * 2 + strlen(state) + 2);
	}
}

/* Pythons without TensorFlow have nothing to tell but themselves: a line each, after the
 * others. */
static void pythons_part(struct page *p, const json_t *pythons)
{
	const json_t *python;
	bool with = false;
	size_t i;

	page_heading(p, "Pythons");
	json_array_foreach(pythons, i, python)
	{
		if (has_tensorflow(python)) {
			interpreter_part(p, python);
			with = true;
		}
	}
	json_array_foreach(pythons, i, python)
	{
		if (has_tensorflow(python))
			continue;
		if (with)
			str_add(p->out, "  without TensorFlow:\n");
		with = false;
		plain_python(p, python);
	}
	if (json_array_size(pythons) == 0)
		str_add(p->out, "  none found\n");
}

/* "in X", and below it the others of which the same is true. */
static void add_subjects(struct page *p, const json_t *finding)
{
	const json_t *findings = fact_get(p->report, "findings"), *other;
	const char *word = "in";
	size_t i;

	json_array_foreach(findings, i, other)
	{
		const char *subject = fact_get_string(other, "subject");

		if (!findings_alike(finding, other) || text_equal(subject, "machine"))
			continue;
		str_addf(p->out, "    %s ", word);
		page_add_text(p->out, subject ? subject : "?");
		str_add_char(p->out, '\n');
		word = "and in";
	}
}

static void finding_part(struct page *p, const json_t *finding)
{
	static const enum page_style styles[] = {PAGE_RED, PAGE_YELLOW, PAGE_DIM,
	                                         PAGE_DIM};
	enum severity severity = finding_severity(finding);
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *remedy = fact_get_string(finding, "remedy.text");
	const char *title = fact_get_string(finding, "title");
	const json_t *command;
	size_t i;

	str_addf(p->out, "%*s", INDENT, "");
	page_styled(p, styles[severity], severity_name(severity));
	str_add(p->out, ": ");
	page_add_text(&text, title ? title : "?");
	page_paragraph(p, text.data, INDENT + strlen(severity_name(severity)) + 2);
	add_subjects(p, finding);
	str_clear(&text);
	page_add_text(&text, remedy ? remedy : "");
	if (text.len > 0) {
		str_add(p->out, "    ");
		page_paragraph(p, text.data, 4);
	}
	json_array_foreach(fact_get(finding, "remedy.commands"), i, command)
	{
		str_add(p->out, "      $ ");
		page_add_text(p->out, json_string_value(command));
		str_add_char(p->out, '\n');
	}
}

static void findings_part(struct page *p)
{
	const json_t *findings = fact_get(p->report, "findings");
	const json_t *finding;
	size_t i;

	if (json_array_size(findings) == 0)
		return;
	page_heading(p, "Findings");
	json_array_foreach(findings, i, finding)
	{
		if (!finding_repeats(findings, i))
			finding_part(p, finding);
	}
	str_add(p->out, "\n`trilane diagnose` explains them.\n");
}

void report_page(const json_t *report, bool colour, struct str *out)
{
	struct page p = {.report = report, .colour = colour, .out = out};
	const char *sentence = page_fact(&p, "verdict.sentence");

	if (sentence) {
		CLEANUP(str_release) struct str text = STR_INIT;

		page_add_text(&text, sentence);
		page_paragraph(&p, text.data, 0);
	}
	page_machine(&p);
	pythons_part(&p, fact_get(report, "interpreters"));
	findings_part(&p);
}
