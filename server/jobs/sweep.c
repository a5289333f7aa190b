/* SPDX-License-Identifier: MIT */
/*
 * The sweep: a model at batch sizes from 8 to 1024 on the native and the gpu lane, each
 * size a small benchmark of its own, checked and in randomised blocks like the large one
 * but trained on a few thousand images only, because nothing but its speed is asked for.
 */
#include "bench.h"

#include "trilane/cleanup.h"
#include "trilane/compare.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

static const unsigned batches[] = {8, 16, 32, 64, 128, 256, 512, 1024};
enum { SIZES = sizeof(batches) / sizeof(batches[0]), IMAGES = 2048, BLOCKS_MAX = 10 };

/* What a sweep of one model has gathered. */
struct sweep {
	enum model model;
	json_t *points;
	unsigned compared_batches[SIZES];
	struct comparison compared[SIZES];
	size_t compared_count;
};

static bool takes_part(const struct lane_run *lane, enum model model)
{
	return (lane->kind == LANE_NATIVE || lane->kind == LANE_GPU) &&
	       lane->models[model].outcome == OUTCOME_DONE;
}

static void reduce_spec(const struct bench *b, enum model model, unsigned batch,
                        struct bench_spec *spec)
{
	*spec = *b->spec;
	spec->batch = batch;
	spec->epochs = 1;
	if (spec->blocks > BLOCKS_MAX)
		spec->blocks = BLOCKS_MAX;
	for (int m = 0; m < MODEL_COUNT; m++)
		spec->models[m] = m == (int)model;
}

static json_t *lane_point(const struct bench *b, const struct lane_run *lane,
                          enum model model)
{
	const struct model_run *m = &lane->models[model];
	json_t *o = json_pack("{s:s, s:s, s:s?}", "lane", lane_name(lane->kind), "state",
	                      outcome_name(m->outcome), "reason",
	                      m->reason.len ? m->reason.data : NULL);
	bench_add_times(o, b, m);
	return o;
}

/* A against B at this batch size, if both were measured. */
static void compare_point(struct sweep *s, const struct bench *b, json_t *point)
{
	if (b->lane_count != 2)
		return;
	const struct model_run *first = &b->lanes[0].models[s->model];
	const struct model_run *second = &b->lanes[1].models[s->model];
	if (first->outcome != OUTCOME_DONE || second->outcome != OUTCOME_DONE)
		return;
	struct comparison *c = &s->compared[s->compared_count];
	compare_pair(first->step_ns, second->step_ns, b->spec->blocks, c);
	s->compared_batches[s->compared_count++] = b->spec->batch;
	json_object_set_new(point, "ratio", json_real(c->ratio));
	json_object_set_new(
		point, "ci95",
		c->has_interval ? json_pack("[f, f]", c->low, c->high)
				: fact_absent(FACT_NOT_MEASURED,
	                                      "fewer than 6 blocks give no interval"));
	json_object_set_new(point, "verdict", json_string(verdict_name(c->verdict)));
}

static int run_size(struct bench *b, struct sweep *s, unsigned batch, struct error *err)
{
	struct bench_spec spec;
	const struct benchmark_listener quiet = {.cancelled = b->listener->cancelled};
	reduce_spec(b, s->model, batch, &spec);
	struct bench small = *b;
	small.spec = &spec;
	small.listener = &quiet;
	small.lane_count = 0;
	small.images = 2 * batch > IMAGES ? 2 * batch : IMAGES;
	for (unsigned i = 0; i < b->lane_count; i++)
		if (takes_part(&b->lanes[i], s->model))
			bench_add_lane(&small, b->lanes[i].kind);
	int rc = bench_run_model(&small, s->model, 0, 1, err);
	if (!rc) {
		json_t *lanes = json_array();
		for (unsigned i = 0; i < small.lane_count; i++)
			json_array_append_new(
				lanes, lane_point(&small, &small.lanes[i], s->model));
		json_t *point =
			json_pack("{s:i, s:o}", "batch", (int)batch, "lanes", lanes);
		compare_point(s, &small, point);
		json_array_append_new(s->points, point);
	}
	bench_release_lanes(&small);
	return rc;
}

static json_t *crossover_document(const struct sweep *s, struct str *sentence)
{
	struct crossover c;
	compare_crossover(s->compared_batches, s->compared, s->compared_count, &c);
	if (!c.largest)
		return fact_absent(FACT_NOT_MEASURED,
		                   "only one of the lanes native and gpu was measured");
	str_addf(sentence, "%s: ", model_name(s->model));
	crossover_sentence(&c, lane_name(LANE_NATIVE), lane_name(LANE_GPU), sentence);
	if (!c.batch)
		return fact_absent(FACT_NOT_APPLICABLE, "the gpu lane does not overtake");
	json_t *low = c.low ? json_integer(c.low) : json_null();
	json_t *high = c.high ? json_integer(c.high) : json_null();
	return json_pack("{s:i, s:[o, o]}", "batch", (int)c.batch, "interval", low, high);
}

static json_t *sweep_document(const struct sweep *s)
{
	CLEANUP(str_release) struct str sentence = STR_INIT;
	json_t *crossover = crossover_document(s, &sentence);
	return json_pack("{s:s, s:O, s:o, s:o}", "model", model_name(s->model), "points",
	                 s->points, "crossover", crossover, "sentence",
	                 sentence.len ? json_string(sentence.data) : json_null());
}

int bench_sweep(struct bench *b, enum model model, struct error *err)
{
	struct sweep s = {.model = model, .points = json_array()};
	bool any = false;
	int rc = 0;
	for (unsigned i = 0; i < b->lane_count; i++)
		any = any || takes_part(&b->lanes[i], model);
	for (unsigned i = 0; i < SIZES && any && !rc; i++) {
		bench_progress(b, (double)i / SIZES, "%s: sweep, batch %u",
		               model_name(model), batches[i]);
		rc = run_size(b, &s, batches[i], err);
	}
	if (!rc && any)
		json_array_append_new(b->sweep, sweep_document(&s));
	json_decref(s.points);
	return rc;
}
