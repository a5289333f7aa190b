/* SPDX-License-Identifier: MIT */
/*
 * Reading rules.  Everything that could go wrong with one is found here, once, with the
 * file and the rule in the message, so that the evaluator need not look again.
 */
#include "rule.h"

#include <stdlib.h>
#include <string.h>

#include "rule_check.h"
#include "trilane/cleanup.h"
#include "trilane/embedded.h"
#include "trilane/facts.h"
#include "trilane/fs.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

extern const struct embedded_file advice_files[];
extern const size_t advice_files_count;

enum { FILE_MAX = 1 << 20, RULES_MAX = 2000 };

/* --- triggers ----------------------------------------------------------------------- */

/* "regex" or {"regex","lines"}. */
static int add_pattern(const struct reader *r, const json_t *json, size_t *index)
{
	const char *regex = json_string_value(json);
	json_int_t lines = 1;

	if (json_is_object(json)) {
		regex = json_string_value(json_object_get(json, "regex"));
		lines = json_integer_value(json_object_get(json, "lines"));
	}
	if (!regex || (json_is_object(json) && json_object_size(json) != 2) ||
	    lines < 1 || lines > PATTERN_LINES_MAX)
		return error_set(
			r->err, ERROR_INVALID,
			"a pattern is a text, or an object of regex and lines 1…%d",
			PATTERN_LINES_MAX);
	if (r->a->check && pattern_check(regex, r->err))
		return ERROR_INVALID;
	*index = pattern_set_add(&r->a->patterns, regex, (unsigned)lines);
	return 0;
}

static int add_patterns(const struct reader *r, const json_t *array, size_t *indices,
                        size_t *count)
{
	size_t i;
	const json_t *item;
	int rc = 0;

	if (json_array_size(array) > RULE_PATTERNS_MAX)
		return error_set(r->err, ERROR_INVALID, "more than %d patterns",
		                 RULE_PATTERNS_MAX);
	*count = json_array_size(array);
	json_array_foreach(array, i, item)
	{
		rc = rc ? rc : add_pattern(r, item, &indices[i]);
	}
	return rc;
}

static int read_levels(const struct reader *r, const json_t *rule, const json_t *json,
                       struct trigger *out)
{
	const json_t *severity = json_object_get(json, "severity");
	const json_t *confidence = json_object_get(json, "confidence");

	severity = severity ? severity : json_object_get(rule, "severity");
	confidence = confidence ? confidence : json_object_get(rule, "confidence");
	if (!severity_parse(json_string_value(severity), &out->severity))
		return error_set(r->err, ERROR_INVALID, "severity");
	if (!confidence_parse(json_string_value(confidence), &out->confidence))
		return error_set(r->err, ERROR_INVALID, "confidence");
	return 0;
}

static int read_trigger(const struct reader *r, const char *kind, const json_t *rule,
                        const json_t *json, struct trigger *out)
{
	const json_t *line = json_object_get(json, "line");
	int rc = trigger_check(r, kind, json);

	out->json = json;
	if (!rc)
		rc = read_levels(r, rule, json, out);
	if (!rc && line)
		rc = add_pattern(r, line, &out->line);
	if (!rc)
		rc = add_patterns(r, json_object_get(json, "also"), out->also,
		                  &out->also_count);
	if (!rc)
		rc = add_patterns(r, json_object_get(json, "unless"), out->unless,
		                  &out->unless_count);
	return rc;
}

static int read_triggers(const struct reader *r, const json_t *rule, const char *member,
                         struct trigger_list *out)
{
	const json_t *array = json_object_get(rule, member);
	size_t i;
	const json_t *item;
	int rc = 0;

	out->items = xcalloc(json_array_size(array) + 1, sizeof(*out->items));
	json_array_foreach(array, i, item)
	{
		rc = read_trigger(r, member, rule, item, &out->items[i]);
		if (rc) {
			error_prefix(r->err, "%s %zu", member, i);
			return rc;
		}
		out->count++;
	}
	return rc;
}

const struct rule *rules_find(const struct advice *a, const char *id)
{
	for (size_t i = 0; id && i < a->count; i++)
		if (text_equal(a->rules[i].id, id))
			return &a->rules[i];
	return NULL;
}

struct context rules_context(const struct advice *a)
{
	const struct context c = {.aliases = a->aliases, .tables = a->tables};

	return context_with(&c, "compatibility", a->matrix);
}

/* --- rules -------------------------------------------------------------------------- */

static int read_rule(const struct reader *r, const json_t *json)
{
	const char *id = json_string_value(json_object_get(json, "id"));
	struct rule *rule;
	int rc = rule_check(r, json);

	if (!rc && rules_find(r->a, id))
		rc = error_set(r->err, ERROR_INVALID, "the id is used already");
	if (rc) {
		error_prefix(r->err, "%s: rule %.60s", r->file, id ? id : "without id");
		return rc;
	}
	if (r->a->count >= RULES_MAX)
		return error_set(r->err, ERROR_TOO_LARGE, "more than %d rules",
		                 RULES_MAX);
	r->a->rules = array_reserve(r->a->rules, &r->a->capacity, r->a->count + 1,
	                            sizeof(*r->a->rules));
	rule = &r->a->rules[r->a->count++];
	*rule = (struct rule){
		.json = json,
		.id = id,
		.cause = json_string_value(json_object_get(json, "cause")),
		.file = r->file,
	};
	rc = read_triggers(r, json, "facts", &rule->facts);
	if (!rc)
		rc = read_triggers(r, json, "log", &rule->log);
	if (!rc)
		rc = read_triggers(r, json, "requirements", &rule->requirements);
	if (!rc)
		rc = read_triggers(r, json, "result", &rule->result);
	if (!rc && rule->facts.count + rule->log.count + rule->requirements.count +
	                           rule->result.count ==
	                   0)
		rc = error_set(r->err, ERROR_INVALID, "nothing can detect it");
	if (rc)
		error_prefix(r->err, "%s: rule %s", r->file, id);
	return rc;
}

static int read_document(struct advice *a, const char *file, const char *text, size_t n,
                         json_t **out, struct error *err)
{
	int rc = document_parse(text, n, FILE_MAX, out, err);

	if (rc) {
		error_prefix(err, "%s", file);
		return rc;
	}
	json_array_append_new(a->documents, *out); /* borrowed from here on */
	return 0;
}

static int load_text(struct advice *a, const char *file, const char *text, size_t n,
                     struct error *err)
{
	struct reader r = {.a = a, .err = err};
	json_t *document, *name;
	const json_t *rules, *item;
	size_t i;
	int rc = read_document(a, file, text, n, &document, err);

	if (rc)
		return rc;
	name = json_string(file);
	json_array_append_new(a->documents, name);
	r.file = json_string_value(name);
	rules = json_object_get(document, "rules");
	if (!json_is_array(rules) ||
	    !text_equal(json_string_value(json_object_get(document, "schema")),
	                "trilane/rules/1"))
		return error_set(err, ERROR_INVALID, "%s: not a document of rules", file);
	json_array_foreach(rules, i, item)
	{
		rc = read_rule(&r, item);
		if (rc)
			return rc;
	}
	return 0;
}

/* --- what belongs to the rules ---------------------------------------------------- */

static int read_named(struct advice *a, const char *file, json_t **out, struct error *err)
{
	const struct embedded_file *f =
		embedded_find(advice_files, advice_files_count, file);

	if (!f)
		BUG("%s is not embedded", file);
	return read_document(a, file, (const char *)f->bytes, f->size, out, err);
}

/* Patterns whose named groups become facts of the log. */
static int read_extracts(struct advice *a, struct error *err)
{
	struct reader r = {.a = a, .file = "log-facts.json", .err = err};
	json_t *document;
	const json_t *lines, *item;
	size_t i;
	int rc = read_named(a, r.file, &document, err);

	if (rc)
		return rc;
	lines = json_object_get(document, "lines");
	a->extracts = xcalloc(json_array_size(lines) + 1, sizeof(*a->extracts));
	json_array_foreach(lines, i, item)
	{
		rc = add_pattern(&r, item, &a->extracts[a->extract_count++]);
		if (rc) {
			error_prefix(err, "%s: line %zu", r.file, i);
			return rc;
		}
	}
	return 0;
}

static int read_companions(struct advice *a, struct error *err)
{
	int rc = read_named(a, "aliases.json", &a->aliases, err);

	if (!rc)
		rc = read_named(a, "references.json", &a->references, err);
	if (!rc)
		rc = read_named(a, "compatibility.json", &a->matrix, err);
	a->tables = json_object_get(a->matrix, "tables");
	return rc ? rc : read_extracts(a, err);
}

/* A rule may supersede one that is read later, so this is looked at last. */
static int check_supersedes(const struct advice *a, struct error *err)
{
	for (size_t i = 0; i < a->count; i++) {
		const json_t *ids = json_object_get(a->rules[i].json, "supersedes"), *id;
		size_t j;

		json_array_foreach(ids, j, id)
		{
			if (!rules_find(a, json_string_value(id)))
				return error_set(
					err, ERROR_INVALID,
					"%s: rule %s: supersedes %s, which is not there",
					a->rules[i].file, a->rules[i].id,
					json_string_value(id));
		}
	}
	return 0;
}

int rules_load_embedded(struct advice *a, struct error *err)
{
	int rc = a->matrix ? 0 : read_companions(a, err);

	for (size_t i = 0; !rc && i < advice_files_count; i++)
		if (text_starts(advice_files[i].path, "rules/"))
			rc = load_text(a, advice_files[i].path,
			               (const char *)advice_files[i].bytes,
			               advice_files[i].size, err);
	return rc ? rc : check_supersedes(a, err);
}

int rules_load_text(struct advice *a, const char *text, size_t n, struct error *err)
{
	int rc = a->matrix ? 0 : read_companions(a, err);

	return rc ? rc : load_text(a, "text", text, n, err);
}

int rules_load_dir(struct advice *a, const char *dir, struct error *err)
{
	CLEANUP(fs_root_release) struct fs_root root = FS_ROOT_INIT;
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	int rc = a->matrix ? 0 : read_companions(a, err);

	if (!rc)
		rc = fs_root_open(&root, dir, err);
	if (!rc)
		rc = fs_root_list(&root, "/", 1000, &list, err);
	for (size_t i = 0; !rc && i < list.count; i++) {
		CLEANUP(str_release) struct str text = STR_INIT;
		CLEANUP(str_release) struct str path = STR_INIT;

		if (!text_ends(list.items[i].name, ".json"))
			continue;
		str_addf(&path, "/%s", list.items[i].name);
		rc = fs_root_read(&root, path.data, FILE_MAX, &text, err);
		if (!rc)
			rc = load_text(a, list.items[i].name, text.data, text.len, err);
	}
	return rc;
}
