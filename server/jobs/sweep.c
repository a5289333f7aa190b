/* SPDX-License-Identifier: MIT */
/*
 * The sweep: a model at batch sizes from 8 to 1024 on the native and the gpu lane, each
 * size a small benchmark of its own, checked and in randomised blocks like the large one
 * but trained on a few thousand images only, because nothing but its speed is asked for.
 * A software device takes part up to a batch of 64: beyond, a step takes it seconds.
 */
#include "bench.h"

#include "trilane/cleanup.h"
#include "trilane/compare.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

static const unsigned batches[] = {8, 16, 32, 64, 128, 256, 512, 1024};
enum { SIZES = sizeof(batches) / sizeof(batches[0]), IMAGES = 2048, BLOCKS_MAX = 10 };
enum { SOFTWARE_BATCH_MAX = 64, SOFTWARE_IMAGES = 640 };

/* What a sweep of one model has gathered. */
struct sweep {
	enum model model;
	json_t *series[LANE_KIND_COUNT]; /* of points; NULL: the lane takes no part */
	json_t *ratios;                  /* a document for each batch size compared */
	unsigned compared_batches[SIZES];
	struct comparison compared[SIZES];
	size_t compared_count;
	const struct lane_run *a, *b; /* that are compared; NULL: not both are there */
};

static bool reaches(const struct lane_run *lane, unsigned batch)
{
	return !lane_is_software(lane) || batch <= SOFTWARE_BATCH_MAX;
}

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

/* Speeds from times: the interval turns round. */
static json_t *speed_interval(const struct model_run *m, unsigned batch)
{
	double low, high;
	if (!compare_interval(m->step_ns, m->samples, &low, &high))
		return fact_absent(FACT_NOT_MEASURED,
		                   "fewer than 6 blocks give no interval");
	return json_pack("[f, f]", batch * 1e9 / high, batch * 1e9 / low);
}

static void add_point(struct sweep *s, const struct bench *b, const struct lane_run *lane)
{
	const struct model_run *m = &lane->models[s->model];
	json_t *o = json_pack("{s:i, s:s, s:s?}", "batch", (int)b->spec->batch, "state",
	                      outcome_name(m->outcome), "reason",
	                      m->reason.len ? m->reason.data : NULL);
	bench_add_times(o, b, m);
	if (m->outcome == OUTCOME_DONE)
		json_object_set_new(o, "ci95", speed_interval(m, b->spec->batch));
	json_array_append_new(s->series[lane->kind], o);
}

/* A against B at this batch size, if both were measured. */
static void add_ratio(struct sweep *s, const struct bench *b)
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
	json_array_append_new(s->ratios, json_pack("{s:i, s:f, s:o, s:s}", "batch",
	                                           (int)b->spec->batch, "ratio", c->ratio,
	                                           "ci95", bench_interval(c), "verdict",
	                                           verdict_name(c->verdict)));
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
	if (s->b && lane_is_software(s->b) && reaches(s->b, batch))
		small.images = SOFTWARE_IMAGES;
	for (unsigned i = 0; i < b->lane_count; i++)
		if (takes_part(&b->lanes[i], s->model) && reaches(&b->lanes[i], batch))
			bench_add_lane(&small, b->lanes[i].kind);
	int rc = bench_run_model(&small, s->model, 0, 1, err);
	for (unsigned i = 0; i < small.lane_count && !rc; i++)
		add_point(s, &small, &small.lanes[i]);
	if (!rc)
		add_ratio(s, &small);
	bench_release_lanes(&small);
	return rc;
}

static json_t *crossover_place(const struct crossover *c)
{
	if (!c->batch)
		return fact_absent(FACT_NOT_APPLICABLE, "the gpu lane does not overtake");
	return json_integer(c->batch);
}

static void add_crossover(const struct sweep *s, json_t *list)
{
	struct crossover c;
	CLEANUP(str_release) struct str sentence = STR_INIT;
	if (!s->compared_count)
		return;
	compare_crossover(s->compared_batches, s->compared, s->compared_count, &c);
	str_addf(&sentence, "%s: ", model_name(s->model));
	crossover_sentence(&c, lane_shown_name(s->a), lane_shown_name(s->b), &sentence);
	json_array_append_new(
		list, json_pack("{s:s, s:s, s:s, s:o, s:[o, o], s:s, s:O}", "model",
	                        model_name(s->model), "a", lane_name(LANE_NATIVE), "b",
	                        lane_name(LANE_GPU), "batch", crossover_place(&c),
	                        "interval", c.low ? json_integer(c.low) : json_null(),
	                        c.high ? json_integer(c.high) : json_null(), "sentence",
	                        sentence.data, "points", s->ratios));
}

static void add_series(const struct sweep *s, json_t *list)
{
	for (int kind = 0; kind < LANE_KIND_COUNT; kind++)
		if (s->series[kind])
			json_array_append_new(list,
			                      json_pack("{s:s, s:s, s:O}", "lane",
			                                lane_name((enum lane_kind)kind),
			                                "model", model_name(s->model),
			                                "points", s->series[kind]));
}

static void sweep_release(struct sweep *s)
{
	for (int kind = 0; kind < LANE_KIND_COUNT; kind++)
		json_decref(s->series[kind]);
	json_decref(s->ratios);
}

int bench_sweep(struct bench *b, enum model model, struct error *err)
{
	CLEANUP(sweep_release) struct sweep s = {.model = model, .ratios = json_array()};
	bool any = false;
	int rc = 0;
	for (unsigned i = 0; i < b->lane_count; i++) {
		if (!takes_part(&b->lanes[i], model))
			continue;
		s.series[b->lanes[i].kind] = json_array();
		*(b->lanes[i].kind == LANE_GPU ? &s.b : &s.a) = &b->lanes[i];
		any = true;
	}
	for (unsigned i = 0; i < SIZES && any && !rc; i++) {
		bench_progress(b, (double)i / (double)SIZES, "%s: sweep, batch %u",
		               model_name(model), batches[i]);
		rc = run_size(b, &s, batches[i], err);
	}
	if (rc)
		return rc;
	add_series(&s, b->sweep);
	add_crossover(&s, b->crossovers);
	return 0;
}
