/* SPDX-License-Identifier: MIT */
/*
 * The route table: every endpoint there is.  docs/openapi.json has the same rows, and a
 * test compares the two both ways (docs/adding-an-endpoint.md).
 */
#include "private.h"

#include "trilane/banned.h"

#define V1 "/api/v1"

/* A log of HTTP_LOG_MAX bytes in the longest form that JSON writers give text: "\u00e9"
 * for two bytes. */
enum { DIAGNOSIS_MAX = 3 * HTTP_LOG_MAX + 1024 };

static const struct http_route routes[] = {
	{HTTP_GET, "/", HTTP_VIEW, 0, NULL, get_page},
	{HTTP_GET, "/metrics", HTTP_VIEW, 0, NULL, get_metrics},
	{HTTP_GET, V1, HTTP_VIEW, 0, TYPE_JSON, get_service},
	{HTTP_GET, V1 "/", HTTP_VIEW, 0, TYPE_JSON, get_service},
	{HTTP_POST, V1 "/benchmarks", HTTP_RUN, HTTP_BODY_MAX, TYPE_JSON,
         post_benchmarks},
	{HTTP_GET, V1 "/compare", HTTP_VIEW, 0, TYPE_JSON, get_comparison},
	{HTTP_GET, V1 "/compatibility", HTTP_VIEW, 0, TYPE_JSON, get_compatibility},
	{HTTP_POST, V1 "/diagnoses", HTTP_VIEW, DIAGNOSIS_MAX, TYPE_JSON, post_diagnoses},
	{HTTP_GET, V1 "/events", HTTP_VIEW, 0, TYPE_EVENTS, get_events},
	{HTTP_GET, V1 "/health", HTTP_PUBLIC, 0, TYPE_JSON, get_health},
	{HTTP_GET, V1 "/jobs", HTTP_VIEW, 0, TYPE_JSON, get_jobs},
	{HTTP_GET, V1 "/jobs/{id}", HTTP_VIEW, 0, TYPE_JSON, get_job},
	{HTTP_DELETE, V1 "/jobs/{id}", HTTP_RUN, 0, TYPE_JSON, delete_job},
	{HTTP_GET, V1 "/openapi.json", HTTP_PUBLIC, 0, TYPE_JSON, get_openapi},
	{HTTP_GET, V1 "/probes", HTTP_VIEW, 0, TYPE_JSON, get_probes},
	{HTTP_GET, V1 "/report.md", HTTP_VIEW, 0, TYPE_MARKDOWN, get_report_markdown},
	{HTTP_POST, V1 "/reports", HTTP_RUN, HTTP_BODY_MAX, TYPE_JSON, post_reports},
	{HTTP_GET, V1 "/reports/latest", HTTP_VIEW, 0, TYPE_JSON, get_latest_report},
	{HTTP_GET, V1 "/reports/{id}", HTTP_VIEW, 0, TYPE_JSON, get_report},
	{HTTP_GET, V1 "/results", HTTP_VIEW, 0, TYPE_JSON, get_results},
	{HTTP_GET, V1 "/results/{id}", HTTP_VIEW, 0, NULL, get_result},
	{HTTP_GET, V1 "/rules", HTTP_VIEW, 0, TYPE_JSON, get_rules},
	{HTTP_GET, V1 "/rules/{id}", HTTP_VIEW, 0, TYPE_JSON, get_rule},
	{HTTP_DELETE, V1 "/session", HTTP_PUBLIC, 0, NULL, delete_session},
};

const struct http_route *api_routes(size_t *count)
{
	*count = sizeof(routes) / sizeof(routes[0]);
	return routes;
}
