/* SPDX-License-Identifier: MIT */
/* Rules over facts and over results: every rule is tried on every subject. */
#include "evaluate.h"

#include <stdlib.h>

#include "choice.h"
#include "condition.h"
#include "trilane/advice.h"
#include "trilane/facts.h"
#include "trilane/finding.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum { INTERPRETERS_MAX = 2000 };

void verdicts_init(struct verdicts *v, const struct advice *a)
{
	*v = (struct verdicts){.a = a};
	v->findings = xcalloc(a->count + 1, sizeof(json_t *));
}

static void drop_superseded(struct verdicts *v, const struct rule *rule)
{
	const json_t *by = v->findings[rule - v->a->rules], *id;
	size_t i;

	json_array_foreach(json_object_get(rule->json, "supersedes"), i, id)
	{
		const struct rule *other = rules_find(v->a, json_string_value(id));
		json_t **finding = &v->findings[other ? other - v->a->rules : 0];

		if (!other || other == rule || !*finding ||
		    (v->about_same && !v->about_same(by, *finding)))
			continue;
		json_decref(*finding);
		*finding = NULL;
	}
}

/* Is something known that stops the subject of finding I from working at all? */
static bool is_explained(const struct verdicts *v, size_t i)
{
	for (size_t k = 0; k < v->a->count; k++)
		if (k != i && v->findings[k] &&
		    finding_severity(v->findings[k]) == SEVERITY_BLOCKER &&
		    (!v->about_same || v->about_same(v->findings[k], v->findings[i])))
			return true;
	return false;
}

static void drop_last_resorts(struct verdicts *v)
{
	for (size_t i = 0; i < v->a->count; i++) {
		const json_t *rule = v->a->rules[i].json;

		if (!v->findings[i] ||
		    !json_is_true(json_object_get(rule, "last_resort")) ||
		    !is_explained(v, i))
			continue;
		json_decref(v->findings[i]);
		v->findings[i] = NULL;
	}
}

void verdicts_finish(struct verdicts *v, json_t *out)
{
	for (size_t i = 0; i < v->a->count; i++)
		if (v->findings[i])
			drop_superseded(v, &v->a->rules[i]);
	drop_last_resorts(v);
	for (size_t i = 0; i < v->a->count; i++)
		if (v->findings[i])
			json_array_append_new(out, v->findings[i]);
	free(v->findings);
	v->findings = NULL;
}

/* --- facts -------------------------------------------------------------------------- */

static void try_triggers(struct verdicts *v, size_t rule, const struct trigger_list *list,
                         const char *each, const struct context *c, const char *subject)
{
	const struct rule *r = &v->a->rules[rule];

	for (size_t t = 0; t < list->count && !v->findings[rule]; t++) {
		const struct trigger *trigger = &list->items[t];

		if (!text_equal(json_string_value(json_object_get(trigger->json, "each")),
		                each))
			continue;
		if (condition_holds(json_object_get(trigger->json, "when"), c))
			v->findings[rule] =
				finding_make(v->a, r, trigger, c, subject, NULL);
	}
}

static void judge_subject(const struct advice *a, const char *each,
                          const struct context *c, const char *subject, json_t *out)
{
	struct verdicts v;

	verdicts_init(&v, a);
	for (size_t i = 0; i < a->count; i++) {
		/* subjects of facts and of results have different names */
		try_triggers(&v, i, &a->rules[i].facts, each, c, subject);
		try_triggers(&v, i, &a->rules[i].result, each, c, subject);
	}
	verdicts_finish(&v, out);
}

json_t *advice_facts(const struct advice *a, const json_t *report)
{
	json_t *out = json_array();
	struct context base = rules_context(a);
	struct context c = context_with(&base, "report", report);
	const json_t *interpreter;
	size_t i;

	c = context_with(&c, "machine", json_object_get(report, "machine"));
	c = context_with(&c, "base", choice_base(a, report, false, false));
	judge_subject(a, "machine", &c, "machine", out);
	json_array_foreach(json_object_get(report, "interpreters"), i, interpreter)
	{
		struct context with = context_with(&c, "interpreter", interpreter);
		const char *path = fact_get_string(interpreter, "path");

		if (i == INTERPRETERS_MAX)
			break;
		judge_subject(a, "interpreter", &with, path ? path : "machine", out);
	}
	findings_sort(out);
	return out;
}

/* --- results ------------------------------------------------------------------------ */

static void judge_lane(const struct advice *a, const struct context *c,
                       const json_t *lane, json_t *out)
{
	struct context with = context_with(c, "lane", lane);
	const json_t *model;
	size_t i;

	judge_subject(a, "lane", &with, "machine", out);
	json_array_foreach(json_object_get(lane, "models"), i, model)
	{
		struct context one = context_with(&with, "model", model);

		judge_subject(a, "model", &one, "machine", out);
	}
}

json_t *advice_result(const struct advice *a, const json_t *result)
{
	json_t *out = json_array();
	struct context base = rules_context(a);
	struct context c = context_with(&base, "result", result);
	const json_t *item;
	size_t i;

	judge_subject(a, "result", &c, "machine", out);
	json_array_foreach(json_object_get(result, "lanes"), i, item)
	{
		judge_lane(a, &c, item, out);
	}
	json_array_foreach(json_object_get(result, "comparisons"), i, item)
	{
		struct context with = context_with(&c, "comparison", item);

		judge_subject(a, "comparison", &with, "machine", out);
	}
	findings_sort(out);
	return out;
}
