/* SPDX-License-Identifier: MIT */
/*
 * Patterns over lines of text: PCRE2 expressions, all searched for in one pass.
 *
 * A pattern is tried only where a literal part of it stands, and all literals of all
 * patterns are found by one automaton (Aho and Corasick, 1975); so the cost of a log is
 * linear in its size and hardly depends on the number of patterns.  The literals are
 * taken from the expression itself (literals.h): each of its top-level alternatives needs
 * a run of at least three plain characters, and where it has several, all of them must be
 * there before the expression is tried.  Case is ignored.  `.` and `[^x]` do not cross a
 * line's end unless the pattern spans more than one LINE; then a line's end reads as one
 * blank together with the indentation of the next line.
 *
 * Life: pattern_set_add() for each, pattern_set_compile() once, then any number of
 * pattern_set_run() from any thread.
 */
#ifndef TRILANE_ADVICE_PATTERN_H
#define TRILANE_ADVICE_PATTERN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trilane/error.h"
#include "trilane/str.h"

enum {
	PATTERN_WINDOW = 2048, /* bytes looked at on either side of a literal */
	PATTERN_LINES_MAX = 6,
	PATTERN_MATCHES_MAX = 16,    /* kept for each pattern and text */
	PATTERN_BUDGET = 256 * 1024, /* bytes of windows tried for each */
};

struct pattern;
struct pattern_index;

struct pattern_set {
	struct pattern *items;
	size_t count, capacity;
	json_t *known;               /* {expression and lines: index} */
	struct pattern_index *index; /* NULL before pattern_set_compile() */
};
#define PATTERN_SET_INIT \
	{ \
		.items = NULL \
	}

void pattern_set_release(struct pattern_set *set);
/* Is EXPRESSION one that can be added?  The set itself trusts that it is. */
int pattern_check(const char *expression, struct error *err);
/* The index of the pattern, which may have been there before. */
size_t pattern_set_add(struct pattern_set *set, const char *expression, unsigned lines);
void pattern_set_compile(struct pattern_set *set);

struct pattern_match {
	unsigned line;    /* number, from 1 */
	const char *text; /* the line, not terminated; points into the searched text */
	size_t size;
	json_t *captures; /* {name: text} or NULL */
};

struct pattern_matches {
	struct pattern_match *items;
	size_t count;
};

/* MATCHES has room for one entry a pattern, zeroed; pattern_matches_release() each.
 * TEXT is normalised (log_text.h). */
void pattern_set_run(const struct pattern_set *set, const struct str *text,
                     struct pattern_matches *matches);
void pattern_matches_release(struct pattern_matches *matches, size_t count);

#endif
