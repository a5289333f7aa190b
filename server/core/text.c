/* SPDX-License-Identifier: MIT */
/* Looking at text: comparison, UTF-8, numbers.  Owns nothing. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "trilane/str.h"

#include "trilane/banned.h"

bool text_equal(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool text_is_blank(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strchr(" \t\r\n", s[i])) /* finds the zero, too */
			return false;
	return true;
}

bool text_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

bool text_contains(const char *s, const char *part)
{
	return strstr(s, part) != NULL;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool text_equal_nocase(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

/* Length of the valid UTF-8 character at the start of the N bytes, 0 if there is none
 * (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF). */
static size_t character_length(const unsigned char *s, size_t n)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t length, i;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	length = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (n < length || s[1] < low || s[1] > high)
		return 0;
	for (i = 2; i < length; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

bool text_is_utf8(const void *bytes, size_t n)
{
	const unsigned char *s = bytes;
	size_t step;

	for (; n > 0; s += step, n -= step) {
		step = character_length(s, n);
		if (step == 0)
			return false;
	}
	return true;
}

static bool is_control(unsigned char c)
{
	return (c < 0x20 && c != '\t' && c != '\n') || c == 0x7f;
}

void str_add_utf8(struct str *s, const void *bytes, size_t n)
{
	const unsigned char *from = bytes;
	size_t step;

	for (; n > 0; from += step, n -= step) {
		step = character_length(from, n);
		if (step == 0 || is_control(from[0])) {
			str_add(s, "\xef\xbf\xbd");
			step = 1;
		} else {
			str_add_n(s, from, step);
		}
	}
}

void str_add_markdown(struct str *s, const char *text)
{
	for (; *text; text++) {
		if (*text == '<')
			str_add(s, "&lt;");
		else if (*text == '>')
			str_add(s, "&gt;");
		else if (*text == '&')
			str_add(s, "&amp;");
		else if (is_control((unsigned char)*text) || strchr("\t\n", *text))
			str_add_char(s, ' ');
		else if (strchr("\\`*_[]|#~!", *text))
			str_addf(s, "\\%c", *text);
		else
			str_add_char(s, *text);
	}
}

bool text_to_u64(const char *s, uint64_t *out)
{
	uint64_t value = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9' || __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*s - '0'), &value))
			return false;
	}
	*out = value;
	return true;
}

bool text_to_i64(const char *s, int64_t *out)
{
	bool negative = *s == '-';
	uint64_t magnitude;

	if (!text_to_u64(s + negative, &magnitude) ||
	    magnitude > (uint64_t)INT64_MAX + negative)
		return false;
	/* Negated as unsigned, so that INT64_MIN needs no case of its own. */
	*out = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return true;
}

bool text_to_double(const char *s, double *out)
{
	char *end;
	double value;

	/* strtod alone would take blanks, hexadecimal, "inf" and "nan". */
	if (!*s || strspn(s, "+-.0123456789eE") != strlen(s))
		return false;
	errno = 0;
	value = strtod(s, &end);
	if (*end || !isfinite(value))
		return false;
	*out = value;
	return true;
}
