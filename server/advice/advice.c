/* SPDX-License-Identifier: MIT */
/* The rules as one object: made once, then only read. */
#include "trilane/advice.h"

#include <stdlib.h>

#include "rule.h"
#include "trilane/embedded.h"
#include "trilane/mem.h"
#include "trilane/str.h"

#include "trilane/banned.h"

extern const struct embedded_file advice_files[], advice_pages[];
extern const size_t advice_files_count, advice_pages_count;

static int load(struct advice *a, const char *rules_dir, bool check, struct error *err)
{
	int rc = 0;

	a->documents = json_array();
	a->check = true; /* a site's rules are nobody's but its own */
	if (rules_dir)
		rc = rules_load_dir(a, rules_dir, err);
	a->check = check;
	return rc ? rc : rules_load_embedded(a, err);
}

int advice_new(const char *rules_dir, struct advice **out, struct error *err)
{
	struct advice *a = xcalloc(1, sizeof(*a));
	int rc = load(a, rules_dir, false, err);

	if (rc) {
		advice_free(a);
		return rc;
	}
	pattern_set_compile(&a->patterns);
	*out = a;
	return 0;
}

int advice_validate(const char *rules_dir, struct error *err)
{
	struct advice *a = xcalloc(1, sizeof(*a));
	int rc = load(a, rules_dir, true, err);

	advice_free(a);
	return rc;
}

void advice_free(struct advice *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->count; i++) {
		free(a->rules[i].facts.items);
		free(a->rules[i].log.items);
		free(a->rules[i].requirements.items);
		free(a->rules[i].result.items);
	}
	free(a->rules);
	free(a->extracts);
	pattern_set_release(&a->patterns);
	json_decref(a->documents);
	free(a);
}

static void add_if(json_t *list, const char *name, size_t count)
{
	if (count > 0)
		json_array_append_new(list, json_string(name));
}

json_t *advice_rules(const struct advice *a)
{
	static const char *const members[] = {"id",       "cause",      "family",
	                                      "severity", "confidence", "title"};
	json_t *out = json_array();

	for (size_t i = 0; i < a->count; i++) {
		const struct rule *r = &a->rules[i];
		json_t *row = json_object(), *detects = json_array();

		for (size_t m = 0; m < sizeof(members) / sizeof(members[0]); m++)
			json_object_set_new(
				row, members[m],
				json_deep_copy(json_object_get(r->json, members[m])));
		add_if(detects, "facts", r->facts.count);
		add_if(detects, "log", r->log.count);
		add_if(detects, "requirements", r->requirements.count);
		add_if(detects, "result", r->result.count);
		json_object_set_new(row, "detects", detects);
		json_array_append_new(out, row);
	}
	return out;
}

json_t *advice_rule(const struct advice *a, const char *id)
{
	const struct rule *r = rules_find(a, id);
	json_t *out, *references;
	size_t i;
	const json_t *key;

	if (!r)
		return NULL;
	out = json_deep_copy(r->json);
	references = json_array();
	json_array_foreach(json_object_get(r->json, "references"), i, key)
	{
		json_array_append_new(references,
		                      json_deep_copy(json_object_get(
					      a->references, json_string_value(key))));
	}
	json_object_set_new(out, "references", references);
	return out;
}

const char *advice_page(const struct advice *a, const char *id)
{
	const struct embedded_file *page;
	char path[160];

	if (!rules_find(a, id))
		return NULL;
	snprintf(path, sizeof(path), "%s.md", id);
	page = embedded_find(advice_pages, advice_pages_count, path);
	return page ? (const char *)page->bytes : NULL;
}

const char *advice_rules_schema(void)
{
	const struct embedded_file *schema =
		embedded_find(advice_files, advice_files_count, "rules.schema.json");

	if (!schema)
		BUG("the schema of rules is not embedded");
	return (const char *)schema->bytes;
}

size_t advice_count(const struct advice *a)
{
	return a->count;
}
