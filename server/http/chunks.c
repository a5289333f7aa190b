/* SPDX-License-Identifier: MIT */
/*
 * The strict reader of chunks: sizes of plain hexadecimal digits, lines that end in CRLF,
 * no more behind a chunk than its size says.  What libmicrohttpd reads leniently, or
 * answers with a bare page of its own, is refused here.
 */
#include "chunks.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "fields.h"
#include "head.h"

#include "trilane/banned.h"

enum { SIZE_DIGITS_MAX = 8, LINE_MAX = 256 };

struct rest {
	const char *data;
	size_t n;
};

static void skip(struct rest *rest, size_t n)
{
	rest->data += n;
	rest->n -= n;
}

/* The length of the line at REST, without its CRLF. */
static unsigned find_line(const struct rest *rest, size_t *len)
{
	const char *end = memchr(rest->data, '\n', rest->n);

	if (!end)
		return rest->n > LINE_MAX ? 400 : HEAD_MORE;
	*len = (size_t)(end - rest->data);
	if (*len == 0 || *len > LINE_MAX || end[-1] != '\r')
		return 400;
	*len -= 1;
	return HEAD_GOOD;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "1f" or "1f;name=value" */
static unsigned read_size(const char *line, size_t len, size_t *size)
{
	size_t digits = 0;

	*size = 0;
	while (digits < len && digits < SIZE_DIGITS_MAX && hex_digit(line[digits]) >= 0)
		*size = *size * 16 + (size_t)hex_digit(line[digits++]);
	if (digits == 0 || (digits < len && line[digits] != ';'))
		return 400;
	for (size_t i = digits; i < len; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			return 400;
	return HEAD_GOOD;
}

/* Fields behind the last chunk, which nobody reads, and the empty line. */
static unsigned check_trailer(struct rest *rest)
{
	struct fields fields = {.count = 0};
	size_t len;
	unsigned status;

	while ((status = find_line(rest, &len)) == HEAD_GOOD && len > 0) {
		const char *colon = memchr(rest->data, ':', len);
		size_t name = colon ? (size_t)(colon - rest->data) : 0;

		fields_add(&fields, rest->data, name, rest->data + name + (colon != NULL),
		           len - name - (colon != NULL));
		if (fields.status)
			return 400;
		skip(rest, len + 2);
	}
	return status;
}

/* The bytes of a chunk and the CRLF behind them. */
static unsigned skip_data(struct rest *rest, size_t size)
{
	if (rest->n > size && rest->data[size] != '\r')
		return 400;
	if (rest->n > size + 1 && rest->data[size + 1] != '\n')
		return 400;
	if (rest->n < size + 2)
		return HEAD_MORE;
	skip(rest, size + 2);
	return HEAD_GOOD;
}

unsigned chunks_check(const char *bytes, size_t n)
{
	struct rest rest = {bytes, n};
	size_t len, size;
	unsigned status;

	while ((status = find_line(&rest, &len)) == HEAD_GOOD) {
		status = read_size(rest.data, len, &size);
		if (status != HEAD_GOOD)
			return status;
		skip(&rest, len + 2);
		if (size == 0)
			return check_trailer(&rest);
		status = skip_data(&rest, size);
		if (status != HEAD_GOOD)
			return status;
	}
	return status;
}
