/* SPDX-License-Identifier: MIT */
/*
 * A report as Markdown.  Whatever came from the machine goes through add_text(); commands
 * stand in fenced blocks.
 */
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/finding.h"
#include "trilane/report.h"

#include "trilane/banned.h"

enum { FINDINGS_SHOWN = 100, INTERPRETERS_SHOWN = 200 };

static void add_text(const char *text, struct str *out)
{
	if (text)
		str_add_markdown(out, text);
}

static void add_member(const json_t *object, const char *path, struct str *out)
{
	const json_t *value = fact_get(object, path);

	if (json_is_string(value))
		add_text(json_string_value(value), out);
	else if (json_is_integer(value))
		str_addf(out, "%lld", (long long)json_integer_value(value));
	else
		str_add(out, "not known");
}

static void add_list(const json_t *list, struct str *out)
{
	size_t i;
	const json_t *item;

	if (json_array_size(list) == 0)
		str_add(out, "not known");
	json_array_foreach(list, i, item)
	{
		str_add(out, i ? ", " : "");
		add_text(json_string_value(item), out);
	}
}

/* The members of OBJECT at up to three PATHS that are known, as one row of the table; no
 * row if none is. */
static void add_row(const char *label, const json_t *object, const char *const paths[3],
                    struct str *out)
{
	bool begun = false;

	for (size_t i = 0; i < 3 && paths[i]; i++) {
		const json_t *value = fact_get(object, paths[i]);

		if (!json_is_string(value) && !json_is_integer(value))
			continue;
		if (begun)
			str_add_char(out, ' ');
		else
			str_addf(out, "| %s | ", label);
		add_member(object, paths[i], out);
		begun = true;
	}
	if (begun)
		str_add(out, " |\n");
}

static void add_machine(const json_t *report, struct str *out)
{
	static const struct {
		const char *label, *paths[3];
	} rows[] = {
		{"System", {"os.name", "os.version", "os.build"}},
		{"Kernel", {"kernel"}},
		{"Model", {"model_name", "model"}},
		{"Chip", {"chip", "arch"}},
		{"Cores", {"cores.total"}},
		{"Translator", {"translator.kind"}},
		{"Container", {"container.kind"}},
	};
	const json_t *machine = fact_get(report, "machine"), *gpu;
	json_int_t bytes;
	size_t i;

	str_add(out, "## Machine\n\n| | |\n|---|---|\n");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		add_row(rows[i].label, machine, rows[i].paths, out);
	if (fact_get_integer(machine, "memory.total_bytes", &bytes))
		str_addf(out, "| Memory | %.1f GiB |\n",
		         (double)bytes / (1024.0 * 1024 * 1024));
	json_array_foreach(fact_get(machine, "gpus"), i, gpu)
		add_row("GPU", gpu, (const char *const[3]){"name", "api"}, out);
	str_add_char(out, '\n');
}

static void add_interpreters(const json_t *report, struct str *out)
{
	const json_t *one;
	size_t i;

	str_add(out, "## Pythons\n\n| path | version | architecture | TensorFlow | "
	             "Metal plugin | verdict |\n|---|---|---|---|---|---|\n");
	json_array_foreach(json_object_get(report, "interpreters"), i, one)
	{
		if (i == INTERPRETERS_SHOWN)
			break;
		str_add(out, "| ");
		add_member(one, "path", out);
		str_add(out, " | ");
		add_member(one, "version", out);
		str_add(out, " | ");
		add_list(fact_get(one, "archs"), out);
		str_add(out, " | ");
		if (fact_get(one, "tensorflow"))
			add_member(one, "tensorflow.version", out);
		str_add(out, " | ");
		if (fact_get(one, "plugin"))
			add_member(one, "plugin.version", out);
		str_add(out, " | ");
		add_text(fact_get_string(one, "verdict.state"), out);
		str_add(out, " |\n");
	}
	str_add_char(out, '\n');
}

/* A command must not end its block: none of ours holds three backticks, a path may. */
static void add_commands(const json_t *commands, struct str *out)
{
	const json_t *command;
	size_t i;

	if (json_array_size(commands) == 0)
		return;
	str_add(out, "\n````sh\n");
	json_array_foreach(commands, i, command)
	{
		for (const char *p = json_string_value(command); p && *p; p++)
			str_add_char(out,
			             (unsigned char)*p < 0x20 || *p == '`' ? ' ' : *p);
		str_add_char(out, '\n');
	}
	str_add(out, "````\n");
}

static void add_evidence(const json_t *evidence, struct str *out)
{
	const json_t *item;
	size_t i;

	json_array_foreach(evidence, i, item)
	{
		str_add(out, "- ");
		add_member(item, "what", out);
		str_add(out, ": ");
		add_member(item, "value", out);
		str_add(out, " (");
		add_member(item, "source", out);
		str_add(out, ")\n");
	}
}

/* The subject, and those of the findings that are like it. */
static void add_subjects(const json_t *finding, const json_t *findings, struct str *out)
{
	const char *between = "";
	const json_t *other;
	size_t i;

	json_array_foreach(findings, i, other)
	{
		if (!findings_alike(finding, other))
			continue;
		str_add(out, between);
		add_member(other, "subject", out);
		between = "; ";
	}
}

static void add_finding(const json_t *finding, const json_t *findings, struct str *out)
{
	const json_t *reference;
	size_t i;

	str_addf(out, "### %s: ", severity_name(finding_severity(finding)));
	add_member(finding, "title", out);
	str_add(out, "\n\nAbout: ");
	add_subjects(finding, findings, out);
	str_add(out, ". Cause: ");
	add_member(finding, "cause", out);
	str_add(out, ".\n\n");
	add_member(finding, "explanation", out);
	str_add(out, "\n\n");
	add_evidence(json_object_get(finding, "evidence"), out);
	str_add(out, "\n**What to do:** ");
	add_member(finding, "remedy.text", out);
	str_add_char(out, '\n');
	add_commands(fact_get(finding, "remedy.commands"), out);
	str_add_char(out, '\n');
	json_array_foreach(json_object_get(finding, "references"), i, reference)
	{
		str_add(out, "- ");
		add_member(reference, "title", out);
		str_addf(out, ": <%s>\n", fact_get_string(reference, "url"));
	}
	str_add_char(out, '\n');
}

void report_markdown(const json_t *report, const struct redaction *redaction,
                     struct str *out)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const json_t *findings = json_object_get(report, "findings"), *finding;
	size_t i;

	str_add(&text, "# TensorFlow on this machine\n\n");
	add_member(report, "verdict.sentence", &text);
	str_add_char(&text, ' ');
	add_member(report, "verdict.next", &text);
	str_add(&text, "\n\nTaken ");
	add_member(report, "taken", &text);
	str_add(&text, " by trilane ");
	add_member(report, "tool.version", &text);
	str_add(&text, ".\n\n");
	add_machine(report, &text);
	add_interpreters(report, &text);
	str_add(&text, "## Findings\n\n");
	if (json_array_size(findings) == 0)
		str_add(&text, "None.\n");
	json_array_foreach(findings, i, finding)
	{
		if (i < FINDINGS_SHOWN && !finding_repeats(findings, i))
			add_finding(finding, findings, &text);
	}
	if (redaction)
		redact_str(redaction, &text);
	str_add_n(out, text.data, text.len);
}
