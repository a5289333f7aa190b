/* SPDX-License-Identifier: MIT */
/* The service itself: what it is, that it lives, and its description. */
#include <stdio.h>

#include "private.h"
#include "trilane/benchmark.h"
#include "trilane/jobs.h"
#include "trilane/platform.h"
#include "trilane/probes.h"
#include "trilane/spec.h"
#include "trilane/version.h"

#include "trilane/banned.h"

extern const struct embedded_file api_documents[];
extern const size_t api_documents_count;

static json_t *links(void)
{
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
		"self", "/api/v1/", "openapi", "/api/v1/openapi.json", "health",
		"/api/v1/health", "probes", "/api/v1/probes", "benchmarks",
		"/api/v1/benchmarks", "reports", "/api/v1/reports", "latest_report",
		"/api/v1/reports/latest", "results", "/api/v1/results", "jobs",
		"/api/v1/jobs", "events", "/api/v1/events", "diagnoses",
		"/api/v1/diagnoses", "rules", "/api/v1/rules", "session",
		"/api/v1/session", "metrics", "/metrics");
}

static json_t *limits(void)
{
	return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "body_bytes",
	                 HTTP_BODY_MAX, "log_bytes", HTTP_LOG_MAX, "streams",
	                 HTTP_STREAMS, "connections", HTTP_CONNECTIONS, "waiting_jobs",
	                 JOBS_WAITING, "page", PAGE_MAX, "batch", SPEC_BATCH_MAX,
	                 "epochs", SPEC_EPOCHS_MAX, "blocks", SPEC_BLOCKS_MAX);
}

static json_t *data_sets(const struct api *a)
{
	const struct datasets *sets = a->config.benchmark->datasets;
	json_t *names = json_pack("[s]", SPEC_DATA_BUILT_IN);

	for (size_t i = 0; sets && i < sets->count; i++)
		json_array_append_new(names, json_string(sets->items[i].name));
	return names;
}

HANDLER(get_service)
{
	json_t *schemas = json_pack("{s:s, s:s, s:s}", "report", REPORT_SCHEMA, "result",
	                            RESULT_SCHEMA, "diagnosis", DIAGNOSIS_SCHEMA);

	return reply_json(
		r, 200,
		json_pack(
			"{s:s, s:s, s:{s:s, s:s}, s:s, s:s, s:o, s:o, s:o, s:o, s:o, "
			"s:s?}",
			"name", "trilane", "version", trilane_version(), "tool",
			"version", trilane_version(), "build", trilane_build(), "os",
			platform_os(), "arch", platform_arch(), "schemas", schemas,
			"links", links(), "limits", limits(), "data", data_sets(context),
			"lanes",
			benchmark_lanes(((const struct api *)context)->config.benchmark),
			"role", request->who[0] ? request->who : NULL));
}

HANDLER(get_health)
{
	(void)context;
	(void)request;
	r->type = TYPE_JSON;
	str_add(&r->body, "{\"status\":\"ok\"}\n");
	return 200;
}

HANDLER(get_openapi)
{
	const struct embedded_file *file =
		embedded_find(api_documents, api_documents_count, "openapi.json");

	(void)context;
	(void)request;
	r->type = TYPE_JSON;
	r->file = file;
	r->cache = "no-cache";
	snprintf(r->etag, sizeof(r->etag), "%.32s", file->sha256);
	return 200;
}

/* The cookie is the token itself: a program's token stays what it is. */
HANDLER(delete_session)
{
	(void)context;
	(void)request;
	http_sign_out(r);
	return 204;
}

HANDLER(get_probes)
{
	json_t *rows = json_array();

	(void)context;
	(void)request;
	for (size_t i = 0; i < probes_count; i++)
		json_array_append_new(rows, json_pack("{s:s, s:s}", "name",
		                                      probes_table[i].name, "summary",
		                                      probes_table[i].summary));
	return reply_json(r, 200, json_pack("{s:o}", "probes", rows));
}
