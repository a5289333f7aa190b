/* SPDX-License-Identifier: MIT */
/*
 * One model: every lane brought to `ready`, then the timed part.  In each block every
 * lane that is ready gives one sample, in the order that the schedule draws, and while
 * one works the others sleep.  Afterwards each says its result and ends.
 *
 * Of the model's progress training takes four fifths, divided equally among the lanes,
 * and the blocks the rest.
 */
#include "bench.h"

#include <stdlib.h>

#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/compare.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

/* A sample is asked to last 100 ms; one step of a large batch under a translator may
 * last much longer. */
#define SAMPLE_SILENCE_NS (120 * NS_PER_S)
#define RESULT_SILENCE_NS (120 * NS_PER_S)
#define EXIT_GRACE_NS     (2 * NS_PER_S)
#define TRAINING_SHARE    0.8

/* Waits for the one answer that a command has. */
static int answer(struct model_run *m, const char *command, enum message_type want,
                  uint64_t silence_ns, json_t **line, struct error *err)
{
	enum message_type type;
	int rc = worker_command(&m->worker, command, err);
	if (!rc)
		rc = worker_next(&m->worker, silence_ns, &type, line, err);
	if (rc || type == want)
		return rc;
	if (type == MESSAGE_ERROR)
		rc = error_set(err, ERROR_FAILED, "%s",
		               json_string_value(json_object_get(*line, "text")));
	else
		rc = error_set(err, ERROR_INVALID, "the worker answered out of turn");
	json_decref(*line);
	return rc;
}

static int take_sample(struct bench *b, struct lane_run *lane, enum model model,
                       unsigned block, struct error *err)
{
	struct model_run *m = &lane->models[model];
	json_t *line;
	int rc = answer(m, "sample", MESSAGE_SAMPLE, SAMPLE_SILENCE_NS, &line, err);
	if (rc)
		return rc;
	double steps = json_number_value(json_object_get(line, "steps"));
	double ns = json_number_value(json_object_get(line, "duration_ns"));
	json_decref(line);
	if (steps < 1 || ns < steps) /* no step takes less than a nanosecond */
		return error_set(err, ERROR_INVALID,
		                 "the worker's sample measured nothing");
	m->step_ns[m->samples++] = ns / steps;
	bench_event(b, "sample",
	            json_pack("{s:s, s:s, s:i, s:i, s:f}", "lane", lane_name(lane->kind),
	                      "model", model_name(model), "block", (int)block + 1, "of",
	                      (int)b->spec->blocks, "step_ns", ns / steps));
	return 0;
}

/* ERROR_CANCELLED ends the run; anything else this lane's part in it. */
static int settle(struct bench *b, struct lane_run *lane, enum model model, int rc,
                  const struct error *why, struct error *err)
{
	if (!rc)
		return 0;
	model_end(b, lane, model, OUTCOME_FAILED, why->text);
	return rc == ERROR_CANCELLED ? error_set(err, ERROR_CANCELLED, "cancelled") : 0;
}

static int run_block(struct bench *b, enum model model, unsigned block,
                     const unsigned *order, struct lane_run **ready, unsigned count,
                     struct error *err)
{
	bench_progress(b, (double)block / b->spec->blocks, "%s: block %u of %u",
	               model_name(model), block + 1, b->spec->blocks);
	for (unsigned i = 0; i < count; i++) {
		struct lane_run *lane = ready[order[i]];
		struct error why = ERROR_INIT;
		if (!lane->models[model].alive)
			continue;
		int rc = take_sample(b, lane, model, block, &why);
		rc = settle(b, lane, model, rc, &why, err);
		if (rc)
			return rc;
	}
	return 0;
}

static int finish(struct bench *b, struct lane_run *lane, enum model model,
                  struct error *err)
{
	struct model_run *m = &lane->models[model];
	struct error why = ERROR_INIT;
	int rc = answer(m, "quit", MESSAGE_RESULT, RESULT_SILENCE_NS, &m->end, &why);
	if (rc) {
		m->end = NULL;
		return settle(b, lane, model, rc, &why, err);
	}
	worker_end(&m->worker, EXIT_GRACE_NS);
	model_end(b, lane, model, OUTCOME_DONE, "");
	return 0;
}

static int measure(struct bench *b, enum model model, struct error *err)
{
	struct lane_run *ready[LANE_KIND_COUNT];
	unsigned count = 0, blocks = b->spec->blocks;
	for (unsigned i = 0; i < b->lane_count; i++)
		if (b->lanes[i].models[model].alive)
			ready[count++] = &b->lanes[i];
	if (!count)
		return 0;
	/* A schedule of its own for each model. */
	CLEANUP_FREE unsigned *order = xcalloc((size_t)blocks * count, sizeof(*order));
	compare_schedule(b->spec->seed + (uint64_t)model, blocks, count, order);
	int rc = 0;
	for (unsigned k = 0; k < blocks && !rc; k++)
		rc = run_block(b, model, k, order + (size_t)k * count, ready, count, err);
	for (unsigned i = 0; i < count && !rc; i++)
		if (ready[i]->models[model].alive)
			rc = finish(b, ready[i], model, err);
	return rc;
}

int bench_run_model(struct bench *b, enum model model, double base, double share,
                    struct error *err)
{
	int rc = 0;
	for (unsigned i = 0; i < b->lane_count && !rc; i++) {
		b->share = share * TRAINING_SHARE / b->lane_count;
		b->base = base + b->share * i;
		if (b->lanes[i].plan.possible)
			rc = bench_train(b, &b->lanes[i], model, err);
	}
	b->base = base + share * TRAINING_SHARE;
	b->share = share * (1 - TRAINING_SHARE);
	return rc ? rc : measure(b, model, err);
}
