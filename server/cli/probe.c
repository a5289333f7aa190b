/* SPDX-License-Identifier: MIT */
/* trilane probe: look at this machine, or at a recording of one, and print the report. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "commands.h"
#include "report_page.h"
#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/facts.h"
#include "trilane/id.h"
#include "trilane/imports.h"
#include "trilane/log.h"
#include "trilane/platform.h"
#include "trilane/probes.h"
#include "trilane/source.h"
#include "trilane/version.h"

#include "trilane/banned.h"

struct probe_values {
	const char *recording;
	bool json;
	bool imports;
};

static const struct option_row options[] = {
	{"imports", OPTION_FLAG, offsetof(struct probe_values, imports),
         .help = "also import TensorFlow in each interpreter, guarded, to see what "
                 "happens"},
	{"json", OPTION_FLAG, offsetof(struct probe_values, json),
         .help = "print the report as JSON"},
	{"recording", OPTION_STRING, offsetof(struct probe_values, recording), "DIR",
         .help = "read the recorded machine in DIR instead of this one"},
	{.name = NULL},
};

static json_t *build(struct source *s, bool imports)
{
	char id[ID_SIZE], taken[CLOCK_DATE_SIZE];
	json_t *report = json_object();

	id_new(id);
	clock_now(taken);
	json_object_set_new(report, "schema", json_string(REPORT_SCHEMA));
	json_object_set_new(report, "id", json_string(id));
	json_object_set_new(report, "taken", json_string(s->taken ? s->taken : taken));
	json_object_set_new(report, "tool",
	                    json_pack("{s:s, s:s}", "version", trilane_version(), "build",
	                              trilane_build()));
	json_object_set_new(report, "interpreters", json_array());
	json_object_set_new(report, "findings", json_array());
	probes_run(s, report, NULL, NULL);
	/* A recording's are in it already. */
	if (imports && s->live)
		imports_run(s, report, NULL, NULL);
	return report;
}

static void print(const json_t *report, bool json)
{
	CLEANUP_FREE char *text = NULL;
	CLEANUP(str_release) struct str page = STR_INIT;

	if (json) {
		text = document_text(report, true);
		puts(text);
		return;
	}
	report_page(report, isatty(STDOUT_FILENO) && !getenv("NO_COLOR"), &page);
	fputs(page.data, stdout);
}

static int run(const void *values, const char *const *arguments, size_t count)
{
	const struct probe_values *v = values;
	CLEANUP(source_release) struct source s = SOURCE_INIT;
	struct error err = ERROR_INIT;
	json_t *report;
	int rc;

	(void)arguments;
	(void)count;
	rc = v->recording ? source_open_recording(&s, v->recording, &err)
	                  : source_open_live(&s, &err);
	if (rc < 0) {
		log_error("%s", err.text);
		return CLI_EXIT_FAILED;
	}
	report = build(&s, v->imports);
	print(report, v->json);
	json_decref(report);
	return CLI_EXIT_FINE;
}

const struct command command_probe = {
	.name = "probe",
	.summary = "look at the machine and every Python on it",
	.options = options,
	.values_size = sizeof(struct probe_values),
	.details =
		"Files and headers are read; no interpreter is started unless --imports "
		"is "
		"given.  The exit code is 1 if there is a finding of severity blocker.",
	.run = run,
};
