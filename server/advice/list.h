/* SPDX-License-Identifier: MIT */
/* Rules over lists of requirements (requirements.h). */
#ifndef TRILANE_ADVICE_LIST_H
#define TRILANE_ADVICE_LIST_H

#include "rule.h"

json_t *advice_list(const struct advice *a, json_t *list, const json_t *report);

#endif
