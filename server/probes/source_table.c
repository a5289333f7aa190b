/* SPDX-License-Identifier: MIT */
/*
 * Sorted tables of names and values: a recording's sysctls and environment.  A value
 * that spans lines (kern.version has done so) ends at its first: no probe needs more.
 */
#include <stdlib.h>
#include <string.h>

#include "source_private.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

void source_table_add(struct source_table *t, const char *name, size_t name_size,
                      const char *value, size_t value_size)
{
	if (t->count >= SOURCE_TABLE_LIMIT)
		return;
	t->items = array_reserve(t->items, &t->capacity, t->count + 1, sizeof(*t->items));
	t->items[t->count].name = xstrndup(name, name_size);
	t->items[t->count].value = xstrndup(value, value_size);
	t->count++;
}

static int by_name(const void *a, const void *b)
{
	const struct source_pair *x = a, *y = b;

	return strcmp(x->name, y->name);
}

void source_table_sort(struct source_table *t)
{
	if (t->count > 1)
		qsort(t->items, t->count, sizeof(*t->items), by_name);
}

const char *source_table_find(const struct source_table *t, const char *name)
{
	struct source_pair key = {.name = (char *)name};
	const struct source_pair *row;

	if (t->count == 0)
		return NULL;
	row = bsearch(&key, t->items, t->count, sizeof(*t->items), by_name);
	return row ? row->value : NULL;
}

void source_table_release(struct source_table *t)
{
	for (size_t i = 0; i < t->count; i++) {
		free(t->items[i].name);
		free(t->items[i].value);
	}
	free(t->items);
	*t = (struct source_table){.items = NULL};
}

static size_t line_size(const char *text, size_t n)
{
	const char *end = memchr(text, '\n', n);

	return end ? (size_t)(end - text) : n;
}

static bool name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The separator behind the name at line[at]: ":" or " = "; N if there is none. */
static size_t find_separator(const char *line, size_t n, size_t at)
{
	while (at < n && is_blank(line[at]))
		at++;
	return at < n && (line[at] == ':' || line[at] == '=') ? at : n;
}

static void parse_line(struct source_table *t, const char *line, size_t n)
{
	size_t name_size = 0, at;

	while (name_size < n && name_char(line[name_size]))
		name_size++;
	at = find_separator(line, n, name_size);
	if (name_size == 0 || at == n)
		return;
	at++;
	while (at < n && is_blank(line[at]))
		at++;
	while (n > at && is_blank(line[n - 1]))
		n--;
	source_table_add(t, line, name_size, line + at, n - at);
}

void source_table_parse_sysctl(struct source_table *t, const char *text, size_t n)
{
	while (n > 0) {
		size_t size = line_size(text, n);

		parse_line(t, text, size);
		text += size;
		n -= size;
		if (n > 0) {
			text++;
			n--;
		}
	}
	source_table_sort(t);
}
