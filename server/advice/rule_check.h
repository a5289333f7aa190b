/* SPDX-License-Identifier: MIT */
/* What rules may look like: names and types of members, texts, conditions, evidence. */
#ifndef TRILANE_ADVICE_RULE_CHECK_H
#define TRILANE_ADVICE_RULE_CHECK_H

#include <jansson.h>

#include "rule.h"
#include "trilane/error.h"

struct reader {
	struct advice *a;
	const char *file;
	struct error *err;
};

/* All but what other rules have to do with it. */
int rule_check(const struct reader *r, const json_t *json);
/* KIND is the member of the rule that the trigger is in: facts, log, … */
int trigger_check(const struct reader *r, const char *kind, const json_t *trigger);

#endif
