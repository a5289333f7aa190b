/* SPDX-License-Identifier: MIT */
/* What the tests of advice share: the embedded rules, and the data of tests/advice. */
#ifndef TESTS_ADVICE_FIXTURE_H
#define TESTS_ADVICE_FIXTURE_H

#include "trilane/advice.h"
#include "trilane/str.h"

extern struct advice *advice; /* between set-up and tear-down */

int advice_set_up(void **state);
int advice_tear_down(void **state);

/* The file NAME of tests/advice; the test fails if it cannot be read. */
void read_data(const char *name, struct str *text);
json_t *read_json(const char *name);

#endif
