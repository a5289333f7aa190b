/* SPDX-License-Identifier: MIT */
/*
 * Two saved results against each other.
 *
 * Samples of different sessions are no pairs in time, but each is an independent measure
 * of its lane, so taking them in the order of measuring is a fair pairing and the same
 * exact interval holds; it cannot see that the whole machine was slower that day, which
 * is why differing environments are said first.
 */
#include "trilane/compare.h"

#include <math.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

/* What must agree for a difference in speed to be one of the program or its set-up. */
static const struct {
	const char *path, *name;
} circumstances[] = {
	{"environment.machine.chip", "chip"},
	{"environment.machine.model", "machine model"},
	{"environment.machine.arch", "architecture"},
	{"environment.machine.os.name", "operating system"},
	{"environment.machine.os.version", "operating system's version"},
	{"environment.machine.cores.total", "processor cores"},
	{"environment.tool.version", "version of trilane"},
	{"environment.tool.build", "build of trilane"},
	{"environment.power.source", "power source"},
	{"environment.power.mode", "power mode"},
	{"environment.thermal.state", "thermal state"},
	{"spec.batch", "batch size"},
	{"spec.threads", "threads"},
	{"spec.data", "data set"},
};

enum { VALUE_SHOWN = 100 };

/* The beginning of TEXT; a character cut in two is replaced. */
static json_t *cut(const char *text)
{
	return fact_text(text, strnlen(text, VALUE_SHOWN));
}

/* A leaf as a person would read it; an absence as "not known". */
static json_t *shown(const json_t *document, const char *path)
{
	const json_t *value = fact_get(document, path);
	if (!value || fact_is_absent(value) || json_is_null(value))
		return json_string("not known");
	if (json_is_string(value))
		return cut(json_string_value(value));
	CLEANUP_FREE char *text = document_text(value, false);
	return cut(text);
}

static json_t *list_differences(const json_t *a, const json_t *b)
{
	json_t *list = json_array();
	for (size_t i = 0; i < sizeof(circumstances) / sizeof(circumstances[0]); i++) {
		json_t *of_a = shown(a, circumstances[i].path);
		json_t *of_b = shown(b, circumstances[i].path);
		if (!json_equal(of_a, of_b))
			json_array_append_new(list, json_pack("{s:s, s:O, s:O}", "what",
			                                      circumstances[i].name, "a",
			                                      of_a, "b", of_b));
		json_decref(of_a);
		json_decref(of_b);
	}
	return list;
}

/* The samples of one lane and model as nanoseconds a sample of data, so that batch sizes
 * may differ.  0 if there are none or one makes no sense. */
static size_t read_times(const json_t *result, const json_t *model,
                         double times[COMPARE_BLOCKS_MAX])
{
	json_int_t batch = 0;
	if (!fact_get_integer(result, "spec.batch", &batch) || batch <= 0)
		return 0;
	const json_t *samples =
		json_object_get(json_object_get(model, "step_ns"), "samples");
	size_t n = 0, at;
	json_t *value;
	json_array_foreach(samples, at, value)
	{
		double ns = json_number_value(value);
		if (n == COMPARE_BLOCKS_MAX || !(ns > 0) || !isfinite(ns))
			return 0;
		times[n++] = ns / (double)batch;
	}
	return n;
}

static const json_t *find_named(const json_t *list, const char *key, const char *name)
{
	size_t at;
	json_t *item;
	json_array_foreach(list, at, item)
	{
		const char *value = json_string_value(json_object_get(item, key));
		if (text_equal(value, name))
			return item;
	}
	return NULL;
}

static json_t *ratio_json(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *compare_model(const char *lane, const char *model, const double *a,
                             const double *b, size_t n)
{
	struct comparison c;
	CLEANUP(str_release) struct str sentence = STR_INIT;
	compare_pair(b, a, n, &c);
	str_addf(&sentence, "%s on %s: ", model, lane);
	compare_sentence(&c, "B", "A", &sentence);
	json_t *ci = c.has_interval
	                     ? json_pack("[o, o]", ratio_json(c.low), ratio_json(c.high))
	                     : fact_absent(FACT_NOT_MEASURED, "fewer than 6 samples");
	return json_pack("{s:s, s:s, s:o, s:o, s:s, s:s, s:i}", "lane", lane, "model",
	                 model, "ratio", ratio_json(c.ratio), "ci95", ci, "verdict",
	                 verdict_name(c.verdict), "sentence", sentence.data,
	                 "more_blocks", (int)c.more_blocks);
}

struct sides {
	const json_t *a, *b;
	json_t *out;
};

static void compare_models(const struct sides *s, const char *lane,
                           const json_t *models_a, const json_t *models_b)
{
	size_t at;
	json_t *model_a;
	json_array_foreach(models_a, at, model_a)
	{
		double times_a[COMPARE_BLOCKS_MAX], times_b[COMPARE_BLOCKS_MAX];
		const char *name = json_string_value(json_object_get(model_a, "model"));
		const json_t *model_b = find_named(models_b, "model", name);
		if (!name || !model_b)
			continue;
		size_t n = read_times(s->a, model_a, times_a);
		size_t m = read_times(s->b, model_b, times_b);
		if (m < n)
			n = m;
		if (n)
			json_array_append_new(
				s->out, compare_model(lane, name, times_a, times_b, n));
	}
}

static json_t *list_comparisons(const json_t *a, const json_t *b)
{
	struct sides sides = {a, b, json_array()};
	size_t at;
	json_t *lane_a;
	json_array_foreach(json_object_get(a, "lanes"), at, lane_a)
	{
		const char *name = json_string_value(json_object_get(lane_a, "lane"));
		const json_t *lane_b =
			find_named(json_object_get(b, "lanes"), "lane", name);
		if (name && lane_b)
			compare_models(&sides, name, json_object_get(lane_a, "models"),
			               json_object_get(lane_b, "models"));
	}
	return sides.out;
}

/* "The environments differ: chip (Apple M1 against Apple M2)." */
static void say_differences(const json_t *differences, struct str *out)
{
	size_t at;
	json_t *item;
	json_array_foreach(differences, at, item) str_addf(
		out, "%s %s (%s against %s)", at ? "," : "The environments differ:",
		json_string_value(json_object_get(item, "what")),
		json_string_value(json_object_get(item, "a")),
		json_string_value(json_object_get(item, "b")));
	if (json_array_size(differences))
		str_add(out, ". ");
}

static unsigned count_verdict(const json_t *comparisons, enum verdict verdict)
{
	unsigned n = 0;
	size_t at;
	json_t *item;
	json_array_foreach(comparisons, at, item) n +=
		text_equal(json_string_value(json_object_get(item, "verdict")),
	                   verdict_name(verdict));
	return n;
}

static void say_summary(const json_t *comparisons, struct str *out)
{
	static const struct {
		enum verdict verdict;
		const char *words;
	} parts[] = {
		{VERDICT_SLOWER, "slower"},
		{VERDICT_FASTER, "faster"},
		{VERDICT_NO_DIFFERENCE, "without a difference"},
		{VERDICT_CANNOT_TELL, "that cannot be told"},
	};
	size_t total = json_array_size(comparisons);
	if (total == 0) {
		str_add(out, "The results have no measured lane and model in common.");
		return;
	}
	str_addf(out, "B against A, %zu comparison%s:", total, total == 1 ? "" : "s");
	const char *separator = " ";
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		unsigned n = count_verdict(comparisons, parts[i].verdict);
		if (!n)
			continue;
		str_addf(out, "%s%u %s", separator, n, parts[i].words);
		separator = ", ";
	}
	str_add_char(out, '.');
}

static int check_result(const json_t *result, const char *which, struct error *err)
{
	const char *schema = json_string_value(json_object_get(result, "schema"));
	if (!text_equal(schema, RESULT_SCHEMA))
		return error_set(err, ERROR_INVALID,
		                 "%s is no result of a benchmark (%s)", which,
		                 RESULT_SCHEMA);
	if (!json_is_array(json_object_get(result, "lanes")))
		return error_set(err, ERROR_INVALID, "%s has no lanes", which);
	return 0;
}

static json_t *id_of(const json_t *result)
{
	const char *id = json_string_value(json_object_get(result, "id"));
	return json_pack("{s:s}", "id", id ? id : "");
}

int compare_results(const json_t *a, const json_t *b, json_t **out, struct error *err)
{
	int rc = check_result(a, "A", err);
	if (!rc)
		rc = check_result(b, "B", err);
	if (rc)
		return rc;
	CLEANUP(str_release) struct str sentence = STR_INIT;
	json_t *differences = list_differences(a, b);
	json_t *comparisons = list_comparisons(a, b);
	say_differences(differences, &sentence);
	say_summary(comparisons, &sentence);
	*out = json_pack("{s:s, s:o, s:o, s:s, s:o, s:o}", "schema", COMPARISON_SCHEMA,
	                 "a", id_of(a), "b", id_of(b), "sentence", sentence.data,
	                 "differences", differences, "comparisons", comparisons);
	return *out ? 0
	            : error_set(err, ERROR_INVALID,
	                        "a result holds text that is no UTF-8");
}

bool comparison_has(const json_t *document, enum verdict verdict)
{
	return count_verdict(json_object_get(document, "comparisons"), verdict) > 0;
}
