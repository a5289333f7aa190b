/* SPDX-License-Identifier: MIT */
/* trilane record: write a redacted recording of this machine into a folder. */
#include <jansson.h>

#include "commands.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/log.h"
#include "trilane/probes.h"
#include "trilane/recorder.h"
#include "trilane/source.h"

#include "trilane/banned.h"

static void record_probes(struct source *s, struct source_recorder *recorder, int *rc,
                          struct error *err)
{
	json_t *report = json_object();

	recorder_attach(recorder, s);
	probes_run(s, report, NULL, NULL);
	*rc = recorder_finish(recorder, fact_get_string(report, "machine.arch"), err);
	json_decref(report);
}

static int run(const void *values, const char *const *arguments, size_t count)
{
	CLEANUP(source_release) struct source s = SOURCE_INIT;
	CLEANUP(redaction_release) struct redaction redaction = REDACTION_INIT;
	struct source_recorder *recorder = NULL;
	struct error err = ERROR_INIT;
	int rc;

	(void)values;
	(void)count;
	redaction_init_live(&redaction);
	rc = source_open_live(&s, &err);
	if (rc == 0)
		rc = recorder_new(&recorder, arguments[0], &redaction, &err);
	if (rc == 0)
		record_probes(&s, recorder, &rc, &err);
	recorder_free(recorder);
	if (rc < 0) {
		log_error("%s", err.text);
		return CLI_EXIT_FAILED;
	}
	log_info("recorded into %s; look it through before you pass it on", arguments[0]);
	return CLI_EXIT_FINE;
}

const struct command command_record = {
	.name = "record",
	.summary = "write a redacted recording of this machine into a folder",
	.arguments = "DIR",
	.arguments_min = 1,
	.arguments_max = 1,
	.details =
		"DIR must be new or empty.  It receives what the probes read: parts of "
		"system files, the names and versions of packages, the first 64 KiB of "
		"programs.  Names of the user, the host and the home folder, serial "
		"numbers and UUIDs are replaced.  `trilane probe --recording DIR` "
		"replays it on any machine.",
	.run = run,
};
