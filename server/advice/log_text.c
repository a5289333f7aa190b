/* SPDX-License-Identifier: MIT */
/*
 * One pass over the bytes, in which each kind of decoration is recognised at its first
 * byte and skipped or replaced.  What is not understood is kept as it is.
 */
#include "log_text.h"

#include <ctype.h>
#include <string.h>

#include "trilane/cleanup.h"

#include "trilane/banned.h"

enum { ESCAPE_MAX = 64, OSC_MAX = 512, SAMPLE = 512 };

/* --- UTF-16 ------------------------------------------------------------------------- */

enum encoding { ENCODING_BYTES, ENCODING_UTF16_LE, ENCODING_UTF16_BE };

/* By the byte order mark, or by zero bytes in every other place. */
static enum encoding guess_encoding(const unsigned char *p, size_t n)
{
	size_t zeros[2] = {0, 0};
	size_t sample = n < SAMPLE ? n & ~(size_t)1 : SAMPLE;

	if (n >= 2 && p[0] == 0xff && p[1] == 0xfe)
		return ENCODING_UTF16_LE;
	if (n >= 2 && p[0] == 0xfe && p[1] == 0xff)
		return ENCODING_UTF16_BE;
	for (size_t i = 0; i < sample; i++)
		zeros[i & 1] += p[i] == 0;
	if (sample >= 8 && zeros[1] > sample / 4 && zeros[0] < sample / 16)
		return ENCODING_UTF16_LE;
	if (sample >= 8 && zeros[0] > sample / 4 && zeros[1] < sample / 16)
		return ENCODING_UTF16_BE;
	return ENCODING_BYTES;
}

static void add_code_point(struct str *out, unsigned c)
{
	if (c < 0x80) {
		str_add_char(out, (char)c);
	} else if (c < 0x800) {
		str_add_char(out, (char)(0xc0 | c >> 6));
		str_add_char(out, (char)(0x80 | (c & 0x3f)));
	} else {
		str_add_char(out, (char)(0xe0 | c >> 12));
		str_add_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
		str_add_char(out, (char)(0x80 | (c & 0x3f)));
	}
}

/* Surrogates become "?": no pattern needs what lies beyond the first plane. */
static void decode_utf16(const unsigned char *p, size_t n, bool big_endian,
                         struct str *out)
{
	for (size_t i = 0; i + 1 < n; i += 2) {
		unsigned c = big_endian ? (unsigned)p[i] << 8 | p[i + 1]
		                        : (unsigned)p[i + 1] << 8 | p[i];

		if (c == 0xfeff)
			continue;
		add_code_point(out, c >= 0xd800 && c < 0xe000 ? '?' : c);
	}
}

/* --- escapes ------------------------------------------------------------------------ */

/* Length of "[…m" and its kin behind the introducer, 0 if it is none. */
static size_t control_sequence(const char *p, const char *end)
{
	const char *start = p;

	if (p == end || *p != '[')
		return 0;
	for (p++; p < end && p - start < ESCAPE_MAX; p++) {
		if (*p >= 0x40 && *p <= 0x7e)
			return (size_t)(p - start) + 1;
		if (*p < 0x20 || *p > 0x3f)
			return 0;
	}
	return 0;
}

/* "]…BEL" or "]…ESC \": titles and links. */
static size_t system_command(const char *p, const char *end)
{
	const char *start = p;

	for (p++; p < end && p - start < OSC_MAX && *p != '\n'; p++) {
		if (*p == '\a')
			return (size_t)(p - start) + 1;
		if (*p == '\x1b' && p + 1 < end && p[1] == '\\')
			return (size_t)(p - start) + 2;
	}
	return 1;
}

static size_t escape_length(const char *p, const char *end)
{
	size_t n;

	if (p + 1 == end)
		return 1;
	if (p[1] == ']')
		return 1 + system_command(p + 1, end);
	n = control_sequence(p + 1, end);
	if (n)
		return 1 + n;
	return p[1] >= 0x20 && p[1] < 0x7f ? 2 : 1;
}

/* Escapes that somebody's JSON or pager wrote out. */
static size_t written_escape_length(const char *p, const char *end)
{
	static const char *const introducers[] = {"\\u001b", "\\u001B",     "\\x1b",
	                                          "\\x1B",   "\\033",       "\\e",
	                                          "^[",      "\xe2\x90\x9b"};

	for (size_t i = 0; i < sizeof(introducers) / sizeof(introducers[0]); i++) {
		size_t n = strlen(introducers[i]);

		if ((size_t)(end - p) <= n || memcmp(p, introducers[i], n) != 0)
			continue;
		size_t sequence = control_sequence(p + n, end);

		return sequence ? n + sequence : 0;
	}
	return 0;
}

/* "[0;31m" whose escape character got lost on the way: digits and ; then m only. */
static size_t bare_colour_length(const char *p, const char *end)
{
	const char *start = p;

	for (p++; p < end && p - start < 12 && (isdigit((unsigned char)*p) || *p == ';');)
		p++;
	return p < end && *p == 'm' && p - start > 1 ? (size_t)(p - start) + 1 : 0;
}

/* --- one pass ----------------------------------------------------------------------- */

/* Three-byte punctuation that editors and chats put in the place of ASCII. */
static const struct {
	unsigned char bytes[3];
	char ascii;
} punctuation[] = {
	{{0xe2, 0x80, 0x98}, '\''}, {{0xe2, 0x80, 0x99}, '\''}, {{0xe2, 0x80, 0x9c}, '"'},
	{{0xe2, 0x80, 0x9d}, '"'},  {{0xe2, 0x80, 0x90}, '-'},  {{0xe2, 0x80, 0x91}, '-'},
	{{0xe2, 0x80, 0x93}, '-'},  {{0xe2, 0x80, 0xaf}, ' '},  {{0xe3, 0x80, 0x80}, ' '},
};

static size_t plain_punctuation(const char *p, const char *end, char *ascii)
{
	const unsigned char *u = (const unsigned char *)p;

	if (end - p >= 2 && u[0] == 0xc2 && u[1] == 0xa0) {
		*ascii = ' ';
		return 2;
	}
	if (end - p < 3)
		return 0;
	for (size_t i = 0; i < sizeof(punctuation) / sizeof(punctuation[0]); i++) {
		if (memcmp(u, punctuation[i].bytes, 3) == 0) {
			*ascii = punctuation[i].ascii;
			return 3;
		}
	}
	return 0;
}

/* What web pages write for characters that mean something to them. */
static size_t plain_entity(const char *p, const char *end, char *ascii)
{
	static const struct {
		const char *text;
		char ascii;
	} entities[] = {
		{"&#34;", '"'}, {"&#39;", '\''},  {"&#x27;", '\''},
		{"&amp;", '&'}, {"&apos;", '\''}, {"&gt;", '>'},
		{"&lt;", '<'},  {"&nbsp;", ' '},  {"&quot;", '"'},
	};

	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
		size_t n = strlen(entities[i].text);

		if ((size_t)(end - p) >= n && memcmp(p, entities[i].text, n) == 0) {
			*ascii = entities[i].ascii;
			return n;
		}
	}
	return 0;
}

/* Quotation marks and line ends as strings of JSON and Python write them; "\n" in front
 * of a small letter may as well be part of a path on Windows and stays. */
static size_t plain_escape(const char *p, const char *end, char *ascii)
{
	char next = p + 2 < end ? p[2] : ' ';

	if (end - p < 2)
		return 0;
	if (p[1] == '"' || p[1] == '\'') {
		*ascii = p[1];
		return 2;
	}
	if (p[1] != 'n' || islower((unsigned char)next) || isdigit((unsigned char)next) ||
	    next == '_')
		return 0;
	*ascii = '\v';
	return 2;
}

/* The character for what begins at P, and how many bytes that is; 0 for what means
 * itself. */
static size_t replacement(const char *p, const char *end, char *ascii)
{
	if (*p == '&')
		return plain_entity(p, end, ascii);
	if (*p == '\\')
		return plain_escape(p, end, ascii);
	return (*p & 0x80) ? plain_punctuation(p, end, ascii) : 0;
}

static size_t skip_decoration(const char *p, const char *end)
{
	switch (*p) {
	case '\x1b':
		return escape_length(p, end);
	case '\\':
	case '^':
	case '\xe2':
		return written_escape_length(p, end);
	case '[':
		return bare_colour_length(p, end);
	case '\0':
	case '\a':
	case '\f':
	case '\v':
		return 1;
	default:
		return 0;
	}
}

/* Bytes that mean themselves whatever stands around them. */
static size_t plain_run(const char *p, const char *end)
{
	const char *start = p;

	while (p < end &&
	       ((*p >= ' ' && *p != '[' && *p != '\\' && *p != '^' && *p != '&') ||
	        *p == '\n' || *p == '\t'))
		p++;
	return (size_t)(p - start);
}

static void add_plain(const char *p, const char *end, struct str *out)
{
	while (p < end) {
		size_t n = plain_run(p, end);
		char ascii;

		if (n > 0) {
			str_add_n(out, p, n);
			p += n;
			continue;
		}
		n = skip_decoration(p, end);
		if (n > 0) {
			p += n;
			continue;
		}
		if (*p == '\r') {
			bool ends_line = p + 1 < end && p[1] == '\n';

			if (!ends_line)
				str_add_char(out, '\v');
			p++;
			continue;
		}
		if (*p == '\b') {
			if (out->len > 0 && out->data[out->len - 1] != '\n')
				str_truncate(out, out->len - 1);
			p++;
			continue;
		}
		n = replacement(p, end, &ascii);
		str_add_char(out, n ? ascii : *p);
		p += n ? n : 1;
	}
}

void log_text_normalize(const char *bytes, size_t n, struct str *out)
{
	enum encoding encoding = guess_encoding((const unsigned char *)bytes, n);
	CLEANUP(str_release) struct str decoded = STR_INIT;

	if (encoding != ENCODING_BYTES) {
		decode_utf16((const unsigned char *)bytes, n,
		             encoding == ENCODING_UTF16_BE, &decoded);
		bytes = decoded.data;
		n = decoded.len;
	}
	if (!str_reserve(out, n))
		return;
	add_plain(bytes, bytes + n, out);
}
