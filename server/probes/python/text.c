/* SPDX-License-Identifier: MIT */
/* Small helpers over paths and text that the files of this folder share. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "python/python.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

enum { DAMAGED_MAX = 50, LIMITS_MAX = 10 };

void path_join(struct str *out, const char *dir, const char *name)
{
	str_clear(out);
	fs_join(out, dir, name);
}

bool path_has_part(const char *path, const char *part)
{
	size_t n = strlen(part);

	for (const char *at = strchr(path, '/'); at; at = strchr(at + 1, '/'))
		if (!strncmp(at + 1, part, n) && (at[1 + n] == '/' || !at[1 + n]))
			return true;
	return false;
}

bool path_below(const char *path, const char *prefix)
{
	size_t n = strlen(prefix);

	while (n > 1 && prefix[n - 1] == '/')
		n--;
	return !strncmp(path, prefix, n) &&
	       (path[n] == '/' || !path[n] || (n == 1 && *prefix == '/'));
}

json_t *json_strings(const struct strlist *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->count; i++)
		json_array_append_new(array,
		                      fact_text(list->items[i], strlen(list->items[i])));
	return array;
}

static json_t *member_array(json_t *object, const char *name)
{
	json_t *array = json_object_get(object, name);

	if (!array) {
		array = json_array();
		json_object_set_new(object, name, array);
	}
	return array;
}

void note_damage(struct interpreter *i, const char *path, const char *format, ...)
{
	CLEANUP(str_release) struct str detail = STR_INIT;
	json_t *damaged = member_array(i->facts, "damaged");
	va_list args;

	if (json_array_size(damaged) >= DAMAGED_MAX) {
		note_limit(i, "damaged");
		return;
	}
	va_start(args, format);
	str_addv(&detail, format, args);
	va_end(args);
	json_t *row = json_object();
	json_object_set_new(row, "path", fact_text(path, strlen(path)));
	json_object_set_new(row, "detail", fact_text(detail.data, detail.len));
	json_array_append_new(damaged, row);
}

void note_limit(struct interpreter *i, const char *name)
{
	json_t *limits = member_array(i->facts, "limits");

	for (size_t n = 0; n < json_array_size(limits); n++)
		if (text_equal(json_string_value(json_array_get(limits, n)), name))
			return;
	if (json_array_size(limits) < LIMITS_MAX)
		json_array_append_new(limits, json_string(name));
}

bool interpreter_can_load(const struct interpreter *i, const struct strlist *archs)
{
	if (i->runs_as)
		return strlist_has(archs, i->runs_as);
	for (size_t n = 0; n < i->archs.count; n++)
		if (strlist_has(archs, i->archs.items[n]))
			return true;
	return false;
}

bool text_between(const char *text, const char *before, const char *after, char *out,
                  size_t size)
{
	const char *start = strstr(text, before);

	if (!start)
		return false;
	start += strlen(before);
	size_t n = strcspn(start, after);
	if (!n || n >= size || !start[n])
		return false;
	memcpy(out, start, n);
	out[n] = 0;
	return true;
}
