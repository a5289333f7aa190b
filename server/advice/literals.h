/* SPDX-License-Identifier: MIT */
/*
 * What must stand in a text for an expression to match, read from the expression: for
 * each of its top-level alternatives (a branch) a few clauses, each a list of texts one
 * of which must be there.  All are in lower case.
 *
 *	(?:tensorflow|keras)\S* requires python <3    {tensorflow, keras}
 *	                                              { requires python <3}
 */
#ifndef TRILANE_ADVICE_LITERALS_H
#define TRILANE_ADVICE_LITERALS_H

#include <stdbool.h>
#include <stddef.h>

#include "trilane/str.h"

enum { LITERAL_MIN = 3, LITERAL_CLAUSES_MAX = 4 };

struct literal_clause {
	struct strlist any;
	size_t shortest; /* length of the shortest of them */
};

struct literal_branch {
	struct literal_clause clauses[LITERAL_CLAUSES_MAX]; /* the longest first */
	size_t count;
};

struct literals {
	struct literal_branch *branches;
	size_t count, capacity;
};
#define LITERALS_INIT \
	{ \
		.branches = NULL \
	}

/* False, and nothing read, if an alternative has no run of LITERAL_MIN characters. */
bool literals_read(const char *expression, struct literals *out);
void literals_release(struct literals *l);

#endif
