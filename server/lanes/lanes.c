/* SPDX-License-Identifier: MIT */
/*
 * The table of lanes, and whether a worker is what its plan says.
 */
#include "plan.h"

#include <stdlib.h>

#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/platform.h"
#include "trilane/proc.h"

#include "trilane/banned.h"

/* --- the lanes --- */

static void plan_cpu(struct lane_plan *plan, const struct lane_host *host,
                     const char *engine)
{
	plan->engine = engine;
	plan->arch = host_arch(host);
	plan_image(plan, host, plan->arch);
}

static void plan_native(struct lane_plan *plan, const struct lane_host *host)
{
	plan_cpu(plan, host, "cpu");
}

static void plan_blas(struct lane_plan *plan, const struct lane_host *host)
{
	plan_cpu(plan, host, "blas");
	if (plan->possible)
		plan_blas_library(plan, host);
}

static void plan_translated(struct lane_plan *plan, const struct lane_host *host)
{
	plan->engine = "cpu";
	plan->arch = other_arch(host_arch(host));
	plan->translated = true;
	plan_translator(plan, host);
	if (plan->possible)
		plan_image(plan, host, plan->arch);
}

static void plan_translated_avx(struct lane_plan *plan, const struct lane_host *host)
{
	plan->engine = "cpu";
	plan->arch = other_arch(host_arch(host));
	if (!text_equal(host->os, TRILANE_OS_MACOS)) {
		plan_refuse(
			plan, NULL, NULL,
			"Only Rosetta 2 has AVX to switch on and off, and this is %s.",
			host->os);
		return;
	}
	plan_translated(plan, host);
	if (plan->possible)
		plan_avx(plan, host);
}

/* Which driver Vulkan's loader takes is the user's choice, made by variables. */
static void pass_on(struct lane_plan *plan, const char *const *names)
{
	for (; *names; names++) {
		const char *value = getenv(*names);
		if (value)
			strlist_addf(&plan->env, "%s=%s", *names, value);
	}
}

static void plan_gpu(struct lane_plan *plan, const struct lane_host *host)
{
	static const char *const variables[] = {
		"VK_DRIVER_FILES", "VK_ICD_FILENAMES", "VK_LOADER_DRIVERS_SELECT",
		"XDG_RUNTIME_DIR", "MTL_DEBUG_LAYER",  NULL,
	};
	bool macos = text_equal(host->os, TRILANE_OS_MACOS);
	plan_cpu(plan, host, macos ? "metal" : "vulkan");
	pass_on(plan, variables);
	if (plan->possible && !macos)
		plan_vulkan(plan, host);
}

static const json_t *plan_python(struct lane_plan *plan, const struct lane_host *host,
                                 const char *device)
{
	static const char *const files[] = {"tensorflow_worker.py",
	                                    "tensorflow_checks.py",
	                                    "tensorflow_protocol.py", NULL};
	plan->engine = "tensorflow";
	plan->any_translation = true;
	plan->python = true;
	plan->device = device;
	for (const char *const *file = files; *file; file++) {
		strlist_add(&plan->images, *file);
		if (embedded_find(host->images, host->image_count, *file))
			continue;
		plan_refuse(plan, NULL, NULL,
		            "This build of trilane carries no worker for Python.");
		return NULL;
	}
	return plan_interpreter(plan, host);
}

static void plan_tensorflow(struct lane_plan *plan, const struct lane_host *host)
{
	plan_python(plan, host, "cpu");
}

static void plan_tensorflow_gpu(struct lane_plan *plan, const struct lane_host *host)
{
	const json_t *interpreter = plan_python(plan, host, "gpu");
	if (interpreter && plan->possible)
		plan_tensorflow_device(plan, host, interpreter);
}

static const struct lane_row {
	const char *summary;
	void (*plan)(struct lane_plan *plan, const struct lane_host *host);
} lanes[LANE_KIND_COUNT] = {
	[LANE_NATIVE] = {"the processor, in its own instructions", plan_native},
	[LANE_TRANSLATED] = {"the processor, running the other architecture's program "
                             "under a translator",
                             plan_translated},
	[LANE_TRANSLATED_AVX] = {"the same under Rosetta 2 with AVX switched on",
                                 plan_translated_avx},
	[LANE_GPU] = {"the graphics processor", plan_gpu},
	[LANE_TENSORFLOW] = {"your own TensorFlow, on the processor", plan_tensorflow},
	[LANE_TENSORFLOW_GPU] = {"your own TensorFlow, on its GPU", plan_tensorflow_gpu},
	[LANE_BLAS] = {"the processor, with the platform's matrix library", plan_blas},
};

void lane_plan(enum lane_kind kind, const struct lane_host *host, struct lane_plan *out)
{
	*out = (struct lane_plan){
		.kind = kind,
		.possible = true,
		.reason = STR_INIT,
		.remedy = STR_INIT,
		.program = STR_INIT,
	};
	proc_clean_environment(&out->env);
	lanes[kind].plan(out, host);
}

void lane_plan_release(struct lane_plan *plan)
{
	str_release(&plan->reason);
	str_release(&plan->remedy);
	str_release(&plan->program);
	strlist_release(&plan->images);
	strlist_release(&plan->before);
	strlist_release(&plan->env);
}

/* --- what a worker says of itself --- */

static const char *member(const json_t *hello, const char *name)
{
	const char *value = json_string_value(json_object_get(hello, name));
	return value ? value : "nothing";
}

bool lane_hello_fits(const struct lane_plan *plan, const json_t *hello, struct str *why)
{
	bool translated = json_is_true(json_object_get(hello, "translated"));
	if (json_integer_value(json_object_get(hello, "protocol")) != 1)
		str_add(why, "the worker speaks another version of the protocol");
	else if (!text_equal(member(hello, "engine"), plan->engine))
		str_addf(why, "the worker says its engine is %s, not %s",
		         member(hello, "engine"), plan->engine);
	else if (plan->arch && !text_equal(member(hello, "arch"), plan->arch))
		str_addf(why, "the worker says it runs as %s, not %s",
		         member(hello, "arch"), plan->arch);
	else if (plan->isa && !text_equal(member(hello, "isa"), plan->isa))
		str_addf(why, "the worker says it computes with %s, not %s",
		         member(hello, "isa"), plan->isa);
	else if (!plan->any_translation && translated != plan->translated)
		str_addf(why, "the worker says that it is %stranslated",
		         translated ? "" : "not ");
	else
		return true;
	return false;
}

json_t *lanes_document(const struct lane_host *host)
{
	json_t *list = json_array();
	for (int kind = 0; kind < LANE_KIND_COUNT; kind++) {
		CLEANUP(lane_plan_release) struct lane_plan plan;
		lane_plan((enum lane_kind)kind, host, &plan);
		json_array_append_new(
			list,
			json_pack("{s:s, s:s, s:b, s:o, s:o, s:o}", "lane",
		                  lane_name((enum lane_kind)kind), "summary",
		                  lanes[kind].summary, "possible", (int)plan.possible,
		                  "reason", fact_text_or_null(plan.reason.data), "remedy",
		                  fact_text_or_null(plan.remedy.data), "finding",
		                  fact_text_or_null(plan.finding)));
	}
	return list;
}
