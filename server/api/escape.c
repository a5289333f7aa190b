/* SPDX-License-Identifier: MIT */
/* Text of unknown origin inside HTML. */
#include <string.h>

#include "private.h"

#include "trilane/banned.h"

void html_text_n(struct str *out, const char *text, size_t n)
{
	for (const char *end = text + n; text < end; text++) {
		if (*text == '<')
			str_add(out, "&lt;");
		else if (*text == '>')
			str_add(out, "&gt;");
		else if (*text == '&')
			str_add(out, "&amp;");
		else if (*text == '"')
			str_add(out, "&quot;");
		else if (*text == '\'')
			str_add(out, "&#39;");
		else
			str_add_char(out, *text);
	}
}

void html_text(struct str *out, const char *text)
{
	html_text_n(out, text, strlen(text));
}
