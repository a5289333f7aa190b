/* SPDX-License-Identifier: MIT */
/* Lists of owned strings, shaped so that they serve as argv and environment. */
#include <stdlib.h>
#include <string.h>

#include "trilane/mem.h"
#include "trilane/str.h"

#include "trilane/banned.h"

void strlist_take(struct strlist *list, char *text)
{
	list->items = array_reserve(list->items, &list->capacity, list->count + 2,
	                            sizeof(*list->items));
	list->items[list->count++] = text;
	list->items[list->count] = NULL;
}

void strlist_add(struct strlist *list, const char *text)
{
	strlist_take(list, xstrdup(text));
}

void strlist_addf(struct strlist *list, const char *format, ...)
{
	struct str text = STR_INIT;
	va_list args;

	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	strlist_take(list, str_detach(&text));
}

bool strlist_has(const struct strlist *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i], text) == 0)
			return true;
	return false;
}

static int compare_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void strlist_sort(struct strlist *list)
{
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), compare_text);
}

void strlist_split(struct strlist *list, const char *text, const char *separators)
{
	while (*text) {
		size_t n = strcspn(text, separators);

		if (n)
			strlist_take(list, xstrndup(text, n));
		text += n;
		text += strspn(text, separators);
	}
}

void strlist_clear(struct strlist *list)
{
	while (list->count)
		free(list->items[--list->count]);
	if (list->items)
		list->items[0] = NULL;
}

void strlist_release(struct strlist *list)
{
	strlist_clear(list);
	free(list->items);
	*list = (struct strlist)STRLIST_INIT;
}
