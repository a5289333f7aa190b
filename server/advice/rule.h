/* SPDX-License-Identifier: MIT */
/*
 * Rules as they were read: JSON that has stood up to validation, with its patterns
 * compiled, and what belongs to them (aliases, tables, references, pages).
 *
 * Private to advice; docs/adding-a-rule.md describes the documents.
 */
#ifndef TRILANE_ADVICE_RULE_H
#define TRILANE_ADVICE_RULE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "context.h"
#include "pattern.h"
#include "trilane/error.h"
#include "trilane/finding.h"

enum { RULE_PATTERNS_MAX = 8 };

/* One way to detect: facts, a log, a list of requirements or a result. */
struct trigger {
	const json_t *json;
	enum severity severity;
	enum confidence confidence;
	/* logs only: indices into the set */
	size_t line;
	size_t also[RULE_PATTERNS_MAX], unless[RULE_PATTERNS_MAX];
	size_t also_count, unless_count;
};

struct trigger_list {
	struct trigger *items;
	size_t count;
};

struct rule {
	const json_t *json;
	const char *id, *cause, *file;
	struct trigger_list facts, log, requirements, result;
};

struct advice {
	json_t *documents; /* array: whatever the rules point into */
	json_t *aliases, *tables, *references, *matrix;
	struct rule *rules; /* in their order */
	size_t count, capacity;
	struct pattern_set patterns;
	size_t *extracts; /* patterns whose captures are facts of a log */
	size_t extract_count;
	bool check; /* try every pattern when it is read */
};

int rules_load_embedded(struct advice *a, struct error *err);
int rules_load_dir(struct advice *a, const char *dir, struct error *err);
int rules_load_text(struct advice *a, const char *text, size_t n, struct error *err);
const struct rule *rules_find(const struct advice *a, const char *id);
struct context rules_context(const struct advice *a);

/* The finding of a RULE detected by TRIGGER.  EVIDENCE (taken) is in front of what the
 * rule itself quotes; it may be NULL. */
json_t *finding_make(const struct advice *a, const struct rule *rule,
                     const struct trigger *trigger, const struct context *c,
                     const char *subject, json_t *evidence);

/* One fact of evidence, VALUE being N bytes of any origin. */
json_t *evidence_make(const char *what, const char *value, size_t n, const char *source);

#endif
