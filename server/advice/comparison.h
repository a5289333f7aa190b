/* SPDX-License-Identifier: MIT */
/* The operators of conditions, as the evaluator and the validation both see them. */
#ifndef TRILANE_ADVICE_COMPARISON_H
#define TRILANE_ADVICE_COMPARISON_H

#include "condition.h"

enum { CONDITION_DEPTH_MAX = 12 };

enum operand {
	OPERAND_ANY,
	OPERAND_ARRAY,
	OPERAND_TEXT,
	OPERAND_PATHS,
	OPERAND_NUMBER, /* or the path of one */
	OPERAND_SPECIFIERS,
	OPERAND_TABLE,
	OPERAND_CONDITION,
};

/* A known value that meets the operand written in a rule. */
struct test {
	const json_t *value;
	const json_t *operand; /* as written in the rule */
	const struct context *c;
	int depth;
};

struct comparison {
	const char *name;
	enum truth (*judge)(const struct test *t);
	enum operand operand;
};

const struct comparison *comparison_find(const char *name); /* NULL if there is none */

#endif
