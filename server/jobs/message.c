/* SPDX-License-Identifier: MIT */
/*
 * The table of messages and the one function that holds lines to it.
 */
#include "message.h"

#include <math.h>
#include <string.h>

#include "trilane/facts.h"
#include "trilane/str.h"

#include "trilane/banned.h"

enum { TEXT_MAX = 1000, LIST_MAX = 100 };

enum kind {
	WHOLE,       /* an integer from 0 */
	NUMBER,      /* finite; null stands for what is not */
	FLAG,        /* true or false */
	TEXT,        /* at most TEXT_MAX bytes */
	TEXT_OR_NIL, /* or null */
	NUMBERS,     /* a list of NUMBER */
	TIMES,       /* a list of {"batch", "duration_ns"} */
};

struct member {
	const char *name;
	enum kind kind;
	bool required;
};

static const struct member hello[] = {
	{"protocol", WHOLE, true},       {"arch", TEXT, true},
	{"translated", FLAG, true},      {"isa", TEXT_OR_NIL, false},
	{"engine", TEXT, true},          {"device", TEXT_OR_NIL, false},
	{"devices", TEXT_OR_NIL, false}, {"software_device", FLAG, false},
	{"threads", WHOLE, false},       {"flush_to_zero", FLAG, false},
	{"launch_ns", WHOLE, false},     {"build", TEXT_OR_NIL, false},
	{"images", WHOLE, false},        {NULL, WHOLE, false},
};
static const struct member progress[] = {
	{"step", TEXT, true},
	{"done", NUMBER, true},
	{NULL, WHOLE, false},
};
static const struct member checks[] = {
	{"gradient_max_error", NUMBER, false},
	{"oracle_max_error", NUMBER, false},
	{"passed", FLAG, true},
	{"detail", TEXT_OR_NIL, false},
	{NULL, WHOLE, false},
};
static const struct member epoch[] = {
	{"epoch", WHOLE, true},     {"of", WHOLE, true},       {"loss", NUMBER, true},
	{"accuracy", NUMBER, true}, {"seconds", NUMBER, true}, {NULL, WHOLE, false},
};
static const struct member trained[] = {
	{"test_accuracy", NUMBER, true},
	{"test_loss", NUMBER, false},
	{"first_losses", NUMBERS, false},
	{NULL, WHOLE, false},
};
static const struct member ready[] = {
	{"cold_ns", WHOLE, true}, {"step_ns", NUMBER, false}, {"steps", WHOLE, false},
	{"batch", WHOLE, true},   {NULL, WHOLE, false},
};
static const struct member sample[] = {
	{"steps", WHOLE, true},
	{"duration_ns", WHOLE, true},
	{NULL, WHOLE, false},
};
static const struct member result[] = {
	{"peak_memory_bytes", WHOLE, false},
	{"flop_per_sample", NUMBER, false},
	{"inference", TIMES, false},
	{NULL, WHOLE, false},
};
static const struct member failure[] = {
	{"code", TEXT, true},
	{"text", TEXT, true},
	{NULL, WHOLE, false},
};

static const struct {
	const char *name;
	const struct member *members;
} types[] = {
	[MESSAGE_HELLO] = {"hello", hello},
	[MESSAGE_PROGRESS] = {"progress", progress},
	[MESSAGE_CHECKS] = {"checks", checks},
	[MESSAGE_EPOCH] = {"epoch", epoch},
	[MESSAGE_TRAINED] = {"trained", trained},
	[MESSAGE_READY] = {"ready", ready},
	[MESSAGE_SAMPLE] = {"sample", sample},
	[MESSAGE_RESULT] = {"result", result},
	[MESSAGE_ERROR] = {"error", failure},
};

static enum message_type find_type(const char *name)
{
	for (size_t i = MESSAGE_HELLO; i < sizeof(types) / sizeof(types[0]); i++)
		if (text_equal(types[i].name, name))
			return (enum message_type)i;
	return MESSAGE_OTHER;
}

static bool is_whole(const json_t *value)
{
	return json_is_integer(value) && json_integer_value(value) >= 0;
}

static bool is_number(const json_t *value)
{
	return json_is_null(value) ||
	       (json_is_number(value) && isfinite(json_number_value(value)));
}

static bool is_text(const json_t *value)
{
	return json_is_string(value) && json_string_length(value) <= TEXT_MAX &&
	       strlen(json_string_value(value)) == json_string_length(value);
}

static bool all(const json_t *list, bool (*fits)(const json_t *value))
{
	if (!json_is_array(list) || json_array_size(list) > LIST_MAX)
		return false;
	size_t at;
	json_t *item;
	json_array_foreach(list, at, item) if (!fits(item)) return false;
	return true;
}

static bool is_time(const json_t *value)
{
	return json_is_object(value) && json_object_size(value) == 2 &&
	       is_whole(json_object_get(value, "batch")) &&
	       is_whole(json_object_get(value, "duration_ns"));
}

static bool fits(const json_t *value, enum kind kind)
{
	switch (kind) {
	case WHOLE:
		return is_whole(value);
	case NUMBER:
		return is_number(value);
	case FLAG:
		return json_is_boolean(value);
	case TEXT:
		return is_text(value);
	case TEXT_OR_NIL:
		return json_is_null(value) || is_text(value);
	case NUMBERS:
		return all(value, is_number);
	case TIMES:
		return all(value, is_time);
	}
	return false;
}

static int take_members(const json_t *line, enum message_type type, json_t *out,
                        struct error *err)
{
	for (const struct member *m = types[type].members; m->name; m++) {
		json_t *value = json_object_get(line, m->name);
		if (!value && !m->required)
			continue;
		if (!value || !fits(value, m->kind))
			return error_set(err, ERROR_INVALID,
			                 "its line \"%s\" has no fitting member \"%s\"",
			                 types[type].name, m->name);
		json_object_set(out, m->name, value);
	}
	return 0;
}

int message_parse(const char *line, size_t n, enum message_type *type, json_t **out,
                  struct error *err)
{
	json_t *parsed = NULL;
	*out = NULL;
	if (document_parse(line, n, n, &parsed, NULL) || !json_is_object(parsed)) {
		json_decref(parsed);
		return error_set(err, ERROR_INVALID,
		                 "it sent a line that is no JSON object");
	}
	*type = find_type(json_string_value(json_object_get(parsed, "type")));
	json_t *taken = json_object();
	int rc = *type == MESSAGE_OTHER ? 0 : take_members(parsed, *type, taken, err);
	json_decref(parsed);
	if (rc)
		json_decref(taken);
	else
		*out = taken;
	return rc;
}
