/* SPDX-License-Identifier: MIT */
/* The document of a diagnosis: of a log, of a list of requirements, or of facts alone. */
#include "list.h"
#include "trilane/advice.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

static json_t *what_next(void)
{
	static const char *const collect[] = {
		"the whole output, from the command that was typed to the last line",
		"the last lines of the terminal that started Jupyter or the editor, if "
		"the kernel just died",
		"python -X faulthandler -c \"import tensorflow\"",
		"python -c \"import platform, sys; print(sys.version, "
		"platform.machine(), platform.platform())\"",
		"python -m pip list",
		"trilane probe --imports",
	};
	json_t *next = json_object(), *list = json_array();

	json_object_set_new(
		next, "sentence",
		json_string("Nothing in this log shows a cause that is known "
	                    "here. That is no proof of health: these would help."));
	for (size_t i = 0; i < sizeof(collect) / sizeof(collect[0]); i++)
		json_array_append_new(list, json_string(collect[i]));
	json_object_set_new(next, "collect", list);
	return next;
}

/* Findings from the facts whose cause the log has not shown, behind those it has. */
static void add_others(json_t *findings, const json_t *facts)
{
	size_t shown = json_array_size(findings), i, j;
	json_t *fact;

	json_array_foreach(facts, i, fact)
	{
		bool known = false;

		for (j = 0; j < shown && !known; j++)
			known = json_equal(
				json_object_get(json_array_get(findings, j), "cause"),
				json_object_get(fact, "cause"));
		if (!known)
			json_array_append(findings, fact);
	}
}

static json_t *document(json_t *findings)
{
	json_t *out = json_object();

	json_object_set_new(out, "schema", json_string(DIAGNOSIS_SCHEMA));
	json_object_set_new(out, "findings", findings);
	return out;
}

json_t *advice_list_diagnosis(const struct advice *a, json_t *list, const json_t *report)
{
	json_t *out = document(advice_list(a, list, report));

	json_object_set_new(out, "input", json_copy(json_object_get(list, "kind")));
	if (json_array_size(json_object_get(out, "findings")) == 0)
		json_object_set_new(
			out, "next",
			json_pack("{s:s, s:[]}", "sentence",
		                  report ? "Nothing in this list of requirements is "
		                           "known to fail on this machine."
		                         : "Nothing in this list of requirements is "
		                           "known to fail everywhere; whether it fits a "
		                           "machine is judged on that machine.",
		                  "collect"));
	return out;
}

json_t *advice_log_diagnosis(const struct advice *a, const char *text, size_t n,
                             const json_t *report)
{
	bool log = n > 0 && !text_is_blank(text, n);
	json_t *out;
	json_t *facts = report ? advice_facts(a, report) : NULL;
	json_t *findings = log ? advice_log(a, text, n, report) : json_array();
	bool unknown = log && json_array_size(findings) == 0;

	if (facts)
		add_others(findings, facts);
	out = document(findings);
	if (unknown)
		json_object_set_new(out, "next", what_next());
	json_decref(facts);
	return out;
}

json_t *advice_diagnosis(const struct advice *a, const char *text, size_t n,
                         const json_t *report)
{
	json_t *list = advice_read_list(a, text, n);
	json_t *out = list ? advice_list_diagnosis(a, list, report)
	                   : advice_log_diagnosis(a, text, n, report);

	json_decref(list);
	return out;
}
