/* SPDX-License-Identifier: MIT */
/* trilane report: the report, without names, to paste into a bug report. */
#include <stdio.h>

#include "commands.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/log.h"
#include "trilane/redact.h"
#include "trilane/report.h"
#include "trilane/source.h"

#include "trilane/banned.h"

struct report_values {
	const char *recording;
	bool json;
	bool markdown;
	bool imports;
};

static const struct option_row options[] = {
	{"imports", OPTION_FLAG, offsetof(struct report_values, imports),
         .help = "also import TensorFlow in each interpreter, guarded"},
	{"json", OPTION_FLAG, offsetof(struct report_values, json), .help = "print JSON"},
	{"markdown", OPTION_FLAG, offsetof(struct report_values, markdown),
         .help = "print Markdown (what it does without an option)"},
	{"recording", OPTION_STRING, offsetof(struct report_values, recording), "DIR",
         .help = "report on the recorded machine in DIR"},
	{.name = NULL},
};

static void print(json_t *report, const struct source *s, bool json)
{
	CLEANUP(redaction_release) struct redaction r = REDACTION_INIT;

	if (s->live)
		redaction_init_live(&r);
	else
		redaction_init(&r, NULL, NULL, s->home);
	if (json) {
		report_redact(report, &r);
		CLEANUP_FREE char *text = document_text(report, true);
		puts(text);
	} else {
		CLEANUP(str_release) struct str text = STR_INIT;

		report_markdown(report, &r, &text);
		fputs(text.data, stdout);
	}
}

static int run(const void *values, const char *const *arguments, size_t count)
{
	const struct report_values *v = values;
	CLEANUP(source_release) struct source s = SOURCE_INIT;
	struct report_options o = REPORT_OPTIONS_INIT;
	struct error err = ERROR_INIT;
	json_t *report = NULL;
	int rc;

	(void)arguments;
	(void)count;
	if (v->json && v->markdown) {
		log_error("--json and --markdown exclude each other");
		return CLI_EXIT_USAGE;
	}
	o.imports = v->imports;
	rc = v->recording ? source_open_recording(&s, v->recording, &err)
	                  : source_open_live(&s, &err);
	if (!rc)
		rc = report_build(&s, &o, &report, &err);
	if (rc) {
		log_error("%s", err.text);
		return CLI_EXIT_FAILED;
	}
	print(report, &s, v->json);
	json_decref(report);
	return CLI_EXIT_FINE;
}

const struct command command_report = {
	.name = "report",
	.summary = "print a report without names, to paste into a bug report",
	.options = options,
	.values_size = sizeof(struct report_values),
	.details =
		"User, host and home folder are taken out, in JSON too.  Nothing leaves "
		"the machine: read it before you paste it.",
	.run = run,
};
