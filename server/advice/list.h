/* SPDX-License-Identifier: MIT */
/* Rules over lists of requirements (requirements.h). */
#ifndef TRILANE_ADVICE_LIST_H
#define TRILANE_ADVICE_LIST_H

#include "rule.h"

/* NULL if TEXT is no such list. */
json_t *advice_read_list(const struct advice *a, const char *text, size_t n,
                         const json_t *report);
json_t *advice_list(const struct advice *a, const json_t *list, const json_t *report);

#endif
