/* SPDX-License-Identifier: MIT */
/* The report as a page for a terminal, 80 columns wide. */
#ifndef CLI_REPORT_PAGE_H
#define CLI_REPORT_PAGE_H

#include <jansson.h>
#include <stdbool.h>

#include "trilane/str.h"

void report_page(const json_t *report, bool colour, struct str *out);

#endif
