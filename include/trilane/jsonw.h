/* SPDX-License-Identifier: MIT */
/*
 * Writing JSON (RFC 8259) into a struct str, for the worker and for streams.
 *
 *	struct jsonw w = JSONW_INIT(&out);
 *	jsonw_object(&w, NULL);
 *	jsonw_string(&w, "type", "sample");
 *	jsonw_u64(&w, "duration_ns", ns);
 *	jsonw_end(&w);
 *
 * KEY is the member's name inside an object and NULL inside an array or at the top.
 * Commas and nesting are the writer's business; a wrong nesting is a BUG().  Strings of
 * unknown origin come out as valid UTF-8 (U+FFFD for what is not).  Numbers that JSON
 * does not have (NaN, infinities) become null.  Errors are the string's: str_failed().
 */
#ifndef TRILANE_JSONW_H
#define TRILANE_JSONW_H

#include <stdbool.h>
#include <stdint.h>

#include "trilane/str.h"

enum { JSONW_DEPTH = 32 };

struct jsonw {
	struct str *out;
	int depth;
	bool comma;                /* something stands before at this level */
	char closers[JSONW_DEPTH]; /* '}' or ']' of each open level */
};
#define JSONW_INIT(str_pointer) \
	{ \
		.out = (str_pointer) \
	}

void jsonw_object(struct jsonw *w, const char *key);
void jsonw_array(struct jsonw *w, const char *key);
void jsonw_end(struct jsonw *w); /* of the innermost object or array */
void jsonw_string(struct jsonw *w, const char *key, const char *value); /* NULL: null */
void jsonw_u64(struct jsonw *w, const char *key, uint64_t value);
void jsonw_double(struct jsonw *w, const char *key,
                  double value); /* shortest that reads back */
void jsonw_bool(struct jsonw *w, const char *key, bool value);

#endif
