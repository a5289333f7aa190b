/* SPDX-License-Identifier: MIT */
/*
 * What the rules have to say: about a log, and about themselves.  A diagnosis stores
 * nothing.  The latest report joins in when the log is said to be from this machine, and
 * when there is no log: then it alone is judged.
 */
#include "trilane/advice.h"

#include "private.h"

#include "trilane/banned.h"

/* The log of {"log": "…", "this_machine": true}: borrowed from BODY. */
static unsigned read_log(const json_t *body, const char **log, size_t *n,
                         struct http_response *r)
{
	const json_t *value = json_object_get(body, "log");
	const json_t *here = json_object_get(body, "this_machine");

	if (json_object_size(body) != (here ? 2 : 1) || !json_is_string(value) ||
	    (here && !json_is_boolean(here)))
		return reply_invalid(r,
		                     "The body has the members log, a string, and, if "
		                     "wanted, this_machine, true or false.",
		                     NULL);
	*log = json_string_value(value);
	*n = json_string_length(value);
	if (*n > HTTP_LOG_MAX)
		return http_problem(r, 413, "log-too-large", "A log is at most 1 MiB.",
		                    "Send the part around the first error.");
	return 0;
}

HANDLER(post_diagnoses)
{
	struct api *a = context;
	json_t *body = NULL, *report;
	const char *log = NULL;
	size_t n = 0;
	const char *key;
	unsigned status = read_key(request, &key, r);

	if (status == 0)
		status = read_object_nul(request, &body, r);
	if (status)
		return status;
	status = read_log(body, &log, &n, r);
	if (status == 0) {
		report = n == 0 || json_is_true(json_object_get(body, "this_machine"))
		                 ? latest_document(a, DOCUMENT_REPORT)
		                 : NULL;
		status = reply_json(r, 200,
		                    advice_diagnosis(a->config.advice, log, n, report));
		json_decref(report);
	}
	json_decref(body);
	return status;
}

HANDLER(get_rules)
{
	struct api *a = context;

	(void)request;
	r->cache = "no-cache";
	reply_json(r, 200, json_pack("{s:o}", "rules", advice_rules(a->config.advice)));
	http_response_hash(r);
	return 200;
}

HANDLER(get_rule)
{
	struct api *a = context;
	json_t *rule = advice_rule(a->config.advice, request->id);

	return rule ? reply_json(r, 200, rule) : reply_missing(r);
}

HANDLER(get_compatibility)
{
	struct api *a = context;

	(void)request;
	return reply_json(r, 200, advice_compatibility(a->config.advice));
}
