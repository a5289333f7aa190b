/* SPDX-License-Identifier: MIT */
/*
 * The state of a run, which all stages share: its lanes from plan to release, how they
 * end, and how a run speaks while it works.  It calls no stage.
 */
#include "bench.h"

#include <stdio.h>

#include "trilane/platform.h"

#include "trilane/banned.h"

/* An emulated processor is a hundred times slower: whole epochs would take hours. */
enum { EMULATED_IMAGES = 1280, EMULATED_BATCHES_MIN = 4 };

bool bench_cancelled(const struct bench *b)
{
	return b->listener->cancelled && atomic_load(b->listener->cancelled);
}

void bench_progress(struct bench *b, double done, const char *format, ...)
{
	char step[160];
	va_list args;
	if (!b->listener->progress)
		return;
	va_start(args, format);
	vsnprintf(step, sizeof(step), format, args);
	va_end(args);
	done = done < 0 ? 0 : done > 1 ? 1 : done;
	b->listener->progress(b->listener->context, b->base + b->share * done, step);
}

void bench_event(struct bench *b, const char *type, json_t *data)
{
	if (b->listener->event)
		b->listener->event(b->listener->context, type, data);
	else
		json_decref(data);
}

/* --- what became of a lane --- */

const char *outcome_name(enum outcome outcome)
{
	static const char *const names[] = {
		[OUTCOME_OPEN] = "running",
		[OUTCOME_DONE] = "done",
		[OUTCOME_NOT_POSSIBLE] = "not_possible",
		[OUTCOME_FAILED] = "failed",
	};
	return names[outcome];
}

enum outcome lane_outcome(const struct lane_run *lane, const struct bench_spec *spec)
{
	if (!lane->plan.possible)
		return OUTCOME_NOT_POSSIBLE;
	enum outcome worst = OUTCOME_DONE;
	for (int m = 0; m < MODEL_COUNT; m++)
		if (spec->models[m] && lane->models[m].outcome > worst)
			worst = lane->models[m].outcome;
	return worst;
}

bool lane_is_software(const struct lane_run *lane)
{
	return json_is_true(json_object_get(lane->hello, "software_device"));
}

/* A GPU's interface carried out by the processor is no GPU, and is not called one. */
const char *lane_shown_name(const struct lane_run *lane)
{
	if (lane_is_software(lane))
		return "gpu (a software device)";
	return lane_name(lane->kind);
}

unsigned bench_images(const struct bench *b, const struct lane_run *lane)
{
	if (!lane->plan.emulated)
		return b->images;
	unsigned least = EMULATED_BATCHES_MIN * b->spec->batch;
	return least > EMULATED_IMAGES ? least : EMULATED_IMAGES;
}

/* --- lanes --- */

static void lane_event(struct bench *b, const struct lane_run *lane, const char *model,
                       enum outcome outcome, const char *reason)
{
	bench_event(b, "lane",
	            json_pack("{s:s, s:s?, s:s, s:s?}", "lane", lane_name(lane->kind),
	                      "model", model, "state", outcome_name(outcome), "reason",
	                      reason[0] ? reason : NULL));
}

void model_end(struct bench *b, struct lane_run *lane, enum model model,
               enum outcome outcome, const char *reason)
{
	struct model_run *m = &lane->models[model];
	if (m->alive)
		worker_end(&m->worker, 0);
	m->alive = false;
	m->outcome = outcome;
	str_clear(&m->reason);
	str_add(&m->reason, reason);
	lane_event(b, lane, model_name(model), outcome, reason);
}

struct lane_host bench_lane_host(const struct bench *b)
{
	return (struct lane_host){
		.images = b->host->images,
		.image_count = b->host->image_count,
		.os = platform_os(),
		.arch = platform_arch(),
		.translated = platform_translated(NULL),
		.root = &b->root,
		.report = b->report,
		.interpreter = b->spec->interpreter,
	};
}

void bench_add_lane(struct bench *b, enum lane_kind kind)
{
	struct lane_run *lane = &b->lanes[b->lane_count++];
	const struct lane_host host = bench_lane_host(b);
	*lane = (struct lane_run){0};
	lane->kind = kind;
	lane_plan(kind, &host, &lane->plan);
	for (int m = 0; m < MODEL_COUNT; m++) {
		lane->models[m].reason = (struct str)STR_INIT;
		lane->models[m].epochs = json_array();
	}
	if (!lane->plan.possible)
		lane_event(b, lane, NULL, OUTCOME_NOT_POSSIBLE, lane->plan.reason.data);
}

static void lane_release(struct lane_run *lane)
{
	for (int i = 0; i < MODEL_COUNT; i++) {
		struct model_run *m = &lane->models[i];
		if (m->alive)
			worker_end(&m->worker, 0);
		str_release(&m->reason);
		json_decref(m->checks);
		json_decref(m->trained);
		json_decref(m->ready);
		json_decref(m->end);
		json_decref(m->epochs);
	}
	json_decref(lane->hello);
	lane_plan_release(&lane->plan);
}

void bench_release_lanes(struct bench *b)
{
	for (unsigned i = 0; i < b->lane_count; i++)
		lane_release(&b->lanes[i]);
	b->lane_count = 0;
}
