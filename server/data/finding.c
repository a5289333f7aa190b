/* SPDX-License-Identifier: MIT */
/* Names and order of findings. */
#include "trilane/finding.h"

#include <stdlib.h>
#include <string.h>

#include "trilane/mem.h"

#include "trilane/banned.h"

static const char *const severities[] = {"blocker", "warning", "hint", "info"};
static const char *const confidences[] = {"certain", "likely", "possible"};

/* Index of NAME among COUNT names, -1 if it is none of them. */
static int find_name(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (name && strcmp(names[i], name) == 0)
			return i;
	return -1;
}

const char *severity_name(enum severity severity)
{
	return severities[severity];
}

bool severity_parse(const char *name, enum severity *out)
{
	int i = find_name(severities, 4, name);

	if (i >= 0)
		*out = (enum severity)i;
	return i >= 0;
}

const char *confidence_name(enum confidence confidence)
{
	return confidences[confidence];
}

bool confidence_parse(const char *name, enum confidence *out)
{
	int i = find_name(confidences, 3, name);

	if (i >= 0)
		*out = (enum confidence)i;
	return i >= 0;
}

enum severity finding_severity(const json_t *finding)
{
	enum severity severity = SEVERITY_INFO;

	severity_parse(json_string_value(json_object_get(finding, "severity")),
	               &severity);
	return severity;
}

static enum confidence finding_confidence(const json_t *finding)
{
	enum confidence confidence = CONFIDENCE_POSSIBLE;

	confidence_parse(json_string_value(json_object_get(finding, "confidence")),
	                 &confidence);
	return confidence;
}

bool findings_worst(const json_t *findings, enum severity *out)
{
	const json_t *finding;
	size_t i;

	if (json_array_size(findings) == 0)
		return false;
	*out = SEVERITY_INFO;
	json_array_foreach(findings, i, finding)
	{
		if (finding_severity(finding) < *out)
			*out = finding_severity(finding);
	}
	return true;
}

bool findings_alike(const json_t *a, const json_t *b)
{
	const char *one = json_string_value(json_object_get(a, "id"));
	const char *other = json_string_value(json_object_get(b, "id"));

	return a == b || (one && other && strcmp(one, other) == 0 &&
	                  finding_severity(a) == finding_severity(b));
}

bool finding_repeats(const json_t *findings, size_t index)
{
	const json_t *finding = json_array_get(findings, index);

	for (size_t i = 0; i < index; i++)
		if (findings_alike(json_array_get(findings, i), finding))
			return true;
	return false;
}

struct ranked {
	json_t *finding;
	int rank;     /* severity, then confidence */
	size_t place; /* keeps the sort stable */
};

static int compare_ranked(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

void findings_sort(json_t *findings)
{
	size_t n = json_array_size(findings);
	struct ranked *items = xcalloc(n, sizeof(*items));

	for (size_t i = 0; i < n; i++) {
		json_t *finding = json_array_get(findings, i);

		items[i] = (struct ranked){
			.finding = json_incref(finding),
			.rank = (int)finding_severity(finding) * 3 +
		                (int)finding_confidence(finding),
			.place = i,
		};
	}
	qsort(items, n, sizeof(*items), compare_ranked);
	json_array_clear(findings);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(findings, items[i].finding);
	free(items);
}
