/* SPDX-License-Identifier: MIT */
/*
 * Memory: allocation that cannot fail for the small, and growth of arrays.
 *
 * The xmalloc family aborts when the system has nothing left; it is for sizes that the
 * program chooses.  Sizes that come from outside go through array_reserve() or
 * mem_product(), which check.  Everything is freed with free().
 */
#ifndef TRILANE_MEM_H
#define TRILANE_MEM_H

#include <stdbool.h>
#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size); /* zeroed */
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* *OUT = A * B; false if that overflows. */
bool mem_product(size_t a, size_t b, size_t *out);

/*
 * Makes room in a growing array: returns ITEMS, moved if need be, with space for at least
 * COUNT items of SIZE bytes, and keeps the capacity in *CAPACITY.
 *
 *	list->items = array_reserve(list->items, &list->capacity, list->count + 1,
 *				    sizeof(*list->items));
 */
void *array_reserve(void *items, size_t *capacity, size_t count, size_t size);

#endif
