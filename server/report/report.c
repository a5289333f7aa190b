/* SPDX-License-Identifier: MIT */
/* Building a report: probes fill it, advice judges it. */
#include "trilane/report.h"

#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/facts.h"
#include "trilane/id.h"
#include "trilane/imports.h"
#include "trilane/probes.h"
#include "trilane/version.h"

#include "trilane/banned.h"

#define PROBES_SHARE 0.1 /* of the progress, where imports follow: those take long */

static json_t *begin(const struct source *s, const struct report_options *o)
{
	char id[ID_SIZE], now[CLOCK_DATE_SIZE];
	json_t *report = json_object();

	id_new(id);
	clock_now(now);
	fact_set_string(report, "schema", REPORT_SCHEMA);
	fact_set_string(report, "id", o->id ? o->id : id);
	fact_set_string(report, "taken", s->taken ? s->taken : now);
	fact_set_string(report, "tool.version", trilane_version());
	fact_set_string(report, "tool.build", trilane_build());
	json_object_set_new(report, "machine", json_object());
	json_object_set_new(report, "interpreters", json_array());
	json_object_set_new(report, "findings", json_array());
	return report;
}

/* The part of the whole that the present steps are. */
struct part {
	const struct report_options *options;
	double base, share;
};

static bool on_step(void *context, const char *name, double done)
{
	const struct part *part = context;
	const struct report_options *o = part->options;

	return !o->step || o->step(o->context, name, part->base + part->share * done);
}

/* The import probes tell two names, a report's step has one. */
static bool on_import(void *context, const char *interpreter, const char *probe,
                      double done)
{
	(void)probe;
	return on_step(context, interpreter, done);
}

/* A recording has its own outcomes of imports, which the probes have read. */
static int look(struct source *s, const struct report_options *o, json_t *report,
                struct error *err)
{
	bool imports = o->imports && s->live;
	struct part probing = {o, 0, imports ? PROBES_SHARE : 1};
	struct part importing = {o, PROBES_SHARE, 1 - PROBES_SHARE};
	struct imports_options options = {.step = on_import, .context = &importing};

	if (!probes_run(s, report, on_step, &probing))
		return error_set(err, ERROR_CANCELLED, "cancelled");
	return imports ? imports_run(s, report, &options, err) : 0;
}

/* Findings, verdicts and recommendations of a report that has its facts. */
static void judge(json_t *report, const struct advice *a)
{
	json_t *findings = advice_facts(a, report), *interpreter;
	size_t i;

	json_object_set_new(report, "findings", findings);
	json_array_foreach(json_object_get(report, "interpreters"), i, interpreter)
	{
		json_object_set_new(interpreter, "verdict",
		                    advice_verdict(a, interpreter, findings));
		json_object_set_new(interpreter, "recommendation",
		                    advice_recommendation(a, report, interpreter));
	}
	json_object_set_new(report, "verdict", advice_machine_verdict(a, report));
}

int report_build(struct source *s, const struct report_options *options, json_t **out,
                 struct error *err)
{
	struct advice *own = NULL;
	json_t *report;
	int rc = options->advice ? 0 : advice_new(NULL, &own, err);

	if (rc)
		return rc;
	report = begin(s, options);
	rc = look(s, options, report, err);
	if (!rc)
		judge(report, options->advice ? options->advice : own);
	advice_free(own);
	if (rc)
		json_decref(report);
	else
		*out = report;
	return rc;
}
