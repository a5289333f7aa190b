/* SPDX-License-Identifier: MIT */
/* A result as a page for a terminal, 80 columns wide. */
#ifndef TRILANE_CLI_BENCH_PAGE_H
#define TRILANE_CLI_BENCH_PAGE_H

#include <jansson.h>

#include "trilane/str.h"

void bench_page(const json_t *result, struct str *out);

#endif
