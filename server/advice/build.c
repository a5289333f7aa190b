/* SPDX-License-Identifier: MIT */
/* Making findings: a rule's texts with what is known put in, and the evidence quoted. */
#include <string.h>

#include "choice.h"
#include "condition.h"
#include "rule.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

enum { EVIDENCE_MAX = 12, EVIDENCE_ITEMS = 5 };

json_t *evidence_make(const char *what, const char *value, size_t n, const char *source)
{
	json_t *evidence = json_object();

	json_object_set_new(evidence, "what", json_string(what));
	json_object_set_new(evidence, "value", fact_text(value, n));
	json_object_set_new(evidence, "source", fact_text(source, strlen(source)));
	return evidence;
}

static json_t *expanded(const struct context *c, const char *template, bool quoted)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	context_expand(c, template, quoted, &text);
	return fact_text(text.data, text.len);
}

/* A trigger's own text, or the rule's. */
static const json_t *member(const struct rule *rule, const struct trigger *t,
                            const char *name)
{
	const json_t *own = json_object_get(t->json, name);

	return own ? own : json_object_get(rule->json, name);
}

/* The path that was known is the source, unless the rule names another. */
static const char *known_path(const struct context *c, const json_t *paths)
{
	size_t i;
	const json_t *path;

	if (json_is_string(paths) && *json_string_value(paths) == '$')
		paths = json_object_get(c->aliases, json_string_value(paths));
	json_array_foreach(paths, i, path)
	{
		if (context_get(c, json_string_value(path)))
			return json_string_value(path);
	}
	return json_is_string(paths) ? json_string_value(paths) : "report";
}

static void add_one(const struct context *c, const json_t *item, json_t *out)
{
	CLEANUP(str_release) struct str value = STR_INIT;
	CLEANUP(str_release) struct str source = STR_INIT;
	const json_t *paths = json_object_get(item, "path");
	const char *template = json_string_value(json_object_get(item, "value"));
	const char *from = json_string_value(json_object_get(item, "source"));
	const json_t *found = paths ? context_first(c, paths) : NULL;

	if (json_array_size(out) >= EVIDENCE_MAX || (paths && !found) ||
	    (json_is_array(found) && json_array_size(found) == 0))
		return;
	if (paths) {
		struct context with = context_with(c, "value", found);

		context_expand(&with, "{value}", false, &value);
	} else {
		context_expand(c, template, false, &value);
	}
	if (from)
		context_expand(c, from, false, &source);
	else
		str_add(&source, paths ? known_path(c, paths) : "report");
	json_array_append_new(
		out, evidence_make(json_string_value(json_object_get(item, "what")),
	                           value.data, value.len, source.data));
}

/* {"each": path, "where": condition}: one for each item, a few at most. */
static void add_each(const struct context *c, const json_t *item, json_t *out)
{
	const json_t *list =
		context_get(c, json_string_value(json_object_get(item, "each")));
	const json_t *where = json_object_get(item, "where");
	size_t i, shown = 0;
	const json_t *one;

	json_array_foreach(list, i, one)
	{
		struct context with = context_with(c, "item", one);

		if (shown == EVIDENCE_ITEMS)
			return;
		if (!condition_holds(where, &with))
			continue;
		add_one(&with, item, out);
		shown++;
	}
}

static void add_evidence(const struct context *c, const json_t *list, json_t *out)
{
	size_t i;
	const json_t *item;

	json_array_foreach(list, i, item)
	{
		if (json_object_get(item, "each"))
			add_each(c, item, out);
		else
			add_one(c, item, out);
	}
}

/* Where the interpreter's pip is to be used and there is none, one is made first. */
static void add_pip(const struct context *c, json_t *commands)
{
	const json_t *interpreter = context_get(c, "interpreter"), *command;
	CLEANUP(str_release) struct str pip = STR_INIT;
	size_t i;

	if (!interpreter || !interpreter_lacks_pip(interpreter))
		return;
	context_expand(c, "{interpreter.path} -m pip ", true, &pip);
	json_array_foreach(commands, i, command)
	{
		if (!text_starts(json_string_value(command), pip.data))
			continue;
		json_array_insert_new(
			commands, i,
			expanded(c, "{interpreter.path} -m ensurepip", true));
		return;
	}
}

static json_t *make_remedy(const struct context *c, const json_t *remedy)
{
	json_t *out = json_object(), *commands = json_array();
	size_t i;
	const json_t *command;

	json_object_set_new(
		out, "text",
		expanded(c, json_string_value(json_object_get(remedy, "text")), false));
	json_array_foreach(json_object_get(remedy, "commands"), i, command)
	{
		json_array_append_new(commands,
		                      expanded(c, json_string_value(command), true));
	}
	add_pip(c, commands);
	json_object_set_new(out, "commands", commands);
	return out;
}

static json_t *make_references(const struct advice *a, const struct rule *rule)
{
	json_t *out = json_array();
	size_t i;
	const json_t *key;

	json_array_foreach(json_object_get(rule->json, "references"), i, key)
	{
		/* a copy: other threads than this one change and free findings */
		json_array_append_new(
			out, json_deep_copy(json_object_get(a->references,
		                                            json_string_value(key))));
	}
	return out;
}

json_t *finding_make(const struct advice *a, const struct rule *rule,
                     const struct trigger *trigger, const struct context *c,
                     const char *subject, json_t *evidence)
{
	json_t *f = json_object();

	if (!evidence)
		evidence = json_array();
	add_evidence(c, json_object_get(trigger->json, "evidence"), evidence);
	json_object_set_new(f, "id", json_string(rule->id));
	json_object_set_new(f, "cause", json_string(rule->cause));
	json_object_set_new(f, "severity", json_string(severity_name(trigger->severity)));
	json_object_set_new(f, "confidence",
	                    json_string(confidence_name(trigger->confidence)));
	json_object_set_new(f, "subject", fact_text(subject, strlen(subject)));
	json_object_set_new(
		f, "title",
		expanded(c, json_string_value(member(rule, trigger, "title")), false));
	json_object_set_new(
		f, "explanation",
		expanded(c, json_string_value(member(rule, trigger, "explanation")),
	                 false));
	json_object_set_new(f, "evidence", evidence);
	json_object_set_new(f, "remedy", make_remedy(c, member(rule, trigger, "remedy")));
	json_object_set_new(f, "references", make_references(a, rule));
	return f;
}
