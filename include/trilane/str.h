/* SPDX-License-Identifier: MIT */
/*
 * struct str: a growing byte string, always zero-terminated, sticky on failure.
 *
 *	struct str s = STR_INIT;
 *	str_addf(&s, "%d lanes", n);
 *	if (str_failed(&s)) …            asked once, at the end
 *	str_release(&s);
 *
 * The adding functions return nothing.  When memory or the ceiling (LIMIT, 0 for none)
 * is exhausted the string keeps what it has, ignores what follows and str_failed() says
 * so.  DATA is never NULL: an empty string points at a constant "".  Not thread-safe.
 *
 * The text_ functions look at plain C strings and own nothing.
 */
#ifndef TRILANE_STR_H
#define TRILANE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
	char *data;
	size_t len;      /* bytes before the zero */
	size_t capacity; /* bytes allocated; 0 while DATA is the constant */
	size_t limit;    /* the most LEN may become; 0: no ceiling */
	bool failed;
};

extern char str_empty[]; /* what DATA of an empty string points at; never written */
/* clang-format off */
#define STR_INIT              { .data = str_empty }
#define STR_INIT_LIMIT(bytes) { .data = str_empty, .limit = (bytes) }
/* clang-format on */

void str_release(struct str *s); /* frees; S is STR_INIT again */
void str_clear(struct str *s);   /* empties, keeps the memory and the limit */
bool str_failed(const struct str *s);
char *str_detach(struct str *s); /* the caller frees; S is empty again */

void str_add(struct str *s, const char *text);
void str_add_n(struct str *s, const void *bytes, size_t n);
void str_add_char(struct str *s, char c);
void str_addf(struct str *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void str_addv(struct str *s, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));
/* Adds N bytes with whatever is not valid UTF-8 replaced by U+FFFD, and C0 controls
 * other than tab and newline (and DEL) too: for text of unknown origin. */
void str_add_utf8(struct str *s, const void *bytes, size_t n);
/* Adds TEXT so that neither Markdown nor HTML finds anything in it to act on: inside a
 * paragraph or a cell, on one line. */
void str_add_markdown(struct str *s, const char *text);
/* Room for N more bytes to be written at data + len by the caller, who then adds to LEN
 * and writes the zero with str_grown(); NULL when that fails. */
char *str_reserve(struct str *s, size_t n);
void str_grown(struct str *s, size_t n);
void str_truncate(struct str *s, size_t len);
void str_trim(struct str *s); /* white space at both ends */

bool text_equal(const char *a, const char *b); /* NULL equals NULL only */
/* Only blanks, tabs, line ends and zeros? */
bool text_is_blank(const char *s, size_t n);
bool text_starts(const char *s, const char *prefix);
bool text_ends(const char *s, const char *suffix);
bool text_contains(const char *s, const char *part);
bool text_equal_nocase(const char *a, const char *b); /* ASCII */
bool text_is_utf8(const void *bytes, size_t n);
/* Decimal integers of the whole string; false (and *OUT untouched) for anything else:
 * sign where none belongs, blanks, overflow, rubbish behind. */
bool text_to_u64(const char *s, uint64_t *out);
bool text_to_i64(const char *s, int64_t *out);
bool text_to_double(const char *s, double *out); /* the C locale's form, finite */

/* A list of owned strings, NULL-terminated, so ITEMS serves as argv or environment. */
struct strlist {
	char **items; /* NULL while empty and never grown */
	size_t count;
	size_t capacity;
};
#define STRLIST_INIT \
	{ \
		.items = NULL \
	}

void strlist_add(struct strlist *list, const char *text); /* copies */
void strlist_addf(struct strlist *list, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void strlist_take(struct strlist *list, char *text); /* takes */
bool strlist_has(const struct strlist *list, const char *text);
void strlist_sort(struct strlist *list); /* byte order */
/* Adds the parts of TEXT between any of the characters of SEPARATORS, empty ones left
 * out. */
void strlist_split(struct strlist *list, const char *text, const char *separators);
void strlist_clear(struct strlist *list);
void strlist_release(struct strlist *list);

#endif
