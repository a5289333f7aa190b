/* SPDX-License-Identifier: MIT */
/*
 * Choosing the interpreter of the TensorFlow lane, from the newest report: the one with
 * the id asked for, or the best whose verdict lets it work.
 */
#include "plan.h"

#include <string.h>

#include "trilane/facts.h"

#include "trilane/banned.h"

/* 0: will not do.  Where nobody has judged an interpreter, one that has TensorFlow is
 * worth a try. */
static int rank(const json_t *interpreter)
{
	const char *state = fact_get_string(interpreter, "verdict.state");
	if (text_equal(state, "ready"))
		return 3;
	if (text_equal(state, "works-with-limits"))
		return 2;
	return !state && json_is_object(fact_get(interpreter, "tensorflow")) ? 1 : 0;
}

static const json_t *find_by_id(const json_t *interpreters, const char *id)
{
	size_t at;
	json_t *item;
	json_array_foreach(
		interpreters, at,
		item) if (text_equal(fact_get_string(item, "id"), id)) return item;
	return NULL;
}

static const json_t *find_best(const json_t *interpreters)
{
	const json_t *best = NULL;
	size_t at;
	json_t *item;
	json_array_foreach(interpreters, at,
	                   item) if (rank(item) > (best ? rank(best) : 0)) best = item;
	return best;
}

static void refuse_interpreter(struct lane_plan *plan, const json_t *interpreter)
{
	const char *sentence = fact_get_string(interpreter, "verdict.sentence");
	plan_refuse(plan, NULL, "The findings of the report say what to do about it.",
	            "The interpreter cannot train: %s",
	            sentence ? sentence : "TensorFlow does not work in it.");
}

static void launch_with(struct lane_plan *plan, const json_t *interpreter)
{
	const char *path = fact_get_string(interpreter, "path");
	if (!path || path[0] != '/') {
		plan_refuse(plan, NULL, NULL, "The interpreter's path is not known.");
		return;
	}
	str_add(&plan->program, path);
	strlist_add(&plan->before, "-B"); /* leaves no bytecode behind */
	strlist_add(&plan->env, "TF_CPP_MIN_LOG_LEVEL=2");
	strlist_add(&plan->env, "PYTHONUNBUFFERED=1");
}

/* NULL, with the plan refused, if none will do. */
static const json_t *choose(struct lane_plan *plan, const struct lane_host *host)
{
	const json_t *interpreters = fact_get(host->report, "interpreters");
	const json_t *chosen;
	if (host->interpreter && host->interpreter[0]) {
		chosen = find_by_id(interpreters, host->interpreter);
		if (!chosen)
			plan_refuse(plan, NULL,
			            "Take a new report and choose one from it.",
			            "The newest report has no interpreter with this id.");
		else if (rank(chosen) == 0)
			refuse_interpreter(plan, chosen);
	} else {
		chosen = find_best(interpreters);
		if (!chosen)
			plan_refuse(
				plan, NULL,
				"Install TensorFlow in an environment of its own: "
				"python3 "
				"-m venv tf && tf/bin/pip install tensorflow",
				"No interpreter of the newest report has a TensorFlow "
				"that works.");
	}
	return plan->possible ? chosen : NULL;
}

void plan_interpreter(struct lane_plan *plan, const struct lane_host *host)
{
	if (!host->report) {
		plan_refuse(plan, NULL, "Take a report first.",
		            "There is no report yet that lists the interpreters.");
		return;
	}
	const json_t *chosen = choose(plan, host);
	if (chosen)
		launch_with(plan, chosen);
}
