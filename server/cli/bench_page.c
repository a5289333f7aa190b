/* SPDX-License-Identifier: MIT */
/* A benchmark's result for people. */
#include "bench_page.h"

#include <math.h>

#include "findings_page.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

static const char *text_of(const json_t *document, const char *path, const char *fallback)
{
	const char *text = fact_get_string(document, path);
	return text ? text : fallback;
}

static bool number_of(const json_t *document, const char *path, double *out)
{
	const json_t *value = fact_get(document, path);
	*out = json_number_value(value);
	return json_is_number(value);
}

/* "0.26 ms", "840 us". */
static void add_time(struct str *out, double ns)
{
	if (ns < 1e6)
		str_addf(out, "%.0f us", ns / 1e3);
	else
		str_addf(out, ns < 1e7 ? "%.2f ms" : "%.1f ms", ns / 1e6);
}

static void add_interval(struct str *out, const json_t *model)
{
	const json_t *ci = fact_get(model, "step_ns.ci95");
	if (json_array_size(ci) != 2) {
		str_add(out, "too few blocks");
		return;
	}
	add_time(out, json_number_value(json_array_get(ci, 0)));
	str_add(out, " - ");
	add_time(out, json_number_value(json_array_get(ci, 1)));
}

static void add_measured(struct str *out, const json_t *lane, const json_t *model)
{
	CLEANUP(str_release) struct str step = STR_INIT;
	CLEANUP(str_release) struct str interval = STR_INIT;
	double speed, ns, accuracy, memory;
	number_of(model, "samples_per_second", &speed);
	number_of(model, "step_ns.median", &ns);
	add_time(&step, ns);
	add_interval(&interval, model);
	str_addf(out, "  %-5s %-14s %9.0f  %9s  %-19s", text_of(model, "model", "?"),
	         text_of(lane, "lane", "?"), speed, step.data, interval.data);
	if (number_of(model, "training.test_accuracy", &accuracy))
		str_addf(out, "  %5.2f %%", 100 * accuracy);
	if (number_of(model, "peak_memory_bytes", &memory))
		str_addf(out, "  %4.0f", memory / 1e6);
	str_add_char(out, '\n');
}

static void add_model(struct str *out, const json_t *lane, const json_t *model)
{
	if (text_equal(text_of(model, "state", ""), "done"))
		add_measured(out, lane, model);
	else
		str_addf(out, "  %-5s %-14s %s: %s\n", text_of(model, "model", "?"),
		         text_of(lane, "lane", "?"),
		         text_equal(text_of(model, "state", ""), "failed")
		                 ? "failed"
		                 : "not possible",
		         text_of(model, "reason", "for a reason that is not known"));
}

static void add_impossible(struct str *out, const json_t *lane)
{
	str_addf(out, "  %-20s not possible: %s\n", text_of(lane, "lane", "?"),
	         text_of(lane, "reason", "for a reason that is not known"));
	const char *remedy = fact_get_string(lane, "remedy");
	if (remedy)
		str_addf(out, "  %-20s %s\n", "", remedy);
}

static void add_lanes(struct str *out, const json_t *lanes)
{
	size_t at, k;
	json_t *lane, *model;
	json_array_foreach(lanes, at, lane)
	{
		const json_t *models = json_object_get(lane, "models");
		if (json_array_size(models) == 0)
			add_impossible(out, lane);
		json_array_foreach(models, k, model) add_model(out, lane, model);
	}
}

/* "native      AMD EPYC, avx2", then the lane's notes below it. */
static void add_device(struct str *out, const json_t *lane)
{
	const char *device = fact_get_string(lane, "observed.device");
	const char *isa = fact_get_string(lane, "observed.isa");
	const json_t *notes = json_object_get(lane, "notes");
	size_t at;
	json_t *note;
	if (!device)
		return;
	str_addf(out, "  %-15s %s (%s)%s%s\n", text_of(lane, "lane", "?"), device,
	         text_of(lane, "observed.arch", "?"), isa ? ", " : "", isa ? isa : "");
	json_array_foreach(notes, at, note)
	{
		const char *text = json_string_value(note);
		str_addf(out, "  %-15s %s\n", "", text ? text : "");
	}
}

static void add_devices(struct str *out, const json_t *lanes)
{
	size_t at;
	json_t *lane;
	str_add_char(out, '\n');
	json_array_foreach(lanes, at, lane) add_device(out, lane);
}

static void add_sentences(struct str *out, const json_t *list)
{
	size_t at;
	json_t *item;
	json_array_foreach(list, at, item)
		str_addf(out, "%s%s\n", at ? "" : "\n", text_of(item, "sentence", ""));
}

/* A line a series: "mlp native    8: 12345   16: 23456 …". */
static void add_sweep(struct str *out, const json_t *result)
{
	size_t at, k;
	json_t *series, *point;
	json_array_foreach(json_object_get(result, "sweep"), at, series)
	{
		str_addf(out, "%s  %-5s %-14s", at ? "" : "\nSamples/s by batch size\n",
		         text_of(series, "model", "?"), text_of(series, "lane", "?"));
		json_array_foreach(json_object_get(series, "points"), k, point)
		{
			double speed, batch;
			if (number_of(point, "samples_per_second", &speed) &&
			    number_of(point, "batch", &batch))
				str_addf(out, "%s %5.0f: %8.0f",
				         k == 4 ? "\n                   " : "", batch,
				         speed);
		}
		str_add_char(out, '\n');
	}
	add_sentences(out, json_object_get(result, "crossovers"));
}

/* "  mlp   native         batch 1: 38 us, batch 32: 285 us": one pass, no training. */
static void add_passes(struct str *out, const json_t *lane, const json_t *model)
{
	const json_t *passes = json_object_get(model, "inference");
	json_t *pass;
	size_t at;

	if (json_array_size(passes) == 0)
		return;
	str_addf(out, "  %-5s %-14s", text_of(model, "model", "?"),
	         text_of(lane, "lane", "?"));
	json_array_foreach(passes, at, pass)
	{
		double batch, ns;
		if (!number_of(pass, "batch", &batch) ||
		    !number_of(pass, "duration_ns", &ns))
			continue;
		str_addf(out, "%s batch %.0f: ", at ? "," : "", batch);
		add_time(out, ns);
	}
	str_add_char(out, '\n');
}

static void add_inference(struct str *out, const json_t *lanes)
{
	CLEANUP(str_release) struct str lines = STR_INIT;
	size_t at, k;
	json_t *lane, *model;

	json_array_foreach(lanes, at, lane)
		json_array_foreach(json_object_get(lane, "models"), k, model)
			add_passes(&lines, lane, model);
	if (lines.len)
		str_addf(out, "\nInference, time of one pass\n%s", lines.data);
}

static void add_trust(struct str *out, const json_t *result)
{
	size_t at;
	json_t *reason;
	str_addf(out, "\nTrust: %s.\n", text_of(result, "trust.grade", "?"));
	json_array_foreach(fact_get(result, "trust.reasons"), at, reason)
		page_wrap(json_string_value(reason), 2, out);
}

void bench_page(const json_t *result, struct str *out)
{
	json_int_t batch = 0, blocks = 0, threads = 0;
	fact_get_integer(result, "spec.batch", &batch);
	fact_get_integer(result, "spec.blocks", &blocks);
	fact_get_integer(result, "environment.threads", &threads);
	str_addf(out, "%s, %d threads, batch %d, %d blocks, data set %s\n\n",
	         text_of(result, "environment.machine.chip", "This machine"),
	         (int)threads, (int)batch, (int)blocks,
	         text_of(result, "spec.data", "?"));
	str_addf(out, "  %-5s %-14s %9s  %9s  %-19s  %7s  %4s\n", "model", "lane",
	         "samples/s", "step", "95 % interval", "test", "MB");
	add_lanes(out, json_object_get(result, "lanes"));
	add_devices(out, json_object_get(result, "lanes"));
	add_sentences(out, json_object_get(result, "comparisons"));
	add_inference(out, json_object_get(result, "lanes"));
	add_sweep(out, result);
	add_trust(out, result);
}
