/* SPDX-License-Identifier: MIT */
/* The report as a page for a terminal. */
#include "report_page.h"

#include "trilane/banned.h"

void report_page(const json_t *report, bool colour, struct str *out)
{
	(void)report;
	(void)colour;
	(void)out;
}
