/* SPDX-License-Identifier: MIT */
/*
 * The benchmark specification: names, defaults, and one strict parser for every door.
 *
 * Members are rows of a table: a new number in the specification is one row here and one
 * field in the header.  Texts name the member and the allowed range, never the value
 * that was sent, because they travel back to whoever sent it.
 */
#include "trilane/spec.h"

#include <stddef.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/str.h"

#include "trilane/banned.h"

static const char *const model_names[MODEL_COUNT] = {
	[MODEL_MLP] = "mlp",
	[MODEL_CNN] = "cnn",
};

static const char *const lane_names[LANE_KIND_COUNT] = {
	[LANE_NATIVE] = "native",
	[LANE_TRANSLATED] = "translated",
	[LANE_TRANSLATED_AVX] = "translated-avx",
	[LANE_GPU] = "gpu",
	[LANE_TENSORFLOW] = "tensorflow",
	[LANE_TENSORFLOW_GPU] = "tensorflow-gpu",
	[LANE_BLAS] = "blas",
};

/* A set of names is an array of bool beside its table of names. */
struct name_set {
	const char *member;
	const char *const *names;
	size_t count;
	const char *known; /* for texts */
};

static const struct name_set model_set = {
	"models",
	model_names,
	MODEL_COUNT,
	"mlp, cnn",
};
static const struct name_set lane_set = {
	"lanes",
	lane_names,
	LANE_KIND_COUNT,
	SPEC_LANE_NAMES,
};

static const struct number {
	const char *name;
	size_t offset; /* of an unsigned in struct bench_spec */
	unsigned min, max;
} numbers[] = {
	{"batch", offsetof(struct bench_spec, batch), 1, SPEC_BATCH_MAX},
	{"blocks", offsetof(struct bench_spec, blocks), 1, SPEC_BLOCKS_MAX},
	{"epochs", offsetof(struct bench_spec, epochs), 1, SPEC_EPOCHS_MAX},
	{"threads", offsetof(struct bench_spec, threads), 0, SPEC_THREADS_MAX},
};

static const char *const known_members = "models, lanes, batch, epochs, blocks, threads, "
					 "seed, quick, sweep, data, interpreter";

static bool name_index(const char *const *names, size_t count, const char *name,
                       size_t *out)
{
	for (size_t i = 0; i < count; i++) {
		if (text_equal(names[i], name)) {
			*out = i;
			return true;
		}
	}
	return false;
}

const char *model_name(enum model model)
{
	return (size_t)model < MODEL_COUNT ? model_names[model] : "unknown";
}

const char *lane_name(enum lane_kind lane)
{
	return (size_t)lane < LANE_KIND_COUNT ? lane_names[lane] : "unknown";
}

void bench_spec_init(struct bench_spec *spec)
{
	*spec = (struct bench_spec){
		.models = {[MODEL_MLP] = true, [MODEL_CNN] = true},
		.lanes = {[LANE_NATIVE] = true},
		.batch = 32,
		.epochs = 10,
		.blocks = 20,
		.seed = 1,
		.data = SPEC_DATA_BUILT_IN,
	};
}

static int bad_name(const struct name_set *set, const char *where, struct error *err)
{
	return error_set(err, ERROR_INVALID, "%s names something unknown; known are %s",
	                 where, set->known);
}

static int names_from_json(const struct name_set *set, const json_t *value, bool *out,
                           struct error *err)
{
	if (!json_is_array(value) || json_array_size(value) == 0)
		return error_set(err, ERROR_INVALID,
		                 "%s must be a list of at least one of %s", set->member,
		                 set->known);
	memset(out, 0, set->count * sizeof(*out));
	size_t at;
	json_t *item;
	json_array_foreach(value, at, item)
	{
		size_t i;
		if (!json_is_string(item) ||
		    !name_index(set->names, set->count, json_string_value(item), &i))
			return bad_name(set, set->member, err);
		if (out[i])
			return error_set(err, ERROR_INVALID, "%s names one thing twice",
			                 set->member);
		out[i] = true;
	}
	return 0;
}

static int names_from_list(const struct name_set *set, const char *list, bool *out,
                           struct error *err)
{
	CLEANUP(strlist_release) struct strlist parts = STRLIST_INIT;
	strlist_split(&parts, list, ",");
	if (parts.count == 0)
		return error_set(err, ERROR_INVALID, "%s must be at least one of %s",
		                 set->member, set->known);
	memset(out, 0, set->count * sizeof(*out));
	for (size_t k = 0; k < parts.count; k++) {
		size_t i;
		if (!name_index(set->names, set->count, parts.items[k], &i))
			return bad_name(set, set->member, err);
		out[i] = true;
	}
	return 0;
}

static json_t *names_to_json(const struct name_set *set, const bool *in)
{
	json_t *list = json_array();
	for (size_t i = 0; i < set->count; i++)
		if (in[i])
			json_array_append_new(list, json_string(set->names[i]));
	return list;
}

int bench_spec_set_models(struct bench_spec *spec, const char *list, struct error *err)
{
	return names_from_list(&model_set, list, spec->models, err);
}

int bench_spec_set_lanes(struct bench_spec *spec, const char *list, struct error *err)
{
	return names_from_list(&lane_set, list, spec->lanes, err);
}

bool spec_name_valid(const char *name)
{
	size_t n = strlen(name);
	if (n == 0 || n >= SPEC_NAME_SIZE || name[0] == '.' || name[0] == '-')
		return false;
	return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                    "0123456789._-") == n;
}

static int name_from_json(const char *member, const json_t *value,
                          char out[SPEC_NAME_SIZE], struct error *err)
{
	const char *text = json_string_value(value);
	if (!text || strlen(text) != json_string_length(value) || !spec_name_valid(text))
		return error_set(
			err, ERROR_INVALID,
			"%s must be a name of 1 to %d letters, digits, dots, dashes "
			"and underscores",
			member, SPEC_NAME_SIZE - 1);
	memcpy(out, text, strlen(text) + 1);
	return 0;
}

static int bool_from_json(const char *member, const json_t *value, bool *out,
                          struct error *err)
{
	if (!json_is_boolean(value))
		return error_set(err, ERROR_INVALID, "%s must be true or false", member);
	*out = json_is_true(value);
	return 0;
}

static int number_from_json(struct bench_spec *spec, const struct number *row,
                            const json_t *value, struct error *err)
{
	json_int_t n = json_integer_value(value);
	if (!json_is_integer(value) || n < (json_int_t)row->min ||
	    n > (json_int_t)row->max)
		return error_set(err, ERROR_INVALID,
		                 "%s must be a whole number from %u to %u", row->name,
		                 row->min, row->max);
	*(unsigned *)((char *)spec + row->offset) = (unsigned)n;
	return 0;
}

static int seed_from_json(struct bench_spec *spec, const json_t *value, struct error *err)
{
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return error_set(err, ERROR_INVALID,
		                 "seed must be a whole number from 0 to 2^63 - 1");
	spec->seed = (uint64_t)json_integer_value(value);
	return 0;
}

static int member_from_json(struct bench_spec *spec, const char *key, const json_t *value,
                            struct error *err)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (text_equal(key, numbers[i].name))
			return number_from_json(spec, &numbers[i], value, err);
	if (text_equal(key, model_set.member))
		return names_from_json(&model_set, value, spec->models, err);
	if (text_equal(key, lane_set.member))
		return names_from_json(&lane_set, value, spec->lanes, err);
	if (text_equal(key, "seed"))
		return seed_from_json(spec, value, err);
	if (text_equal(key, "quick"))
		return bool_from_json(key, value, &spec->quick, err);
	if (text_equal(key, "sweep"))
		return bool_from_json(key, value, &spec->sweep, err);
	if (text_equal(key, "data"))
		return name_from_json(key, value, spec->data, err);
	if (text_equal(key, "interpreter"))
		return name_from_json(key, value, spec->interpreter, err);
	return error_set(err, ERROR_INVALID, "a member is unknown; known are %s",
	                 known_members);
}

int bench_spec_from_json(struct bench_spec *spec, const json_t *body, struct error *err)
{
	bench_spec_init(spec);
	if (!json_is_object(body))
		return error_set(err, ERROR_INVALID, "the request must be a JSON object");
	const char *key;
	json_t *value;
	/* The loop's macro takes a non-const object and does not change it. */
	json_object_foreach((json_t *)(uintptr_t)body, key, value)
	{
		int rc = member_from_json(spec, key, value, err);
		if (rc)
			return rc;
	}
	bench_spec_finish(spec, json_object_get(body, "epochs") != NULL,
	                  json_object_get(body, "blocks") != NULL);
	return 0;
}

json_t *bench_spec_to_json(const struct bench_spec *spec)
{
	json_t *o = json_object();
	json_object_set_new(o, "models", names_to_json(&model_set, spec->models));
	json_object_set_new(o, "lanes", names_to_json(&lane_set, spec->lanes));
	json_object_set_new(o, "batch", json_integer(spec->batch));
	json_object_set_new(o, "epochs", json_integer(spec->epochs));
	json_object_set_new(o, "blocks", json_integer(spec->blocks));
	json_object_set_new(o, "data", json_string(spec->data));
	json_object_set_new(o, "threads", json_integer(spec->threads));
	json_object_set_new(o, "seed", json_integer((json_int_t)spec->seed));
	json_object_set_new(o, "quick", json_boolean(spec->quick));
	json_object_set_new(o, "sweep", json_boolean(spec->sweep));
	if (spec->interpreter[0])
		json_object_set_new(o, "interpreter", json_string(spec->interpreter));
	return o;
}

void bench_spec_finish(struct bench_spec *spec, bool epochs_given, bool blocks_given)
{
	if (!spec->quick)
		return;
	if (!epochs_given)
		spec->epochs = 1;
	if (!blocks_given)
		spec->blocks = 6;
}
