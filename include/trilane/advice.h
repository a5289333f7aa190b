/* SPDX-License-Identifier: MIT */
/*
 * Advice: from facts, results and error logs to findings (trilane/finding.h).
 *
 * Rules are data (docs/adding-a-rule.md): JSON documents embedded in the program, and a
 * site's own from a folder, which come before them.  The evaluator knows no rule.
 *
 * A struct advice is read-only once made: any number of threads may use one at the same
 * time.  Patterns are compiled once, when a text first calls for them.  Input may be
 * hostile: each call works in time linear in the size of the input, matching has limits,
 * and a document of the wrong form leads to fewer findings, never to an error.
 *
 * Returned json_t * are new references unless said otherwise, never NULL.
 */
#ifndef TRILANE_ADVICE_H
#define TRILANE_ADVICE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "trilane/error.h"
#include "trilane/str.h"

struct advice;

enum {
	ADVICE_LOG_MAX = 1 << 20,   /* bytes of a log that are looked at */
	ADVICE_LIST_MAX = 256 << 10 /* a longer text is no list of requirements */
};

/* The embedded rules and, unless RULES_DIR is NULL, those in its *.json.  Rules that do
 * not stand up to validation are ERROR_INVALID, the text naming file, rule and reason. */
int advice_new(const char *rules_dir, struct advice **out, struct error *err);
void advice_free(struct advice *a);
/* As advice_new(), but every pattern of every rule is tried, too: the embedded ones are
 * trusted otherwise, because a test has called this. */
int advice_validate(const char *rules_dir, struct error *err);

/* Findings about the machine and about each interpreter of a report. */
json_t *advice_facts(const struct advice *a, const json_t *report);
/* Findings in a log, the likeliest cause first.  With the REPORT of the machine the log
 * is from (or NULL) its facts decide and confirm.  Empty for a healthy or unknown log. */
json_t *advice_log(const struct advice *a, const char *text, size_t n,
                   const json_t *report);
/* Findings about a benchmark's result. */
json_t *advice_result(const struct advice *a, const json_t *result);

/* TEXT as a list of requirements (requirements.txt, environment.yml, pyproject.toml), for
 * advice_list_diagnosis(); NULL if it is none. */
json_t *advice_read_list(const struct advice *a, const char *text, size_t n);

/* The diagnosis document: {"schema","findings"} and, where nothing was found in TEXT,
 * "next": {"sentence","collect":[…]}.  An empty log is no log; REPORT may be NULL.  A
 * list of requirements is judged as one for REPORT's machine; "input" says its kind. */
json_t *advice_diagnosis(const struct advice *a, const char *text, size_t n,
                         const json_t *report);
/* The same where the caller has found out which of the two TEXT is.  A list is judged
 * once: the machine becomes part of it. */
json_t *advice_list_diagnosis(const struct advice *a, json_t *list, const json_t *report);
json_t *advice_log_diagnosis(const struct advice *a, const char *text, size_t n,
                             const json_t *report);

/* {"state","sentence"} for an interpreter, from FINDINGS about it. */
json_t *advice_verdict(const struct advice *a, const json_t *interpreter,
                       const json_t *findings);
/* {"sentence","next"} for the whole report, whose findings are in it. */
json_t *advice_machine_verdict(const struct advice *a, const json_t *report);

/* The compatibility matrix with its date. */
json_t *advice_compatibility(const struct advice *a);
/* Which set this interpreter should have: {"keep","sentence","tensorflow","python",
 * "plugin","commands":{"pip":[…],"conda":[…],"uv":[…]}}. */
json_t *advice_recommendation(const struct advice *a, const json_t *report,
                              const json_t *interpreter);

/* [{"id","cause","family","severity","title","detects":[…]}], in their order. */
json_t *advice_rules(const struct advice *a);
/* The whole rule with its references resolved, or NULL (new reference). */
json_t *advice_rule(const struct advice *a, const char *id);
/* The rule's page in Markdown, borrowed; NULL if there is none. */
const char *advice_page(const struct advice *a, const char *id);
/* The JSON Schema (2020-12) of a file of rules. */
const char *advice_rules_schema(void);
size_t advice_count(const struct advice *a);

#endif
