/* SPDX-License-Identifier: MIT */
/* The growing string: one place that decides about memory and the ceiling, str_reserve().
 */
#include "trilane/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trilane/mem.h"

#include "trilane/banned.h"

char str_empty[1] = "";

void str_release(struct str *s)
{
	if (s->capacity)
		free(s->data);
	*s = (struct str)STR_INIT;
}

void str_clear(struct str *s)
{
	s->len = 0;
	s->failed = false;
	if (s->capacity)
		s->data[0] = '\0';
}

bool str_failed(const struct str *s)
{
	return s->failed;
}

char *str_detach(struct str *s)
{
	char *text = s->capacity ? s->data : xstrdup("");
	size_t limit = s->limit;

	*s = (struct str)STR_INIT;
	s->limit = limit;
	return text;
}

char *str_reserve(struct str *s, size_t n)
{
	size_t need, wanted;
	char *data;

	if (s->failed)
		return NULL;
	if (__builtin_add_overflow(s->len, n, &need) || need == SIZE_MAX ||
	    (s->limit && need > s->limit)) {
		s->failed = true;
		return NULL;
	}
	if (need < s->capacity)
		return s->data + s->len;
	wanted = s->capacity ? s->capacity : 64;
	while (wanted <= need)
		wanted = wanted > SIZE_MAX / 2 ? need + 1 : wanted * 2;
	data = realloc(s->capacity ? s->data : NULL, wanted);
	if (!data) {
		s->failed = true;
		return NULL;
	}
	data[s->len] = '\0';
	s->data = data;
	s->capacity = wanted;
	return data + s->len;
}

void str_grown(struct str *s, size_t n)
{
	s->len += n;
	s->data[s->len] = '\0';
}

void str_add_n(struct str *s, const void *bytes, size_t n)
{
	char *room = n ? str_reserve(s, n) : NULL;

	if (!room)
		return;
	memcpy(room, bytes, n);
	str_grown(s, n);
}

void str_add(struct str *s, const char *text)
{
	str_add_n(s, text, strlen(text));
}

void str_add_char(struct str *s, char c)
{
	str_add_n(s, &c, 1);
}

void str_addv(struct str *s, const char *format, va_list args)
{
	va_list again;
	char *room;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n < 0) {
		s->failed = true;
		return;
	}
	room = str_reserve(s, (size_t)n);
	if (!room)
		return;
	vsnprintf(room, (size_t)n + 1, format, args);
	s->len += (size_t)n;
}

void str_addf(struct str *s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	str_addv(s, format, args);
	va_end(args);
}

void str_truncate(struct str *s, size_t len)
{
	if (len >= s->len)
		return;
	s->len = len;
	s->data[len] = '\0';
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

void str_trim(struct str *s)
{
	size_t from = 0;

	while (s->len > 0 && is_blank(s->data[s->len - 1]))
		str_truncate(s, s->len - 1);
	while (from < s->len && is_blank(s->data[from]))
		from++;
	if (from) {
		memmove(s->data, s->data + from, s->len - from + 1);
		s->len -= from;
	}
}
