/* SPDX-License-Identifier: MIT */
/*
 * /metrics: what is known already, in Prometheus' text format 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/).  A scrape reads the
 * store and the queue; it starts nothing.
 */
#include <string.h>

#include "private.h"
#include "trilane/clock.h"
#include "trilane/version.h"

#include "trilane/banned.h"

static void add_metric(struct str *out, const char *name, const char *help)
{
	str_addf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

/* A label's value: backslash, quote and newline are escaped. */
static void add_label(struct str *out, const char *text)
{
	for (; text && *text; text++) {
		if (*text == '\n')
			str_add(out, "\\n");
		else if (*text == '"' || *text == '\\')
			str_addf(out, "\\%c", *text);
		else
			str_add_char(out, *text);
	}
}

static void add_build(struct str *out)
{
	add_metric(out, "trilane_build_info", "The version of this program.");
	str_add(out, "trilane_build_info{version=\"");
	add_label(out, trilane_version());
	str_add(out, "\"} 1\n");
}

static void add_jobs(struct api *a, struct str *out)
{
	unsigned waiting, running;

	jobs_counts(a->config.jobs, &waiting, &running);
	add_metric(out, "trilane_jobs", "Jobs that wait or run.");
	str_addf(
		out,
		"trilane_jobs{state=\"queued\"} %u\ntrilane_jobs{state=\"running\"} %u\n",
		waiting, running);
}

static void add_throughput(struct str *out, const json_t *result)
{
	json_t *lane, *model;
	size_t i, j;

	add_metric(out, "trilane_training_samples_per_second",
	           "Training throughput of the latest result.");
	json_array_foreach(json_object_get(result, "lanes"), i, lane)
		json_array_foreach(json_object_get(lane, "models"), j, model)
	{
		const json_t *value = json_object_get(model, "samples_per_second");

		if (!json_is_number(value))
			continue;
		str_add(out, "trilane_training_samples_per_second{lane=\"");
		add_label(out, json_string_value(json_object_get(lane, "lane")));
		str_add(out, "\",model=\"");
		add_label(out, json_string_value(json_object_get(model, "model")));
		str_addf(out, "\"} %.6g\n", json_number_value(value));
	}
}

static void add_findings(struct str *out, const json_t *report)
{
	static const char *const severities[] = {"blocker", "warning", "hint", "info"};
	json_t *finding;
	size_t i;

	add_metric(out, "trilane_findings", "Findings of the latest report.");
	for (size_t s = 0; s < 4; s++) {
		unsigned count = 0;

		json_array_foreach(json_object_get(report, "findings"), i, finding)
			count += text_equal(
				severities[s],
				json_string_value(json_object_get(finding, "severity")));
		str_addf(out, "trilane_findings{severity=\"%s\"} %u\n", severities[s],
		         count);
	}
}

static void add_time(struct str *out, const json_t *report)
{
	const char *taken = json_string_value(json_object_get(report, "taken"));
	int64_t ms;

	if (!taken || !clock_parse(taken, &ms))
		return;
	add_metric(out, "trilane_report_taken_timestamp_seconds",
	           "When the latest report was taken.");
	str_addf(out, "trilane_report_taken_timestamp_seconds %.3f\n", (double)ms / 1e3);
}

HANDLER(get_metrics)
{
	struct api *a = context;
	json_t *result = latest_document(a, DOCUMENT_RESULT);
	json_t *report = latest_document(a, DOCUMENT_REPORT);

	(void)request;
	add_build(&r->body);
	add_jobs(a, &r->body);
	if (result)
		add_throughput(&r->body, result);
	if (report) {
		add_findings(&r->body, report);
		add_time(&r->body, report);
	}
	json_decref(result);
	json_decref(report);
	r->type = "text/plain; version=0.0.4; charset=utf-8";
	return 200;
}
