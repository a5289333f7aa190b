/* SPDX-License-Identifier: MIT */
/*
 * What conditions and texts of rules refer to: documents under names, reached by dotted
 * paths ("interpreter.packages.numpy.version"), aliases ("$tensorflow": the first known
 * of several paths) and tables of ranges (compatibility.json).
 *
 * A context is a small value on the stack and owns nothing.
 */
#ifndef TRILANE_ADVICE_CONTEXT_H
#define TRILANE_ADVICE_CONTEXT_H

#include <jansson.h>
#include <stdbool.h>

#include "trilane/str.h"

enum { CONTEXT_ROOTS = 14 };

struct context {
	const json_t *aliases; /* {"$name": [path, …]} */
	const json_t *tables; /* {"name": {"rows":[{"match":{…}, column: specifiers}]}} */
	struct {
		const char *name;
		const json_t *value;
	} roots[CONTEXT_ROOTS];
	int count;
};

/* A copy with VALUE (NULL: unknown) under NAME, in front of another of that name. */
struct context context_with(const struct context *c, const char *name,
                            const json_t *value);
/* Borrowed; NULL if there is nothing or an absence. */
const json_t *context_get(const struct context *c, const char *path);
/* "a.b" or ["a.b", "c"]: the first that is known. */
const json_t *context_first(const struct context *c, const json_t *paths);
/* The text of a column in the first row of TABLE whose KEY specifiers VERSION satisfies;
 * NULL if there is none. */
const char *context_table(const struct context *c, const char *table, const char *version,
                          const char *column);

/* Adds TEMPLATE with its {path} replaced.  "{path|text}" has a text for the unknown,
 * "{path:form}" a form: gib (bytes), sh (quoted for a shell), minor (3.11 of 3.11.4),
 * base (last part of a path), dir (what is before it), count.  QUOTED makes sh the form
 * of all. */
void context_expand(const struct context *c, const char *template, bool quoted,
                    struct str *out);
/* Is each { of the template closed, with a plain path and a known form? */
bool context_template_valid(const char *template);

#endif
