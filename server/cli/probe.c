/* SPDX-License-Identifier: MIT */
/* trilane probe: look at this machine, or at a recording of one, and print the report. */
#include <stdio.h>
#include <unistd.h>

#include "commands.h"
#include "report_page.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/finding.h"
#include "trilane/log.h"
#include "trilane/platform.h"
#include "trilane/report.h"
#include "trilane/source.h"

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

static void print(const json_t *report, bool json)
{
	CLEANUP_FREE char *text = NULL;
	CLEANUP(str_release) struct str page = STR_INIT;

	if (json) {
		text = document_text(report, true);
		puts(text);
		return;
	}
	report_page(report, platform_terminal_has_colours(STDOUT_FILENO), &page);
	fputs(page.data, stdout);
}

static int run(const void *values, const char *const *arguments, size_t count)
{
	const struct probe_values *v = values;
	CLEANUP(source_release) struct source s = SOURCE_INIT;
	struct error err = ERROR_INIT;
	enum severity worst;
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
	rc = report_build(&s, &(struct report_options){.imports = v->imports}, &report,
	                  &err);
	if (rc < 0) {
		log_error("%s", err.text);
		return CLI_EXIT_FAILED;
	}
	print(report, v->json);
	rc = findings_worst(json_object_get(report, "findings"), &worst) &&
	                     worst == SEVERITY_BLOCKER
	             ? CLI_EXIT_FINDINGS
	             : CLI_EXIT_FINE;
	json_decref(report);
	return rc;
}

const struct command command_probe = {
	.name = "probe",
	.summary = "look at the machine and every Python on it",
	.options = options,
	.values_size = sizeof(struct probe_values),
	.details =
		"Files and headers are read; no interpreter is started unless --imports "
		"is given.  The exit code is 1 if a finding is a blocker.",
	.run = run,
};
