/* SPDX-License-Identifier: MIT */
/*
 * Pages for a terminal, 80 columns wide.  All text of the machine goes through
 * page_add_text(), which takes control characters out, so that a package's name cannot
 * drive the terminal.
 */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include <jansson.h>
#include <stdbool.h>

#include "trilane/str.h"

enum { PAGE_COLUMNS = 80 };

enum page_style { PAGE_BOLD, PAGE_DIM, PAGE_RED, PAGE_GREEN, PAGE_YELLOW };

struct page {
	const json_t *report;
	bool colour;
	struct str *out;
};

void page_add_text(struct str *out, const char *text);
void page_styled(struct page *p, enum page_style style, const char *text);
/* TEXT from column INDENT on, where the line stands already, wrapped. */
void page_paragraph(struct page *p, const char *text, size_t indent);
void page_heading(struct page *p, const char *title);
/* "  Label         text…" */
void page_line(struct page *p, const char *label, const char *text);
/* The text at PATH of the report; NULL if there is none. */
const char *page_fact(const struct page *p, const char *path);
/* Adds PART behind ", "; nothing if it is NULL or empty. */
void page_comma(struct str *text, const char *part);

/* The parts of the report's page. */
void page_machine(struct page *p);

#endif
