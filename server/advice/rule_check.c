/* SPDX-License-Identifier: MIT */
/* Validation of rules, but for conditions (condition_check.c) and patterns. */
#include "rule_check.h"

#include <string.h>

#include "condition.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

/* --- members ------------------------------------------------------------------------ */

struct member {
	const char *name;
	int type; /* json_type, -1: any */
	bool needed;
};

static const struct member rule_members[] = {
	{"cause", JSON_STRING, true},
	{"confidence", JSON_STRING, true},
	{"explanation", JSON_STRING, true},
	{"facts", JSON_ARRAY, false},
	{"family", JSON_STRING, true},
	{"id", JSON_STRING, true},
	{"last_resort", JSON_TRUE, false},
	{"log", JSON_ARRAY, false},
	{"references", JSON_ARRAY, true},
	{"remedy", JSON_OBJECT, true},
	{"requirements", JSON_ARRAY, false},
	{"result", JSON_ARRAY, false},
	{"severity", JSON_STRING, true},
	{"supersedes", JSON_ARRAY, false},
	{"title", JSON_STRING, true},
	{"verdict", JSON_STRING, false},
	{NULL, 0, false},
};

static const struct member trigger_members[] = {
	{"also", JSON_ARRAY, false},
	{"confidence", JSON_STRING, false},
	{"each", JSON_STRING, false},
	{"evidence", JSON_ARRAY, false},
	{"explanation", JSON_STRING, false},
	{"line", -1, false},
	{"remedy", JSON_OBJECT, false},
	{"severity", JSON_STRING, false},
	{"title", JSON_STRING, false},
	{"unless", JSON_ARRAY, false},
	{"when", -1, false},
	{NULL, 0, false},
};

static const struct member evidence_members[] = {
	{"each", JSON_STRING, false},
	{"path", -1, false},
	{"source", JSON_STRING, false},
	{"value", JSON_STRING, false},
	{"what", JSON_STRING, true},
	{"where", -1, false},
	{NULL, 0, false},
};

static const struct member remedy_members[] = {
	{"commands", JSON_ARRAY, false},
	{"text", JSON_STRING, true},
	{NULL, 0, false},
};

static const struct member *find_member(const struct member *members, const char *name)
{
	for (; members->name; members++)
		if (text_equal(members->name, name))
			return members;
	return NULL;
}

static int check_members(const struct reader *r, const json_t *object,
                         const struct member *members)
{
	const char *name;
	json_t *value;

	if (!json_is_object(object))
		return error_set(r->err, ERROR_INVALID, "not an object");
	json_object_foreach((json_t *)object, name, value)
	{
		const struct member *m = find_member(members, name);

		if (!m)
			return error_set(r->err, ERROR_INVALID, "unknown member %s",
			                 name);
		if (m->type >= 0 && (int)json_typeof(value) != m->type)
			return error_set(r->err, ERROR_INVALID,
			                 "member %s has the wrong type", name);
		if (json_is_string(value) &&
		    !context_template_valid(json_string_value(value)) &&
		    !text_equal(name, "line"))
			return error_set(r->err, ERROR_INVALID, "placeholder in %s",
			                 name);
	}
	for (; members->name; members++)
		if (members->needed && !json_object_get(object, members->name))
			return error_set(r->err, ERROR_INVALID, "member %s is missing",
			                 members->name);
	return 0;
}

static int check_texts(const struct reader *r, const json_t *array, const char *what)
{
	size_t i;
	const json_t *item;

	json_array_foreach(array, i, item)
	{
		if (!json_is_string(item) || !*json_string_value(item) ||
		    !context_template_valid(json_string_value(item)))
			return error_set(r->err, ERROR_INVALID, "%s: item %zu", what, i);
	}
	return 0;
}

static int check_condition(const struct reader *r, const json_t *condition)
{
	if (!condition)
		return 0;
	return condition_validate(condition, r->a->aliases, r->a->tables, r->err);
}

static int check_remedy(const struct reader *r, const json_t *remedy)
{
	int rc = remedy ? check_members(r, remedy, remedy_members) : 0;

	if (!rc && remedy)
		rc = check_texts(r, json_object_get(remedy, "commands"), "commands");
	return rc;
}

static int check_evidence(const struct reader *r, const json_t *evidence)
{
	size_t i;
	const json_t *item;

	json_array_foreach(evidence, i, item)
	{
		int rc = check_members(r, item, evidence_members);

		if (!rc)
			rc = check_condition(r, json_object_get(item, "where"));
		if (!rc &&
		    !json_object_get(item, "path") == !json_object_get(item, "value"))
			rc = error_set(r->err, ERROR_INVALID,
			               "evidence has either a path or a value");
		if (rc)
			return rc;
	}
	return 0;
}

/* --- triggers ----------------------------------------------------------------------- */

/* What a trigger of each kind may be about. */
static const struct {
	const char *kind, *each; /* words; "" for none */
} subjects[] = {
	{"facts", " interpreter machine "},
	{"log", ""},
	{"requirements", " list requirement "},
	{"result", " comparison lane model result "},
};

static int check_each(const struct reader *r, const char *kind, const json_t *trigger)
{
	const char *each = json_string_value(json_object_get(trigger, "each"));

	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		CLEANUP(str_release) struct str word = STR_INIT;

		if (!text_equal(subjects[i].kind, kind))
			continue;
		str_addf(&word, " %s ", each ? each : "");
		if (!*subjects[i].each == !each &&
		    (!each || text_contains(subjects[i].each, word.data)))
			return 0;
	}
	return error_set(r->err, ERROR_INVALID, "%s cannot be about each %.40s", kind,
	                 each ? each : "nothing");
}

int trigger_check(const struct reader *r, const char *kind, const json_t *trigger)
{
	bool log = text_equal(kind, "log");
	int rc = check_members(r, trigger, trigger_members);

	if (!rc)
		rc = check_each(r, kind, trigger);
	if (!rc)
		rc = check_condition(r, json_object_get(trigger, "when"));
	if (!rc)
		rc = check_remedy(r, json_object_get(trigger, "remedy"));
	if (!rc)
		rc = check_evidence(r, json_object_get(trigger, "evidence"));
	if (!rc && log != (json_object_get(trigger, "line") != NULL))
		rc = error_set(r->err, ERROR_INVALID,
		               "a line belongs to a log, and to each");
	if (!rc && !log &&
	    (json_object_get(trigger, "also") || json_object_get(trigger, "unless")))
		rc = error_set(r->err, ERROR_INVALID, "also and unless belong to a log");
	return rc;
}

/* --- rules -------------------------------------------------------------------------- */

int rule_check(const struct reader *r, const json_t *json)
{
	const json_t *references = json_object_get(json, "references");
	const char *id = json_string_value(json_object_get(json, "id"));
	const char *verdict = json_string_value(json_object_get(json, "verdict"));
	size_t i;
	const json_t *item;
	int rc = check_members(r, json, rule_members);

	if (!rc && (!*id || id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-")]))
		rc = error_set(r->err, ERROR_INVALID, "an id is of a-z, 0-9 and -");
	if (!rc && !text_equal(verdict ? verdict : "none", "none"))
		rc = error_set(r->err, ERROR_INVALID, "a verdict is none or not there");
	if (!rc)
		rc = check_texts(r, json_object_get(json, "supersedes"), "supersedes");
	if (!rc)
		rc = check_remedy(r, json_object_get(json, "remedy"));
	json_array_foreach(references, i, item)
	{
		const char *key = json_string_value(item);

		if (!rc && (!key || !json_object_get(r->a->references, key)))
			rc = error_set(r->err, ERROR_INVALID, "no reference %s",
			               key ? key : "of that type");
	}
	return rc;
}
