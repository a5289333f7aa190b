/* SPDX-License-Identifier: MIT */
/*
 * Request fields (RFC 9110 5, RFC 9112 6).  Strict where two readers of one request could
 * disagree: a name that is no token, a control character, a known field that stands
 * twice, both lengths at once, any transfer coding but "chunked".
 */
#include "fields.h"

#include <string.h>
#include <strings.h>

#include "trilane/banned.h"

static const struct {
	const char *name;
	bool list; /* may stand more than once */
} known_fields[HTTP_FIELD_COUNT] = {
	[HTTP_FIELD_ACCEPT] = {"Accept", true},
	[HTTP_FIELD_ACCEPT_ENCODING] = {"Accept-Encoding", true},
	[HTTP_FIELD_AUTHORIZATION] = {"Authorization", false},
	[HTTP_FIELD_CONTENT_ENCODING] = {"Content-Encoding", true},
	[HTTP_FIELD_CONTENT_LENGTH] = {"Content-Length", false},
	[HTTP_FIELD_CONTENT_TYPE] = {"Content-Type", false},
	[HTTP_FIELD_COOKIE] = {"Cookie", false},
	[HTTP_FIELD_EXPECT] = {"Expect", false},
	[HTTP_FIELD_HOST] = {"Host", false},
	[HTTP_FIELD_IDEMPOTENCY_KEY] = {"Idempotency-Key", false},
	[HTTP_FIELD_IF_MATCH] = {"If-Match", true},
	[HTTP_FIELD_IF_NONE_MATCH] = {"If-None-Match", true},
	[HTTP_FIELD_LAST_EVENT_ID] = {"Last-Event-ID", false},
	[HTTP_FIELD_ORIGIN] = {"Origin", false},
	[HTTP_FIELD_SEC_FETCH_SITE] = {"Sec-Fetch-Site", false},
	[HTTP_FIELD_TRANSFER_ENCODING] = {"Transfer-Encoding", false},
};

enum { LENGTH_DIGITS_MAX = 15 };

bool is_token_char(char c)
{
	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		return true;
	return c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

bool is_token(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_token_char(text[i]))
			return false;
	return len > 0;
}

static bool is_field_value(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

static void refuse(struct fields *f, unsigned status)
{
	if (f->status == 0)
		f->status = status;
}

static void add_known(struct fields *f, enum http_field field, struct field_value value)
{
	if (!f->known[field].data) {
		f->known[field] = value;
	} else if (!known_fields[field].list) {
		refuse(f, 400);
	} else if (f->more_count == FIELDS_MORE) {
		refuse(f, 431);
	} else {
		f->more[f->more_count].field = field;
		f->more[f->more_count++].value = value;
	}
}

void fields_add(struct fields *f, const char *name, size_t name_len, const char *value,
                size_t value_len)
{
	f->bytes += name_len + value_len + 4;
	if (++f->count > HTTP_FIELDS_MAX || f->bytes > HTTP_HEAD_MAX)
		refuse(f, 431);
	if (!is_token(name, name_len) || !is_field_value(value, value_len))
		refuse(f, 400);
	for (size_t i = 0; i < HTTP_FIELD_COUNT; i++) {
		if (strlen(known_fields[i].name) != name_len ||
		    strncasecmp(known_fields[i].name, name, name_len) != 0)
			continue;
		add_known(f, (enum http_field)i, (struct field_value){value, value_len});
		return;
	}
}

static bool is_length(const char *text, size_t len)
{
	if (len == 0 || len > LENGTH_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return true;
}

static bool field_equals(const struct fields *f, enum http_field field, const char *text)
{
	return f->known[field].len == strlen(text) &&
	       strncasecmp(f->known[field].data, text, f->known[field].len) == 0;
}

unsigned fields_finish(struct fields *f, bool http_1_0)
{
	bool length = f->known[HTTP_FIELD_CONTENT_LENGTH].data != NULL;
	bool coding = f->known[HTTP_FIELD_TRANSFER_ENCODING].data != NULL;

	if (length && !is_length(f->known[HTTP_FIELD_CONTENT_LENGTH].data,
	                         f->known[HTTP_FIELD_CONTENT_LENGTH].len))
		refuse(f, 400);
	if (coding && (length || http_1_0))
		refuse(f, 400);
	if (coding && !field_equals(f, HTTP_FIELD_TRANSFER_ENCODING, "chunked"))
		refuse(f, 501);
	if (f->known[HTTP_FIELD_EXPECT].data &&
	    !field_equals(f, HTTP_FIELD_EXPECT, "100-continue"))
		refuse(f, 417);
	return f->status;
}

uint64_t fields_body_size(const struct fields *f)
{
	uint64_t size = 0;

	if (f->known[HTTP_FIELD_TRANSFER_ENCODING].data)
		return UINT64_MAX;
	for (size_t i = 0; i < f->known[HTTP_FIELD_CONTENT_LENGTH].len; i++)
		size = size * 10 +
		       (uint64_t)(f->known[HTTP_FIELD_CONTENT_LENGTH].data[i] - '0');
	return size;
}

void fields_value(const struct fields *f, enum http_field field, struct str *out)
{
	str_add_n(out, f->known[field].data, f->known[field].len);
	for (size_t i = 0; i < f->more_count; i++) {
		if (f->more[i].field != field)
			continue;
		str_add(out, ", ");
		str_add_n(out, f->more[i].value.data, f->more[i].value.len);
	}
}
