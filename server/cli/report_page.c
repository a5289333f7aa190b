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

static void finding_part(struct page *p, const json_t *finding)
{
	static const enum page_style styles[] = {PAGE_RED, PAGE_YELLOW, PAGE_DIM,
	                                         PAGE_DIM};
	enum severity severity = finding_severity(finding);
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *subject = fact_get_string(finding, "subject");
	const char *remedy = fact_get_string(finding, "remedy.text");
	const char *title = fact_get_string(finding, "title");
	const json_t *command;
	size_t i;

	str_addf(p->out, "%*s", INDENT, "");
	page_styled(p, styles[severity], severity_name(severity));
	str_add(p->out, ": ");
	page_add_text(&text, title ? title : "?");
	page_paragraph(p, text.data, INDENT + strlen(severity_name(severity)) + 2);
	if (subject && !text_equal(subject, "machine")) {
		str_add(p->out, "    in ");
		page_add_text(p->out, subject);
		str_add_char(p->out, '\n');
	}
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
	json_array_foreach(findings, i, finding) finding_part(p, finding);
	str_add(p->out, "\n`trilane diagnose` explains them.\n");
}

void report_page(const json_t *report, bool colour, struct str *out)
{
	struct page p = {.report = report, .colour = colour, .out = out};
	const json_t *pythons = fact_get(report, "interpreters");
	const char *sentence = page_fact(&p, "verdict.sentence");
	const json_t *python;
	size_t i;

	if (sentence) {
		CLEANUP(str_release) struct str text = STR_INIT;

		page_add_text(&text, sentence);
		page_paragraph(&p, text.data, 0);
	}
	page_machine(&p);
	page_heading(&p, "Pythons");
	json_array_foreach(pythons, i, python) interpreter_part(&p, python);
	if (json_array_size(pythons) == 0)
		str_add(out, "  none found\n");
	findings_part(&p);
}
