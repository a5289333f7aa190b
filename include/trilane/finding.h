/* SPDX-License-Identifier: MIT */
/*
 * Findings: what is wrong, how it is known, and what to do.
 *
 * A finding is a jansson object
 *	{"id","cause","severity","confidence","subject","title","explanation",
 *	 "evidence":[{"what","value","source"}],"remedy":{"text","commands":[…]},
 *	 "references":[{"title","url"}]}
 * The order of a list of findings is most decisive first: severity, then confidence,
 * then the order in which the rules stand.
 */
#ifndef TRILANE_FINDING_H
#define TRILANE_FINDING_H

#include <jansson.h>
#include <stdbool.h>

enum severity { SEVERITY_BLOCKER, SEVERITY_WARNING, SEVERITY_HINT, SEVERITY_INFO };
enum confidence { CONFIDENCE_CERTAIN, CONFIDENCE_LIKELY, CONFIDENCE_POSSIBLE };

const char *severity_name(enum severity severity);
bool severity_parse(const char *name, enum severity *out);
const char *confidence_name(enum confidence confidence);
bool confidence_parse(const char *name, enum confidence *out);

/* An absent or unknown severity counts as SEVERITY_INFO. */
enum severity finding_severity(const json_t *finding);
/* The worst severity in the list; false if the list is empty. */
bool findings_worst(const json_t *findings, enum severity *out);
/* Whether both are of one rule and severity, about different subjects: pages tell such
 * findings together. */
bool findings_alike(const json_t *a, const json_t *b);
/* Whether a finding like that at INDEX stands before it. */
bool finding_repeats(const json_t *findings, size_t index);
/* Stable sort of the array in place, most decisive first. */
void findings_sort(json_t *findings);

#endif
