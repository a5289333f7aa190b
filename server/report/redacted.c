/* SPDX-License-Identifier: MIT */
/*
 * A report without names.  Only strings are searched, never the members' names: somebody
 * may be called as one of them.
 */
#include "trilane/cleanup.h"
#include "trilane/report.h"

#include "trilane/banned.h"

static void redact_string(json_t *string, const struct redaction *redaction)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	str_add_n(&text, json_string_value(string), json_string_length(string));
	redact_str(redaction, &text);
	json_string_setn(string, text.data, text.len);
}

void report_redact(json_t *report, const struct redaction *redaction)
{
	const char *name;
	json_t *member;
	size_t i;

	if (json_is_string(report))
		redact_string(report, redaction);
	json_array_foreach(report, i, member)
	{
		report_redact(member, redaction);
	}
	json_object_foreach(report, name, member)
	{
		report_redact(member, redaction);
	}
}
