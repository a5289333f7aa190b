/* SPDX-License-Identifier: MIT */
/*
 * Judging a list of requirements: a rule is tried on each line and on the list as a
 * whole, and makes one finding, which quotes every line that it holds for.
 */
#include "list.h"

#include <string.h>

#include "condition.h"
#include "evaluate.h"
#include "log_text.h"
#include "requirements.h"
#include "trilane/advice.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

enum { LINES_QUOTED = 6 };

json_t *advice_read_list(const struct advice *a, const char *text, size_t n)
{
	CLEANUP(str_release) struct str plain = STR_INIT;
	struct context c = rules_context(a);

	if (n == 0 || n > ADVICE_LIST_MAX)
		return NULL;
	log_text_normalize(text, n, &plain);
	return requirements_read(&c, &plain);
}

static void quote(json_t *evidence, const json_t *item)
{
	const char *text = fact_get_string(item, "text");
	char source[32];

	if (json_array_size(evidence) >= LINES_QUOTED)
		return;
	snprintf(source, sizeof(source), "line %lld",
	         (long long)json_integer_value(json_object_get(item, "line")));
	json_array_append_new(evidence,
	                      evidence_make("Requirement", text, strlen(text), source));
}

static json_t *try_each(const struct advice *a, const struct rule *rule,
                        const struct trigger *t, const struct context *c,
                        const json_t *list)
{
	const json_t *when = json_object_get(t->json, "when");
	json_t *evidence = json_array();
	struct context first;
	size_t i;
	const json_t *item;

	json_array_foreach(json_object_get(list, "items"), i, item)
	{
		struct context with = context_with(c, "requirement", item);

		if (!condition_holds(when, &with))
			continue;
		if (json_array_size(evidence) == 0)
			first = with;
		quote(evidence, item);
	}
	if (json_array_size(evidence) > 0)
		return finding_make(a, rule, t, &first, "machine", evidence);
	json_decref(evidence);
	return NULL;
}

static json_t *try_trigger(const struct advice *a, const struct rule *rule,
                           const struct trigger *t, const struct context *c,
                           const json_t *list)
{
	const char *each = json_string_value(json_object_get(t->json, "each"));

	if (text_equal(each, "requirement"))
		return try_each(a, rule, t, c, list);
	if (!condition_holds(json_object_get(t->json, "when"), c))
		return NULL;
	return finding_make(a, rule, t, c, "machine", NULL);
}

/* Two lines of a list may each have a fault of its own. */
static bool quote_same_line(const json_t *a, const json_t *b)
{
	const json_t *one, *other;
	size_t i, j;

	json_array_foreach(json_object_get(a, "evidence"), i, one)
	{
		json_array_foreach(json_object_get(b, "evidence"), j, other)
		{
			if (json_equal(json_object_get(one, "source"),
			               json_object_get(other, "source")))
				return true;
		}
	}
	return false;
}

json_t *advice_list(const struct advice *a, json_t *list, const json_t *report)
{
	json_t *out = json_array();
	struct context base = rules_context(a);
	struct context c = context_with(&base, "list", list);
	struct verdicts v;

	requirements_place(list, report);
	c = context_with(&c, "report", report);
	c = context_with(&c, "machine", json_object_get(report, "machine"));
	verdicts_init(&v, a);
	v.about_same = quote_same_line;
	for (size_t i = 0; i < a->count; i++) {
		const struct trigger_list *triggers = &a->rules[i].requirements;

		for (size_t t = 0; t < triggers->count && !v.findings[i]; t++)
			v.findings[i] = try_trigger(a, &a->rules[i], &triggers->items[t],
			                            &c, list);
	}
	verdicts_finish(&v, out);
	findings_sort(out);
	return out;
}
