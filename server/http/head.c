/* SPDX-License-Identifier: MIT */
/*
 * The strict reader of a request's head: pure, bounded, over borrowed bytes.  Complains
 * as soon as what has arrived can no longer become a request.
 */
#include "head.h"

#include <stdbool.h>
#include <string.h>

#include "fields.h"

#include "trilane/banned.h"

enum { METHOD_MAX = 16 };

struct line {
	const char *data;
	size_t len; /* without its CRLF */
};

/* Takes the next line off *BYTES.  1: taken; 0: not whole yet; -1: a bare CR or LF. */
static int take_line(const char **bytes, size_t *n, struct line *line)
{
	const char *end = memchr(*bytes, '\n', *n);
	const char *cr = memchr(*bytes, '\r', end ? (size_t)(end - *bytes) : *n);

	if (!end)
		return cr && cr + 1 != *bytes + *n ? -1 : 0;
	if (!cr || cr + 1 != end)
		return -1;
	line->data = *bytes;
	line->len = (size_t)(cr - *bytes);
	*n -= (size_t)(end + 1 - *bytes);
	*bytes = end + 1;
	return 1;
}

static bool is_visible(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < 0x21 || text[i] > 0x7e)
			return false;
	return len > 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "HTTP/1.0" and "HTTP/1.1" are spoken here; other digits are another version. */
static unsigned check_version(const char *text, size_t len)
{
	if (len != 8 || memcmp(text, "HTTP/", 5) != 0 || !is_digit(text[5]) ||
	    text[6] != '.' || !is_digit(text[7]))
		return 400;
	if (text[5] != '1' || text[7] > '1')
		return 505;
	return HEAD_GOOD;
}

static unsigned check_request_line(const struct line *line, bool *http_1_0)
{
	const char *end = line->data + line->len;
	const char *target = memchr(line->data, ' ', line->len);
	const char *version;
	unsigned status;

	if (!target || !is_token(line->data, (size_t)(target - line->data)))
		return 400;
	target++;
	version = memchr(target, ' ', (size_t)(end - target));
	if (!version || !is_visible(target, (size_t)(version - target)))
		return 400;
	status = check_version(version + 1, (size_t)(end - version - 1));
	if (status != HEAD_GOOD)
		return status;
	*http_1_0 = version[8] == '0';
	if ((size_t)(target - line->data) > METHOD_MAX)
		return 501;
	return (size_t)(version - target) > HTTP_TARGET_MAX ? 414 : HEAD_GOOD;
}

static void add_field_line(struct fields *fields, const struct line *line)
{
	const char *colon = memchr(line->data, ':', line->len);
	const char *value, *end = line->data + line->len;

	if (!colon) {
		fields_add(fields, "", 0, "", 0); /* an empty name is refused */
		return;
	}
	for (value = colon + 1; value < end && (*value == ' ' || *value == '\t'); value++)
		;
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	fields_add(fields, line->data, (size_t)(colon - line->data), value,
	           (size_t)(end - value));
}

/* What can be said of a request line of which only N bytes are there. */
static unsigned check_partial_line(const char *bytes, size_t n)
{
	const char *space = memchr(bytes, ' ', n);
	size_t method = space ? (size_t)(space - bytes) : n;

	if (!space && n > 0 && bytes[n - 1] == '\r')
		return 400;
	for (size_t i = 0; i < method; i++)
		if (!is_token_char(bytes[i]))
			return 400;
	if (method > METHOD_MAX)
		return 501;
	return n > METHOD_MAX + HTTP_TARGET_MAX + 16 ? 414 : HEAD_MORE;
}

static unsigned finish(struct fields *fields, bool http_1_0, struct head *head)
{
	unsigned status = fields_finish(fields, http_1_0);

	if (!status && !http_1_0 && !fields->known[HTTP_FIELD_HOST].data)
		status = 400; /* RFC 9112 3.2 */
	head->chunked = fields->known[HTTP_FIELD_TRANSFER_ENCODING].data != NULL;
	head->expect = fields->known[HTTP_FIELD_EXPECT].data != NULL;
	if (!status && !head->chunked)
		head->length = fields_body_size(fields);
	return status ? status : HEAD_GOOD;
}

static unsigned check_fields(const char **bytes, size_t n, bool http_1_0,
                             struct head *head)
{
	struct fields fields = {.count = 0};
	struct line line;
	int taken;

	while ((taken = take_line(bytes, &n, &line)) > 0) {
		if (line.len == 0)
			return finish(&fields, http_1_0, head);
		add_field_line(&fields, &line);
		if (fields.status)
			return fields.status;
	}
	if (taken < 0)
		return 400;
	return fields.bytes + n > HTTP_HEAD_MAX ? 431 : HEAD_MORE;
}

unsigned head_check(const char *bytes, size_t n, struct head *head)
{
	const char *start = bytes;
	struct line line;
	bool http_1_0 = false;
	unsigned status;
	int taken;

	if (n >= 2 && bytes[0] == '\r' && bytes[1] == '\n') { /* RFC 9112 2.2 */
		bytes += 2;
		n -= 2;
	} else if (n == 1 && bytes[0] == '\r') {
		return HEAD_MORE;
	}
	taken = take_line(&bytes, &n, &line);
	if (taken < 0)
		return 400;
	if (taken == 0)
		return check_partial_line(bytes, n);
	status = check_request_line(&line, &http_1_0);
	if (status != HEAD_GOOD)
		return status;
	status = check_fields(&bytes, n, http_1_0, head);
	head->size = (size_t)(bytes - start);
	return status;
}
