/* SPDX-License-Identifier: MIT */
/* Findings of one subject while they are gathered: which rules hold, and what they
 * supersede. */
#ifndef TRILANE_ADVICE_EVALUATE_H
#define TRILANE_ADVICE_EVALUATE_H

#include "rule.h"

/* One entry a rule: its finding or NULL. */
struct verdicts {
	const struct advice *a;
	json_t **findings;
	/* Is FINDING about what BY is about, so that it may be superseded?  NULL: yes. */
	bool (*about_same)(const json_t *by, const json_t *finding);
};

void verdicts_init(struct verdicts *v, const struct advice *a);
/* Drops the superseded, moves the rest to OUT in the order of the rules, and frees V. */
void verdicts_finish(struct verdicts *v, json_t *out);

#endif
