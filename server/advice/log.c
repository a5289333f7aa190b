/* SPDX-License-Identifier: MIT */
/*
 * Reading a log: one pass finds the lines that patterns match; then each rule asks
 * whether its deciding line is there, what must stand beside it and what must not, and
 * what the versions named in the log (and the machine's facts, if it is from here) say.
 */
#include <stdlib.h>
#include <string.h>

#include "choice.h"
#include "condition.h"
#include "evaluate.h"
#include "log_text.h"
#include "log_training.h"
#include "trilane/advice.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/mem.h"
#include "trilane/pep440.h"

#include "trilane/banned.h"

enum { QUOTE_MAX = 400, PACKAGES_MAX = 400, PREFIX_MIN = 8 };

struct reading {
	const struct advice *a;
	struct str text; /* normalised */
	struct pattern_matches *matches;
	json_t *facts; /* what the log says about versions and machines */
	struct context context;
	const char *subject;
};

/* --- facts in the log ------------------------------------------------------------- */

static void add_package(json_t *packages, const json_t *captures)
{
	CLEANUP(str_release) struct str name = STR_INIT;
	json_t *entry;

	python_normalize_name(json_string_value(json_object_get(captures, "package")),
	                      &name);
	if (json_object_get(packages, name.data) ||
	    json_object_size(packages) >= PACKAGES_MAX)
		return;
	entry = json_object();
	json_object_set(entry, "version", json_object_get(captures, "version"));
	json_object_set_new(packages, name.data, entry);
}

static void add_captures(json_t *facts, const json_t *captures)
{
	const char *name;
	json_t *value;

	if (json_object_get(captures, "package")) {
		add_package(json_object_get(facts, "packages"), captures);
		return;
	}
	json_object_foreach((json_t *)captures, name, value)
	{
		if (!json_object_get(facts, name))
			json_object_set_new(facts, name, json_deep_copy(value));
	}
}

static void read_facts(struct reading *r)
{
	r->facts = json_object();
	json_object_set_new(r->facts, "packages", json_object());
	for (size_t i = 0; i < r->a->extract_count; i++) {
		const struct pattern_matches *m = &r->matches[r->a->extracts[i]];

		for (size_t j = 0; j < m->count; j++)
			add_captures(r->facts, m->items[j].captures);
	}
	json_object_set_new(r->facts, "training", log_training(&r->text));
}

/* The interpreter whose environment the log names most precisely. */
static const json_t *find_interpreter(const struct reading *r, const json_t *report)
{
	const json_t *best = NULL, *interpreter;
	size_t best_size = PREFIX_MIN, i;

	json_array_foreach(json_object_get(report, "interpreters"), i, interpreter)
	{
		const char *prefix = fact_get_string(interpreter, "prefix");

		if (prefix && strlen(prefix) > best_size &&
		    strstr(r->text.data, prefix) != NULL) {
			best = interpreter;
			best_size = strlen(prefix);
		}
	}
	return best;
}

static void reading_init(struct reading *r, const struct advice *a, const char *text,
                         size_t n, const json_t *report)
{
	struct context base = rules_context(a);
	const json_t *interpreter;

	*r = (struct reading){.a = a, .text = STR_INIT, .subject = "machine"};
	log_text_normalize(text, n > ADVICE_LOG_MAX ? ADVICE_LOG_MAX : n, &r->text);
	r->matches = xcalloc(a->patterns.count + 1, sizeof(*r->matches));
	pattern_set_run(&a->patterns, &r->text, r->matches);
	read_facts(r);
	interpreter = find_interpreter(r, report);
	if (fact_get_string(interpreter, "path"))
		r->subject = fact_get_string(interpreter, "path");
	r->context = context_with(&base, "log", r->facts);
	r->context = context_with(&r->context, "report", report);
	r->context =
		context_with(&r->context, "machine", json_object_get(report, "machine"));
	r->context = context_with(&r->context, "interpreter", interpreter);
	r->context =
		context_with(&r->context, "base", choice_base(a, report, false, false));
}

static void reading_release(struct reading *r)
{
	pattern_matches_release(r->matches, r->a->patterns.count);
	free(r->matches);
	json_decref(r->facts);
	str_release(&r->text);
}

/* --- rules -------------------------------------------------------------------------- */

static void quote(json_t *evidence, const char *what, const struct pattern_match *m)
{
	CLEANUP(str_release) struct str line = STR_INIT;
	char source[32];

	str_add_n(&line, m->text, m->size > QUOTE_MAX ? QUOTE_MAX : m->size);
	str_trim(&line);
	snprintf(source, sizeof(source), "line %u", m->line);
	json_array_append_new(evidence, evidence_make(what, line.data, line.len, source));
}

static bool surroundings_fit(const struct reading *r, const struct trigger *t)
{
	for (size_t i = 0; i < t->also_count; i++)
		if (r->matches[t->also[i]].count == 0)
			return false;
	for (size_t i = 0; i < t->unless_count; i++)
		if (r->matches[t->unless[i]].count > 0)
			return false;
	return true;
}

static json_t *try_trigger(const struct reading *r, const struct rule *rule,
                           const struct trigger *t)
{
	const struct pattern_matches *lines = &r->matches[t->line];
	const json_t *when = json_object_get(t->json, "when");

	if (lines->count == 0 || !surroundings_fit(r, t))
		return NULL;
	for (size_t i = 0; i < lines->count; i++) {
		struct context c =
			context_with(&r->context, "match", lines->items[i].captures);
		json_t *evidence;

		if (!condition_holds(when, &c))
			continue;
		evidence = json_array();
		quote(evidence, "Deciding line", &lines->items[i]);
		for (size_t j = 0; j < t->also_count; j++)
			quote(evidence, "Beside it", &r->matches[t->also[j]].items[0]);
		return finding_make(r->a, rule, t, &c, r->subject, evidence);
	}
	return NULL;
}

/* What the machine's own facts say about a cause that the log shows makes it certain. */
static void confirm(json_t *findings, const json_t *facts)
{
	json_t *finding;
	const json_t *fact;
	size_t i, j;

	json_array_foreach(findings, i, finding)
	{
		json_array_foreach(facts, j, fact)
		{
			if (!json_equal(json_object_get(finding, "cause"),
			                json_object_get(fact, "cause")))
				continue;
			json_object_set_new(
				finding, "confidence",
				json_string(confidence_name(CONFIDENCE_CERTAIN)));
			json_array_extend(json_object_get(finding, "evidence"),
			                  json_object_get(fact, "evidence"));
			break;
		}
	}
}

json_t *advice_log(const struct advice *a, const char *text, size_t n,
                   const json_t *report)
{
	json_t *out = json_array();
	struct reading r;
	struct verdicts v;

	reading_init(&r, a, text, n, report);
	verdicts_init(&v, a);
	for (size_t i = 0; i < a->count; i++) {
		const struct trigger_list *list = &a->rules[i].log;

		for (size_t t = 0; t < list->count && !v.findings[i]; t++)
			v.findings[i] = try_trigger(&r, &a->rules[i], &list->items[t]);
	}
	verdicts_finish(&v, out);
	if (report) {
		json_t *facts = advice_facts(a, report);

		confirm(out, facts);
		json_decref(facts);
	}
	findings_sort(out);
	reading_release(&r);
	return out;
}
