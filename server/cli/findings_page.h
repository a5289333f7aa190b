/* SPDX-License-Identifier: MIT */
/* Findings as text for a terminal, wrapped at 80 columns. */
#ifndef CLI_FINDINGS_PAGE_H
#define CLI_FINDINGS_PAGE_H

#include <jansson.h>

#include "trilane/str.h"

/* A diagnosis document: its findings, or what to collect next. */
void findings_page(const json_t *diagnosis, struct str *out);

/* TEXT in lines of at most 80 columns, each behind INDENT blanks. */
void page_wrap(const char *text, unsigned indent, struct str *out);

#endif
