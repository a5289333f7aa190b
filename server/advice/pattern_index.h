/* SPDX-License-Identifier: MIT */
/* A set of patterns between its making (pattern.c) and the search (search.c). */
#ifndef TRILANE_ADVICE_PATTERN_INDEX_H
#define TRILANE_ADVICE_PATTERN_INDEX_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdatomic.h>

#include "automaton.h"
#include "literals.h"
#include "pattern.h"

/* Compiled when a text first has its literals, most never are; and to machine code when
 * a text has them often.  Two threads may both compile; one of them puts its own away
 * again. */
struct pattern {
	char *expression;
	unsigned lines;
	_Atomic(pcre2_code *) code, fast;
};

/* One top-level alternative of a pattern. */
struct pattern_branch {
	size_t pattern;
	const struct literal_branch *needs;
};

struct key_users {
	size_t *branches;
	size_t count, capacity;
};

/* The automaton and, for each of its keys (ends of literals), the branches to look at. */
struct pattern_index {
	struct automaton *automaton;
	struct strlist keys;
	json_t *key_numbers; /* {key: its index} while the index is made */
	struct key_users *users;
	struct literals *literals; /* of each pattern */
	struct pattern_branch *branches;
	size_t branch_count, branch_capacity;
	pcre2_match_context *limits;
};

/* NULL for an expression that does not compile, which then matches nothing.  FAST: to
 * machine code. */
pcre2_code *pattern_code(struct pattern *p, bool fast);

#endif
