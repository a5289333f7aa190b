/* SPDX-License-Identifier: MIT */
/* Allocation that ends the program when memory has ended, and growth of arrays. */
#include "trilane/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trilane/error.h"

#include "trilane/banned.h"

static void *check(void *p)
{
	if (!p)
		BUG("out of memory");
	return p;
}

void *xmalloc(size_t size)
{
	return check(malloc(size ? size : 1));
}

void *xcalloc(size_t count, size_t size)
{
	return check(calloc(count ? count : 1, size ? size : 1));
}

void *xrealloc(void *p, size_t size)
{
	return check(realloc(p, size ? size : 1));
}

char *xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *xstrndup(const char *s, size_t n)
{
	char *copy;

	n = strnlen(s, n);
	copy = xmalloc(n + 1);
	memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *xasprintf(const char *format, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		BUG("format cannot be printed");
	text = xmalloc((size_t)n + 1);
	va_start(args, format);
	vsnprintf(text, (size_t)n + 1, format, args);
	va_end(args);
	return text;
}

bool mem_product(size_t a, size_t b, size_t *out)
{
	return !__builtin_mul_overflow(a, b, out);
}

void *array_reserve(void *items, size_t *capacity, size_t count, size_t size)
{
	size_t wanted, bytes;

	if (count <= *capacity)
		return items;
	wanted = *capacity ? *capacity : 8;
	while (wanted < count)
		if (!mem_product(wanted, 2, &wanted))
			BUG("array of %zu items", count);
	if (!mem_product(wanted, size, &bytes))
		BUG("array of %zu items", count);
	items = xrealloc(items, bytes);
	*capacity = wanted;
	return items;
}
