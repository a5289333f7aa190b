/* SPDX-License-Identifier: MIT */
/* The embedded table of plugin pairs: parsed when asked, since few machines ask. */
#include "python/plugin/plugin_facts.h"

#include <stdio.h>
#include <string.h>

#include "python/python_files.h"
#include "trilane/facts.h"
#include "trilane/pep440.h"

#include "trilane/banned.h"

enum { TABLE_BYTES_MAX = 1 << 20 };

static json_t *table_load(void)
{
	const struct embedded_file *file = embedded_find(python_files, python_files_count,
	                                                 "plugin/plugin_facts.json");
	struct error err = ERROR_INIT;
	json_t *table = NULL;

	if (!file)
		BUG("plugin_facts.json is not embedded");
	if (document_parse((const char *)file->bytes, file->size, TABLE_BYTES_MAX, &table,
	                   &err))
		BUG("plugin_facts.json: %s", err.text);
	return table;
}

static const char *member(const json_t *row, const char *name)
{
	return json_string_value(json_object_get(row, name));
}

/* The class of plugins with the same answers; -1 for an unknown version. */
static json_int_t plugin_class(const json_t *table, const char *version, const char *arch)
{
	size_t index;
	json_t *row;

	json_array_foreach(json_object_get(table, "plugins"), index, row) if (
		text_equal(member(row, "arch"), arch) &&
		!pep440_compare_text(
			member(row, "version"),
			version)) return json_integer_value(json_object_get(row,
	                                                                    "class"));
	return -1;
}

static bool same_minor(const char *a, const char *b)
{
	struct pep440 x, y;

	return pep440_parse(a, &x) && pep440_parse(b, &y) &&
	       x.release[0] == y.release[0] && x.release[1] == y.release[1];
}

/* The two examined versions around VERSION (either NULL), or the same one twice. */
static void neighbours(const json_t *table, const char *package, const char *version,
                       const char *arch, json_t **below, json_t **above)
{
	size_t index;
	json_t *row;

	*below = *above = NULL;
	json_array_foreach(json_object_get(table, "tensorflow"), index, row)
	{
		const char *at = member(row, "version");

		if (!text_equal(member(row, "arch"), arch) ||
		    (package && !text_equal(member(row, "package"), package)))
			continue;
		int order = pep440_compare_text(at, version);
		if (order <= 0 &&
		    (!*below || pep440_compare_text(at, member(*below, "version")) >= 0))
			*below = row;
		if (order >= 0 &&
		    (!*above || pep440_compare_text(at, member(*above, "version")) < 0))
			*above = row;
	}
	/* Patch releases do not change what a plugin needs. */
	if (*below && same_minor(member(*below, "version"), version))
		*above = *below;
	else if (*above && same_minor(member(*above, "version"), version))
		*below = *above;
}

static json_t *answer_of(const json_t *table, const json_t *row, json_int_t class_)
{
	json_t *index = json_array_get(json_object_get(row, "by_class"), (size_t)class_);

	return json_is_integer(index) ? json_array_get(json_object_get(table, "results"),
	                                               (size_t)json_integer_value(index))
	                              : NULL;
}

static json_t *judge(const json_t *table, const char *package, const char *version,
                     json_int_t class_, const char *arch)
{
	json_t *below, *above;

	neighbours(table, package, version, arch, &below, &above);
	if (!below || !above)
		return NULL;
	json_t *answer = answer_of(table, below, class_);
	json_t *other = answer_of(table, above, class_);
	return answer && json_equal(json_object_get(answer, "loads"),
	                            json_object_get(other, "loads"))
	               ? answer
	               : NULL;
}

/* Borrows from TABLE. */
static json_t *judge_class(const json_t *table, const char *package, const char *version,
                           json_int_t class_, const char *arch)
{
	json_t *answer =
		class_ >= 0 ? judge(table, package, version, class_, arch) : NULL;

	/* The two packages of one version are built from the same sources; only on Intel
	 * do they differ, and there both were examined. */
	if (!answer && class_ >= 0 && text_equal(arch, "arm64"))
		answer = judge(table, NULL, version, class_, arch);
	return answer;
}

json_t *plugin_facts_judge(const char *package, const char *version, const char *plugin,
                           const char *arch)
{
	json_t *table = table_load();
	json_t *answer = judge_class(table, package, version,
	                             plugin_class(table, plugin, arch), arch);

	answer = answer ? json_deep_copy(answer) : NULL;
	json_decref(table);
	return answer;
}

json_t *plugin_facts_judge_any(const char *package, const char *version, const char *arch)
{
	json_t *table = table_load();
	json_t *loads = NULL, *row;
	bool alike = true;
	size_t index;

	json_array_foreach(json_object_get(table, "plugins"), index, row)
	{
		if (!text_equal(member(row, "arch"), arch))
			continue;
		json_int_t class_ = json_integer_value(json_object_get(row, "class"));
		json_t *one = json_object_get(
			judge_class(table, package, version, class_, arch), "loads");

		alike = alike && one && (!loads || json_equal(loads, one));
		loads = one;
	}
	json_t *answer = alike && loads ? json_object() : NULL;
	if (answer)
		json_object_set(answer, "loads", loads);
	json_decref(table);
	return answer;
}
