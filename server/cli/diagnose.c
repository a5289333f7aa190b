/* SPDX-License-Identifier: MIT */
/* trilane diagnose: from a log, or from the machine's facts, to causes and remedies. */
#include <stdio.h>
#include <unistd.h>

#include "commands.h"
#include "trilane/advice.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/finding.h"
#include "trilane/log.h"
#include "trilane/report.h"
#include "trilane/source.h"

#include "findings_page.h"
#include "input.h"
#include "trilane/banned.h"

struct diagnose_values {
	const char *recording;
	const char *rules;
	const char *fail_on;
	bool here;
	bool json;
};

static const struct diagnose_values defaults = {.fail_on = "blocker"};

static const struct option_row options[] = {
	{"fail-on", OPTION_CHOICE, offsetof(struct diagnose_values, fail_on),
         .help = "exit with 1 from this severity on (blocker)",
         .choices = "blocker|warning|hint|info"},
	{"here", OPTION_FLAG, offsetof(struct diagnose_values, here),
         .help = "the log is from this machine: let its facts join in"},
	{"json", OPTION_FLAG, offsetof(struct diagnose_values, json),
         .help = "print JSON"},
	{"recording", OPTION_STRING, offsetof(struct diagnose_values, recording), "DIR",
         .help = "judge the recorded machine in DIR; a log is then from there"},
	{"rules", OPTION_STRING, offsetof(struct diagnose_values, rules), "DIR",
         .help = "add the rules in DIR (*.json)"},
	{.name = NULL},
};

/* The log: a file, or standard input unless it is a terminal.  Longer ones are cut. */
static int read_log(const char *path, struct str *log, struct error *err)
{
	bool cut;

	if (!path && isatty(STDIN_FILENO))
		return 0;
	return input_read(path ? path : "-", ADVICE_LOG_MAX, log, &cut, err);
}

static int take_report(const struct diagnose_values *v, const struct advice *a,
                       json_t **report, struct error *err)
{
	CLEANUP(source_release) struct source s = SOURCE_INIT;
	struct report_options o = REPORT_OPTIONS_INIT;
	int rc = v->recording ? source_open_recording(&s, v->recording, err)
	                      : source_open_live(&s, err);

	o.advice = a;
	return rc ? rc : report_build(&s, &o, report, err);
}

static int print(const json_t *diagnosis, const struct diagnose_values *v)
{
	const json_t *findings = json_object_get(diagnosis, "findings");
	enum severity worst, level;

	if (v->json) {
		CLEANUP_FREE char *text = document_text(diagnosis, true);

		puts(text);
	} else {
		CLEANUP(str_release) struct str page = STR_INIT;

		findings_page(diagnosis, &page);
		fputs(page.data, stdout);
	}
	severity_parse(v->fail_on, &level);
	return findings_worst(findings, &worst) && worst <= level ? CLI_EXIT_FINDINGS
	                                                          : CLI_EXIT_FINE;
}

static int diagnose(const struct diagnose_values *v, const struct advice *a,
                    const struct str *log, struct error *err)
{
	json_t *list = advice_read_list(a, log->data, log->len);
	json_t *report = NULL, *diagnosis;
	int rc = 0;

	/* a list of requirements is meant for a machine, a log may be from another */
	if (v->recording || v->here || text_is_blank(log->data, log->len) || list)
		rc = take_report(v, a, &report, err);
	if (!rc) {
		diagnosis = list ? advice_list_diagnosis(a, list, report)
		                 : advice_log_diagnosis(a, log->data, log->len, report);
		rc = print(diagnosis, v);
		json_decref(diagnosis);
	}
	json_decref(list);
	json_decref(report);
	return rc;
}

static int run(const void *values, const char *const *arguments, size_t count)
{
	const struct diagnose_values *v = values;
	CLEANUP(str_release) struct str log = STR_INIT;
	struct error err = ERROR_INIT;
	struct advice *a = NULL;
	int rc = read_log(count ? arguments[0] : NULL, &log, &err);

	if (!rc)
		rc = advice_new(v->rules, &a, &err);
	if (!rc)
		rc = diagnose(v, a, &log, &err);
	advice_free(a);
	if (rc < 0) {
		log_error("%s", err.text);
		return CLI_EXIT_FAILED;
	}
	return rc;
}

const struct command command_diagnose = {
	.name = "diagnose",
	.summary = "find causes in an error log, a requirements file or this machine",
	.arguments = "[LOGFILE]",
	.arguments_max = 1,
	.options = options,
	.values_size = sizeof(struct diagnose_values),
	.defaults = &defaults,
	.details =
		"The log comes from LOGFILE (- is standard input), or from standard "
		"input when that is not a terminal.  Without a log (or with an empty "
		"one) the facts alone are judged.  The log is judged by itself unless "
		"--here or --recording says "
		"which machine it is from.  A list of requirements (requirements.txt, "
		"environment.yml, pyproject.toml, Pipfile) is known by its content and "
		"judged for this machine, or the recorded one.",
	.run = run,
};
