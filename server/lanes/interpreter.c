/* SPDX-License-Identifier: MIT */
/*
 * Choosing the interpreter of the TensorFlow lanes, from the newest report: the one with
 * the id asked for, or the best whose verdict lets it work.  One with a plugin is the
 * better of two equals, for both lanes: a GPU is compared with the processor in the same
 * TensorFlow.
 */
#include "plan.h"

#include <string.h>

#include "trilane/facts.h"
#include "trilane/platform.h"

#include "trilane/banned.h"

/* 0: will not do.  Where nobody has judged an interpreter, one that has TensorFlow is
 * worth a try. */
static int rank(const json_t *interpreter)
{
	const char *state = fact_get_string(interpreter, "verdict.state");
	if (text_equal(state, "ready"))
		return 6;
	if (text_equal(state, "works-with-limits"))
		return 4;
	return !state && json_is_object(fact_get(interpreter, "tensorflow")) ? 2 : 0;
}

static bool has_plugin(const json_t *interpreter)
{
	return fact_get_string(interpreter, "plugin.path") != NULL;
}

static int rank_among(const json_t *interpreter)
{
	int own = rank(interpreter);
	return own ? own + has_plugin(interpreter) : 0;
}

static const json_t *find_by_id(const json_t *interpreters, const char *id)
{
	size_t at;
	json_t *item;
	json_array_foreach(interpreters, at, item)
	{
		if (text_equal(fact_get_string(item, "id"), id))
			return item;
	}
	return NULL;
}

static const json_t *find_best(const json_t *interpreters)
{
	const json_t *best = NULL;
	size_t at;
	json_t *item;
	json_array_foreach(interpreters, at, item)
	{
		if (rank_among(item) > (best ? rank_among(best) : 0))
			best = item;
	}
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

static const json_t *find_asked(struct lane_plan *plan, const json_t *interpreters,
                                const char *id)
{
	const json_t *chosen = find_by_id(interpreters, id);
	if (!chosen)
		plan_refuse(plan, NULL, "Take a new report and choose one from it.",
		            "The newest report has no interpreter with this id.");
	else if (rank(chosen) == 0)
		refuse_interpreter(plan, chosen);
	return plan->possible ? chosen : NULL;
}

/* NULL, with the plan refused, if none will do. */
static const json_t *choose(struct lane_plan *plan, const struct lane_host *host)
{
	const json_t *interpreters = fact_get(host->report, "interpreters");
	if (host->interpreter && host->interpreter[0])
		return find_asked(plan, interpreters, host->interpreter);
	const json_t *chosen = find_best(interpreters);
	if (!chosen)
		plan_refuse(plan, NULL,
		            "Install TensorFlow in an environment of its own: python3 -m "
		            "venv tf && tf/bin/pip install tensorflow",
		            "No interpreter of the newest report has a TensorFlow that "
		            "works.");
	return chosen;
}

const json_t *plan_interpreter(struct lane_plan *plan, const struct lane_host *host)
{
	if (!host->report) {
		plan_refuse(plan, NULL, "Take a report first.",
		            "There is no report yet that lists the interpreters.");
		return NULL;
	}
	const json_t *chosen = choose(plan, host);
	if (chosen)
		launch_with(plan, chosen);
	return chosen;
}

/* --- its GPU --- */

static void need_plugin(struct lane_plan *plan, const json_t *interpreter)
{
	if (!has_plugin(interpreter))
		plan_refuse(
			plan, NULL,
			"Install Apple's plugin beside a TensorFlow that it fits: pip "
			"install tensorflow-metal (its page of the report says which).",
			"The interpreter has no plugin: TensorFlow alone has no GPU on "
			"macOS.");
	else if (json_is_false(fact_get(interpreter, "plugin.loads_with.loads")))
		plan_refuse(
			plan, NULL, "The findings of the report say what to do about it.",
			"The interpreter's plugin does not load with its TensorFlow.");
}

/* CUDA needs NVIDIA's driver (or WSL's), ROCm AMD's: without either no build of
 * TensorFlow for Linux finds a device. */
static void need_driver(struct lane_plan *plan, const struct lane_host *host)
{
	static const char *const signs[] = {
		"/proc/driver/nvidia/version",
		"/usr/lib/wsl/lib/libcuda.so.1",
		"/sys/class/kfd/kfd/topology/system_properties",
		NULL,
	};
	for (const char *const *sign = signs; *sign; sign++)
		if (fs_root_is_file(host->root, *sign))
			return;
	plan_refuse(plan, NULL, NULL,
	            "TensorFlow's GPU builds for Linux need NVIDIA's or AMD's compute "
	            "driver, and none is loaded.");
}

void plan_tensorflow_device(struct lane_plan *plan, const struct lane_host *host,
                            const json_t *interpreter)
{
	if (text_equal(host->os, TRILANE_OS_MACOS))
		need_plugin(plan, interpreter);
	else
		need_driver(plan, host);
}
