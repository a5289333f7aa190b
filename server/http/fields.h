/* SPDX-License-Identifier: MIT */
/*
 * Request fields: the few that somebody looks at, and the framing of the body.
 *
 * Fed with every field of a head, from the gate's bytes and again from libmicrohttpd, so
 * that both agree on where a request ends.  Values are borrowed.  A list that stands in
 * several lines is one list (RFC 9110 5.3): the lines after the first are in MORE.
 */
#ifndef TRILANE_HTTP_FIELDS_H
#define TRILANE_HTTP_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trilane/http.h"

enum { FIELDS_MORE = 16 };

struct field_value {
	const char *data; /* NULL: absent */
	size_t len;
};

struct fields {
	struct field_value known[HTTP_FIELD_COUNT];
	struct {
		enum http_field field;
		struct field_value value;
	} more[FIELDS_MORE];
	size_t more_count;
	size_t count; /* of all fields */
	size_t bytes;
	unsigned status; /* sticky: the first refusal, 0 for none */
};

void fields_add(struct fields *f, const char *name, size_t name_len, const char *value,
                size_t value_len);
/* The framing rules over the whole head; returns f->status. */
unsigned fields_finish(struct fields *f, bool http_1_0);
/* After fields_finish(): does a body follow, how long (UINT64_MAX: chunked)? */
uint64_t fields_body_size(const struct fields *f);
/* Adds the field's whole value to OUT. */
void fields_value(const struct fields *f, enum http_field field, struct str *out);

/* RFC 9110 5.6.2 */
bool is_token_char(char c);
bool is_token(const char *text, size_t len);

#endif
