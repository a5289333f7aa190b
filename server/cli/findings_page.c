/* SPDX-License-Identifier: MIT */
/* Findings for people at a terminal: the sentence first, then how it is known, then what
 * to do.  Text of the machine comes as UTF-8 without control characters. */
#include "findings_page.h"

#include <string.h>

#include "trilane/facts.h"
#include "trilane/finding.h"

#include "trilane/banned.h"

enum { COLUMNS = 80 };

void page_wrap(const char *text, unsigned indent, struct str *out)
{
	size_t column = 0;

	while (text && *text) {
		size_t blanks = strspn(text, " \n\t");
		size_t n = strcspn(text + blanks, " \n\t");

		text += blanks;
		if (n == 0)
			break;
		if (column > 0 && column + 1 + n > COLUMNS) {
			str_add_char(out, '\n');
			column = 0;
		}
		if (column == 0) {
			str_addf(out, "%*s", (int)indent, "");
			column = indent;
		} else {
			str_add_char(out, ' ');
			column++;
		}
		str_add_n(out, text, n);
		column += n;
		text += n;
	}
	str_add_char(out, '\n');
}

static void add_plain(const char *text, struct str *out)
{
	str_add_utf8(out, text ? text : "", text ? strlen(text) : 0);
}

static void add_evidence(const json_t *finding, struct str *out)
{
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(finding, "evidence"), i, item)
	{
		str_addf(out, "    %s: ", fact_get_string(item, "what"));
		add_plain(fact_get_string(item, "value"), out);
		str_add(out, " [");
		add_plain(fact_get_string(item, "source"), out);
		str_add(out, "]\n");
	}
}

static void add_finding(const json_t *finding, struct str *out)
{
	const char *subject = fact_get_string(finding, "subject");
	const json_t *item;
	size_t i;

	str_addf(out, "%s: ", severity_name(finding_severity(finding)));
	add_plain(fact_get_string(finding, "title"), out);
	str_addf(out, " (%s, %s)\n", fact_get_string(finding, "cause"),
	         fact_get_string(finding, "confidence"));
	if (subject && strcmp(subject, "machine") != 0) {
		str_add(out, "  in ");
		add_plain(subject, out);
		str_add_char(out, '\n');
	}
	page_wrap(fact_get_string(finding, "explanation"), 2, out);
	add_evidence(finding, out);
	page_wrap(fact_get_string(finding, "remedy.text"), 2, out);
	json_array_foreach(fact_get(finding, "remedy.commands"), i, item)
	{
		str_add(out, "    $ ");
		add_plain(json_string_value(item), out);
		str_add_char(out, '\n');
	}
	json_array_foreach(json_object_get(finding, "references"), i, item)
	{
		str_addf(out, "  %s: %s\n", fact_get_string(item, "title"),
		         fact_get_string(item, "url"));
	}
	str_add_char(out, '\n');
}

void findings_page(const json_t *diagnosis, struct str *out)
{
	const json_t *findings = json_object_get(diagnosis, "findings"), *item;
	const json_t *next = json_object_get(diagnosis, "next");
	size_t i;

	json_array_foreach(findings, i, item)
	{
		add_finding(item, out);
	}
	if (next) {
		page_wrap(fact_get_string(next, "sentence"), 0, out);
		json_array_foreach(json_object_get(next, "collect"), i, item)
		{
			str_addf(out, "  - %s\n", json_string_value(item));
		}
	} else if (json_array_size(findings) == 0) {
		str_add(out, "Nothing is known to be wrong here.\n");
	}
}
