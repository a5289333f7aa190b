/* SPDX-License-Identifier: MIT */
/* Text, colours and lines of a page for a terminal. */
#include <string.h>

#include "page.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

enum { LABEL_WIDTH = 14, LINE_INDENT = 2 };

void page_add_text(struct str *out, const char *text)
{
	size_t start = out->len;

	str_add_utf8(out, text, strlen(text));
	for (size_t i = start; i < out->len; i++)
		if (out->data[i] == '\n' || out->data[i] == '\t')
			out->data[i] = ' ';
}

void page_styled(struct page *p, enum page_style style, const char *text)
{
	static const char *const codes[] = {"1", "2", "31", "32", "33"};

	if (p->colour)
		str_addf(p->out, "\033[%sm", codes[style]);
	page_add_text(p->out, text);
	if (p->colour)
		str_add(p->out, "\033[0m");
}

/* Characters, of UTF-8: continuation bytes do not count. */
static size_t width(const char *text, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

void page_paragraph(struct page *p, const char *text, size_t indent)
{
	size_t column = indent;

	while (*text) {
		size_t n = strcspn(text, " ");
		size_t w = width(text, n);

		if (column > indent && column + 1 + w > PAGE_COLUMNS) {
			str_addf(p->out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			str_add_char(p->out, ' ');
			column++;
		}
		str_add_n(p->out, text, n);
		column += w;
		text += n;
		text += strspn(text, " ");
	}
	str_add_char(p->out, '\n');
}

void page_heading(struct page *p, const char *title)
{
	str_add_char(p->out, '\n');
	page_styled(p, PAGE_BOLD, title);
	str_add_char(p->out, '\n');
}

void page_line(struct page *p, const char *label, const char *text)
{
	str_addf(p->out, "%*s", LINE_INDENT, "");
	page_styled(p, PAGE_DIM, label);
	str_addf(p->out, "%*s", LABEL_WIDTH - (int)strlen(label), "");
	page_paragraph(p, text, LINE_INDENT + LABEL_WIDTH);
}

const char *page_fact(const struct page *p, const char *path)
{
	return fact_get_string(p->report, path);
}

void page_comma(struct str *text, const char *part)
{
	if (!part || !*part)
		return;
	if (text->len > 0)
		str_add(text, ", ");
	page_add_text(text, part);
}
