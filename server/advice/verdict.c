/* SPDX-License-Identifier: MIT */
/*
 * Verdicts: what the findings about an interpreter amount to, and what to do first.  A
 * rule whose "verdict" is "none" says something worth knowing that breaks nothing.
 */
#include <string.h>

#include "choice.h"
#include "rule.h"
#include "trilane/advice.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

static bool is_about(const json_t *finding, const char *subject)
{
	return text_equal(json_string_value(json_object_get(finding, "subject")),
	                  subject);
}

static bool counts(const struct advice *a, const json_t *finding)
{
	const struct rule *r =
		rules_find(a, json_string_value(json_object_get(finding, "id")));

	return !r || !text_equal(json_string_value(json_object_get(r->json, "verdict")),
	                         "none");
}

/* The worst finding that counts among those about SUBJECT (NULL: about anything). */
static const json_t *worst(const struct advice *a, const json_t *findings,
                           const char *subject)
{
	const json_t *best = NULL, *f;
	size_t i;

	json_array_foreach(findings, i, f)
	{
		if ((subject && !is_about(f, subject)) || !counts(a, f))
			continue;
		if (!best || finding_severity(f) < finding_severity(best))
			best = f;
	}
	return best;
}

static json_t *verdict(const char *state, struct str *sentence)
{
	json_t *out = json_object();

	json_object_set_new(out, "state", json_string(state));
	json_object_set_new(out, "sentence", fact_text(sentence->data, sentence->len));
	return out;
}

static const char *title(const json_t *finding)
{
	const char *text = json_string_value(json_object_get(finding, "title"));

	return text ? text : "something is wrong";
}

static void add_ready(const json_t *interpreter, struct str *out)
{
	const char *version = fact_get_string(interpreter, "tensorflow.version");
	const char *plugin = fact_get_string(interpreter, "plugin.version");
	bool loads = true;

	str_addf(out, "TensorFlow %s is ready", version ? version : "of unknown version");
	fact_get_bool(interpreter, "plugin.loads_with.loads", &loads);
	if (plugin && loads)
		str_addf(out, ", with the Metal plugin %s for the GPU", plugin);
	else
		str_add(out, ", on the processor");
	str_add_char(out, '.');
}

json_t *advice_verdict(const struct advice *a, const json_t *interpreter,
                       const json_t *findings)
{
	CLEANUP(str_release) struct str sentence = STR_INIT;
	const char *path = fact_get_string(interpreter, "path");
	const json_t *f = path ? worst(a, findings, path) : NULL;
	enum severity severity = f ? finding_severity(f) : SEVERITY_INFO;
	bool has_tensorflow = fact_get(interpreter, "tensorflow") != NULL;

	if (f && severity == SEVERITY_BLOCKER) {
		str_addf(&sentence, "%s.", title(f));
		return verdict("broken", &sentence);
	}
	if (!has_tensorflow) {
		str_add(&sentence, "TensorFlow is not installed here.");
		return verdict("no-tensorflow", &sentence);
	}
	if (f && severity == SEVERITY_WARNING) {
		str_addf(&sentence, "It works with limits: %s.", title(f));
		return verdict("works-with-limits", &sentence);
	}
	add_ready(interpreter, &sentence);
	return verdict("ready", &sentence);
}

/* --- the machine ------------------------------------------------------------------ */

static size_t count_state(const json_t *interpreters, const char *state,
                          const json_t **first)
{
	size_t n = 0, i;
	const json_t *one;

	json_array_foreach(interpreters, i, one)
	{
		if (!text_equal(fact_get_string(one, "verdict.state"), state))
			continue;
		if (n++ == 0)
			*first = one;
	}
	return n;
}

static json_t *machine_verdict(struct str *sentence, struct str *next)
{
	json_t *out = json_object();

	json_object_set_new(out, "sentence", fact_text(sentence->data, sentence->len));
	json_object_set_new(out, "next", fact_text(next->data, next->len));
	return out;
}

/* What is wrong, where (unless one place only comes into question), and what to do. */
static void add_remedy(const json_t *finding, bool one_place, struct str *out)
{
	const char *text = fact_get_string(finding, "remedy.text");
	const char *subject = fact_get_string(finding, "subject");

	if (!one_place && subject && subject[0] == '/')
		str_addf(out, "In %s: ", subject);
	str_addf(out, "%s. ", title(finding));
	str_add(out, text ? text : "Look at the findings below.");
}

static const char *where(const json_t *interpreter)
{
	const char *path = fact_get_string(interpreter, "path");

	return path ? path : "one interpreter";
}

static void add_counts(const size_t n[3], struct str *out)
{
	static const char *const words[] = {"ready", "usable with limits", "broken"};
	bool some = false;

	for (int i = 0; i < 3; i++) {
		if (n[i] == 0)
			continue;
		str_addf(out, "%s%zu %s", some ? ", " : "", n[i], words[i]);
		some = true;
	}
}

/* Is there a Python that TensorFlow is built for, be it an environment's? */
static bool has_fitting_python(const struct advice *a, const json_t *report)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(report, "interpreters"), i, one)
	{
		if (text_equal(fact_get_string(one, "kind"), "venv"))
			return true;
	}
	return choice_base(a, report, false, false) != NULL;
}

/* What to do where no Python has TensorFlow. */
static void add_next_without(const struct advice *a, const json_t *report,
                             struct str *next)
{
	const json_t *interpreters = json_object_get(report, "interpreters"), *one;
	const char *why = choice_obstacle(report, json_array_get(interpreters, 0));
	size_t i;

	json_array_foreach(interpreters, i, one)
	{
		if (!choice_obstacle(report, one))
			why = NULL;
	}
	if (why) {
		str_add(next, why);
		return;
	}
	if (json_array_size(interpreters) == 0)
		str_add(next, "Install a Python, make an environment");
	else if (has_fitting_python(a, report))
		str_add(next, "Make an environment");
	else
		str_add(next, "TensorFlow is built for none of the Pythons here: make an "
		              "environment with another, 3.12 for example,");
	str_add(next, " and install TensorFlow in it; the lanes below can be measured "
	              "without it.");
}

json_t *advice_machine_verdict(const struct advice *a, const json_t *report)
{
	CLEANUP(str_release) struct str sentence = STR_INIT;
	CLEANUP(str_release) struct str next = STR_INIT;
	const json_t *interpreters = json_object_get(report, "interpreters");
	const json_t *findings = json_object_get(report, "findings");
	const json_t *first[3] = {NULL, NULL, NULL}, *f = worst(a, findings, NULL);
	size_t n[3] = {count_state(interpreters, "ready", &first[0]),
	               count_state(interpreters, "works-with-limits", &first[1]),
	               count_state(interpreters, "broken", &first[2])};
	bool bad = f && finding_severity(f) <= SEVERITY_WARNING;

	if (n[0] + n[1] + n[2] == 0 && !bad) {
		str_add(&sentence, json_array_size(interpreters)
		                           ? "No Python here has TensorFlow."
		                           : "No Python was found here.");
		add_next_without(a, report, &next);
		return machine_verdict(&sentence, &next);
	}
	if (n[0] > 0)
		str_addf(&sentence, "TensorFlow works in %s", where(first[0]));
	else if (n[1] > 0)
		str_addf(&sentence, "TensorFlow works with limits in %s",
		         where(first[1]));
	else if (n[2] > 0)
		str_addf(&sentence, "TensorFlow does not work in %s", where(first[2]));
	else
		str_add(&sentence, title(f));
	if (n[0] + n[1] + n[2] > 1) {
		str_add(&sentence, " (environments with TensorFlow: ");
		add_counts(n, &sentence);
		str_add_char(&sentence, ')');
	}
	str_add_char(&sentence, '.');
	if (bad)
		add_remedy(f, n[0] + n[1] + n[2] <= 1, &next);
	else
		str_add(&next, "Measure what it can do: run a benchmark.");
	return machine_verdict(&sentence, &next);
}
