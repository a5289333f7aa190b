/* SPDX-License-Identifier: MIT */
/*
 * The result document (docs/openapi.json).  What was not measured is a typed absence,
 * never a number.
 */
#include "bench.h"

#include <math.h>

#include "trilane/cleanup.h"
#include "trilane/compare.h"
#include "trilane/facts.h"
#include "trilane/id.h"
#include "trilane/platform.h"

#include "trilane/banned.h"

#define FEW_BLOCKS "fewer than 6 blocks give no 95 % interval"

/* --- lanes --- */

/* The reasons of models that did not end well; said once where they are the same. */
static json_t *lane_reason(const struct lane_run *lane, const struct bench_spec *spec)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *last = NULL;
	if (!lane->plan.possible)
		return json_string(lane->plan.reason.data);
	for (int m = 0; m < MODEL_COUNT; m++) {
		const struct model_run *run = &lane->models[m];
		if (!spec->models[m] || !run->reason.len ||
		    text_equal(last, run->reason.data))
			continue;
		str_addf(&text, "%s%s: %s", text.len ? "; " : "",
		         model_name((enum model)m), run->reason.data);
		last = run->reason.data;
	}
	return text.len ? fact_text(text.data, text.len) : json_null();
}

static json_t *requested(const struct bench *b, const struct lane_run *lane)
{
	const struct lane_plan *p = &lane->plan;
	json_t *o = json_object();
	json_object_set_new(o, "engine", json_string(p->engine));
	json_object_set_new(o, "arch", fact_text_or_null(p->arch));
	json_object_set_new(o, "translated",
	                    p->any_translation ? json_null()
	                                       : json_boolean(p->translated));
	json_object_set_new(o, "launcher", fact_text_or_null(p->program.data));
	json_object_set_new(o, "threads", json_integer(b->threads));
	json_object_set_new(o, "batch", json_integer(b->spec->batch));
	json_object_set_new(o, "epochs", json_integer(b->spec->epochs));
	json_object_set_new(o, "data", json_string(b->spec->data));
	unsigned images = bench_images(b, lane);
	json_object_set_new(o, "images", images ? json_integer(images) : json_null());
	return o;
}

/* What the worker said of itself; members it left out are null. */
static json_t *observed(const struct lane_run *lane)
{
	static const char *const names[] = {"arch",   "translated",    "device",
	                                    "isa",    "threads",       "software_device",
	                                    "engine", "flush_to_zero", "launch_ns",
	                                    "build",  "images",        "devices"};
	if (!lane->hello)
		return fact_absent(FACT_NOT_MEASURED,
		                   "no worker of this lane said its hello");
	json_t *o = json_object();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		json_t *value = json_object_get(lane->hello, names[i]);
		json_object_set_new(o, names[i],
		                    value ? json_incref(value) : json_null());
	}
	return o;
}

/* What the first start of a translated worker costs beyond a later one. */
static json_t *translation_cost(const struct lane_run *lane)
{
	const uint64_t *ns = lane->starts_ns;
	if (lane->plan.emulated)
		return fact_absent(FACT_NOT_APPLICABLE,
		                   "qemu translates anew while a program runs, at every "
		                   "start: it is in all times");
	if (ns[0] <= ns[1])
		return fact_absent(FACT_UNAVAILABLE,
		                   "the first start took no longer than the second: the "
		                   "system had a translation of this worker already");
	return json_integer((json_int_t)(ns[0] - ns[1]));
}

static json_t *translation(const struct lane_run *lane)
{
	const uint64_t *ns = lane->starts_ns;
	if (!lane->plan.translated)
		return json_null();
	if (!ns[1])
		return fact_absent(FACT_NOT_MEASURED,
		                   "no worker of this lane started twice");
	return json_pack("{s:I, s:I, s:o}", "first_start_ns", (json_int_t)ns[0],
	                 "second_start_ns", (json_int_t)ns[1], "cost_ns",
	                 translation_cost(lane));
}

/* --- models --- */

/* A copy of a line's member, or an absence. */
static json_t *member(const json_t *line, const char *name)
{
	json_t *value = json_object_get(line, name);
	if (value && !json_is_null(value))
		return json_incref(value);
	return fact_absent(line ? FACT_UNAVAILABLE : FACT_NOT_MEASURED,
	                   line ? "the worker did not say"
	                        : "the worker did not get so far");
}

/* Durations are whole nanoseconds in documents. */
static json_t *whole_ns(double ns)
{
	return json_integer((json_int_t)llround(ns));
}

static json_t *step_document(const struct model_run *m)
{
	double low, high;
	json_t *samples = json_array(), *ci;
	for (unsigned i = 0; i < m->samples; i++)
		json_array_append_new(samples, whole_ns(m->step_ns[i]));
	if (compare_interval(m->step_ns, m->samples, &low, &high))
		ci = json_pack("[o, o]", whole_ns(low), whole_ns(high));
	else
		ci = fact_absent(FACT_NOT_MEASURED, FEW_BLOCKS);
	return json_pack("{s:o, s:o, s:o}", "median",
	                 whole_ns(compare_median(m->step_ns, m->samples)), "ci95", ci,
	                 "samples", samples);
}

static json_t *training_document(const struct model_run *m)
{
	json_t *epochs = json_array();
	size_t at;
	json_t *line;
	json_array_foreach(m->epochs, at, line) json_array_append_new(
		epochs,
		json_pack("{s:O, s:O, s:O}", "loss", json_object_get(line, "loss"),
	                  "accuracy", json_object_get(line, "accuracy"), "seconds",
	                  json_object_get(line, "seconds")));
	return json_pack("{s:o, s:o, s:o, s:o}", "epochs", epochs, "test_accuracy",
	                 member(m->trained, "test_accuracy"), "test_loss",
	                 member(m->trained, "test_loss"), "first_losses",
	                 member(m->trained, "first_losses"));
}

static json_t *checks_document(const struct model_run *m)
{
	json_t *detail = json_object_get(m->checks, "detail");
	json_t *o = json_object();
	json_object_set_new(o, "gradient_max_error",
	                    member(m->checks, "gradient_max_error"));
	json_object_set_new(o, "oracle_max_error", member(m->checks, "oracle_max_error"));
	json_object_set_new(o, "passed", member(m->checks, "passed"));
	json_object_set_new(o, "detail", detail ? json_incref(detail) : json_null());
	return o;
}

/* Times are given for a model only that went all the way. */
void bench_add_times(json_t *o, const struct bench *b, const struct model_run *m)
{
	if (m->outcome == OUTCOME_DONE) {
		double median = round(compare_median(m->step_ns, m->samples));
		json_object_set_new(o, "samples_per_second",
		                    json_real(b->spec->batch * 1e9 / median));
		json_object_set_new(o, "step_ns", step_document(m));
		return;
	}
	const char *why = "the lane did not finish this model";
	json_object_set_new(o, "samples_per_second", fact_absent(FACT_NOT_MEASURED, why));
	json_object_set_new(o, "step_ns", fact_absent(FACT_NOT_MEASURED, why));
}

static json_t *peak_memory(const struct model_run *m)
{
	if (m->end)
		return member(m->end, "peak_memory_bytes");
	if (m->worker.end.peak_memory_bytes)
		return json_integer((json_int_t)m->worker.end.peak_memory_bytes);
	return fact_absent(FACT_NOT_MEASURED, "the worker did not get so far");
}

static json_t *model_document(const struct bench *b, const struct model_run *m,
                              enum model model)
{
	json_t *o = json_object();
	json_object_set_new(o, "model", json_string(model_name(model)));
	json_object_set_new(o, "state", json_string(outcome_name(m->outcome)));
	json_object_set_new(o, "reason", fact_text_or_null(m->reason.data));
	bench_add_times(o, b, m);
	json_object_set_new(o, "cold_ns", member(m->ready, "cold_ns"));
	json_object_set_new(o, "training", training_document(m));
	json_object_set_new(o, "checks", checks_document(m));
	json_object_set_new(o, "peak_memory_bytes", peak_memory(m));
	json_object_set_new(o, "flop_per_sample", member(m->end, "flop_per_sample"));
	json_object_set_new(o, "inference", member(m->end, "inference"));
	return o;
}

static json_t *lane_document(const struct bench *b, const struct lane_run *lane)
{
	json_t *models = json_array();
	for (int m = 0; m < MODEL_COUNT; m++)
		if (b->spec->models[m] && lane->plan.possible)
			json_array_append_new(models, model_document(b, &lane->models[m],
			                                             (enum model)m));
	json_t *o = json_object();
	json_object_set_new(o, "lane", json_string(lane_name(lane->kind)));
	json_object_set_new(o, "engine", json_string(lane->plan.engine));
	json_object_set_new(o, "state",
	                    json_string(outcome_name(lane_outcome(lane, b->spec))));
	json_object_set_new(o, "reason", lane_reason(lane, b->spec));
	json_object_set_new(o, "remedy", fact_text_or_null(lane->plan.remedy.data));
	json_object_set_new(o, "finding", fact_text_or_null(lane->plan.finding));
	json_object_set_new(o, "requested", requested(b, lane));
	json_object_set_new(o, "observed", observed(lane));
	json_object_set_new(o, "translation", translation(lane));
	json_object_set_new(o, "notes", lane_notes(b, lane));
	json_object_set_new(o, "models", models);
	return o;
}

/* --- comparisons --- */

json_t *bench_interval(const struct comparison *c)
{
	if (c->has_interval)
		return json_pack("[f, f]", c->low, c->high);
	return fact_absent(FACT_NOT_MEASURED, FEW_BLOCKS);
}

static json_t *comparison_document(enum model model, const struct lane_run *a,
                                   const struct lane_run *b)
{
	const struct model_run *ma = &a->models[model], *mb = &b->models[model];
	CLEANUP(str_release) struct str sentence = STR_INIT;
	struct comparison c;
	compare_pair(ma->step_ns, mb->step_ns,
	             ma->samples < mb->samples ? ma->samples : mb->samples, &c);
	str_addf(&sentence, "%s: ", model_name(model));
	compare_sentence(&c, lane_shown_name(a), lane_shown_name(b), &sentence);
	return json_pack("{s:s, s:s, s:s, s:f, s:o, s:s, s:s, s:i}", "model",
	                 model_name(model), "a", lane_name(a->kind), "b",
	                 lane_name(b->kind), "ratio", c.ratio, "ci95", bench_interval(&c),
	                 "verdict", verdict_name(c.verdict), "sentence", sentence.data,
	                 "more_blocks", (int)c.more_blocks);
}

static bool measured(const struct lane_run *lane, int model)
{
	return lane->models[model].outcome == OUTCOME_DONE;
}

static json_t *comparisons(const struct bench *b)
{
	json_t *list = json_array();
	for (int m = 0; m < MODEL_COUNT; m++)
		for (unsigned i = 0; i < b->lane_count; i++)
			for (unsigned k = i + 1; k < b->lane_count; k++)
				if (measured(&b->lanes[i], m) &&
				    measured(&b->lanes[k], m))
					json_array_append_new(
						list, comparison_document((enum model)m,
					                                  &b->lanes[i],
					                                  &b->lanes[k]));
	return list;
}

/* --- trust --- */

static enum trust_answer is_text(const json_t *report, const char *path, const char *yes)
{
	const char *value = fact_get_string(report, path);
	if (!value)
		return TRUST_UNKNOWN;
	return text_equal(value, yes) ? TRUST_YES : TRUST_NO;
}

/* Pressure, where the state is anything but nominal or throttling was counted. */
static enum trust_answer thermal_pressure(const struct moment *before,
                                          const struct moment *after)
{
	json_int_t from, to;
	const char *path = "machine.thermal.throttled_since_boot";
	if (fact_get_integer(before->report, path, &from) &&
	    fact_get_integer(after->report, path, &to) && to > from)
		return TRUST_YES;
	const char *state = fact_get_string(after->report, "machine.thermal.state");
	if (!state)
		return TRUST_UNKNOWN;
	return text_equal(state, "nominal") ? TRUST_NO : TRUST_YES;
}

static void worst_samples(const struct bench *b, struct trust_input *in)
{
	for (unsigned i = 0; i < b->lane_count; i++) {
		for (int m = 0; m < MODEL_COUNT; m++) {
			const struct model_run *run = &b->lanes[i].models[m];
			if (run->outcome != OUTCOME_DONE)
				continue;
			double drift = trust_drift(run->step_ns, run->samples);
			in->spread = fmax(in->spread,
			                  trust_spread(run->step_ns, run->samples));
			if (fabs(drift) > fabs(in->drift))
				in->drift = drift;
		}
	}
}

static json_t *trust(const struct bench *b)
{
	CLEANUP(strlist_release) struct strlist reasons = STRLIST_INIT;
	struct trust_input in = {
		.blocks = b->spec->blocks,
		.quick = b->spec->quick,
		.processors = platform_cpu_count(),
		.threads = b->threads,
		.load_before = b->before.load,
		.load_after = b->after.load,
		.on_battery = is_text(b->after.report, "machine.power.source", "battery"),
		.low_power_mode = is_text(b->after.report, "machine.power.mode", "low"),
		.thermal_pressure = thermal_pressure(&b->before, &b->after),
	};
	worst_samples(b, &in);
	char grade[2] = {trust_grade(&in, &reasons), '\0'};
	json_t *list = json_array();
	for (size_t i = 0; i < reasons.count; i++)
		json_array_append_new(list, json_string(reasons.items[i]));
	return json_pack("{s:s, s:o}", "grade", grade, "reasons", list);
}

json_t *bench_result(const struct bench *b)
{
	char id[ID_SIZE];
	id_new(id);
	json_t *lanes = json_array();
	for (unsigned i = 0; i < b->lane_count; i++)
		json_array_append_new(lanes, lane_document(b, &b->lanes[i]));
	json_t *o = json_object();
	json_object_set_new(o, "schema", json_string(RESULT_SCHEMA));
	json_object_set_new(o, "id", json_string(id));
	json_object_set_new(o, "taken", json_string(b->after.date));
	json_object_set_new(o, "spec", bench_spec_to_json(b->spec));
	json_object_set_new(o, "environment", environment_document(b));
	json_object_set_new(o, "lanes", lanes);
	json_object_set_new(o, "comparisons", comparisons(b));
	if (b->spec->sweep) {
		json_object_set(o, "sweep", b->sweep);
		json_object_set(o, "crossovers", b->crossovers);
	}
	json_object_set_new(o, "trust", trust(b));
	return o;
}
