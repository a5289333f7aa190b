/* SPDX-License-Identifier: MIT */
/* The JSON writer: commas and nesting in one place, before_value(). */
#include "trilane/jsonw.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trilane/error.h"

#include "trilane/banned.h"

static void escape_byte(struct str *out, unsigned char c)
{
	static const char names[] = "btn\0fr"; /* of 0x08 … 0x0d */

	if (c == '"' || c == '\\') {
		str_add_char(out, '\\');
		str_add_char(out, (char)c);
	} else if (c >= 0x08 && c <= 0x0d && names[c - 0x08]) {
		str_add_char(out, '\\');
		str_add_char(out, names[c - 0x08]);
	} else {
		str_addf(out, "\\u%04x", c);
	}
}

static bool needs_escape(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\' || c == 0x7f;
}

/* TEXT is valid UTF-8. */
static void quote_utf8(struct str *out, const char *text, size_t n)
{
	size_t plain;

	str_add_char(out, '"');
	while (n > 0) {
		for (plain = 0; plain < n && !needs_escape((unsigned char)text[plain]);)
			plain++;
		str_add_n(out, text, plain);
		text += plain;
		n -= plain;
		if (n > 0) {
			escape_byte(out, (unsigned char)*text++);
			n--;
		}
	}
	str_add_char(out, '"');
}

static void add_quoted(struct str *out, const char *text, size_t n)
{
	struct str clean = STR_INIT;

	if (text_is_utf8(text, n)) {
		quote_utf8(out, text, n);
		return;
	}
	str_add_utf8(&clean, text, n);
	quote_utf8(out, clean.data, clean.len);
	str_release(&clean);
}

static void before_value(struct jsonw *w, const char *key)
{
	bool in_object = w->depth > 0 && w->closers[w->depth - 1] == '}';

	if (in_object != (key != NULL))
		BUG("JSON value %s a key inside %s", key ? "with" : "without",
		    in_object ? "an object" : "an array or nothing");
	if (w->comma)
		str_add_char(w->out, ',');
	if (key) {
		add_quoted(w->out, key, strlen(key));
		str_add_char(w->out, ':');
	}
	w->comma = true;
}

static void open_level(struct jsonw *w, const char *key, char opener, char closer)
{
	before_value(w, key);
	if (w->depth == JSONW_DEPTH)
		BUG("JSON deeper than %d levels", JSONW_DEPTH);
	str_add_char(w->out, opener);
	w->closers[w->depth++] = closer;
	w->comma = false;
}

void jsonw_object(struct jsonw *w, const char *key)
{
	open_level(w, key, '{', '}');
}

void jsonw_array(struct jsonw *w, const char *key)
{
	open_level(w, key, '[', ']');
}

void jsonw_end(struct jsonw *w)
{
	if (w->depth == 0)
		BUG("JSON level closed that is not open");
	str_add_char(w->out, w->closers[--w->depth]);
	w->comma = true;
}

void jsonw_string(struct jsonw *w, const char *key, const char *value)
{
	before_value(w, key);
	if (value)
		add_quoted(w->out, value, strlen(value));
	else
		str_add(w->out, "null");
}

void jsonw_u64(struct jsonw *w, const char *key, uint64_t value)
{
	before_value(w, key);
	str_addf(w->out, "%" PRIu64, value);
}

void jsonw_double(struct jsonw *w, const char *key, double value)
{
	char text[40];
	int digits;

	before_value(w, key);
	if (!isfinite(value)) {
		str_add(w->out, "null");
		return;
	}
	for (digits = 6; digits < 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	snprintf(text, sizeof(text), "%.*g", digits, value);
	str_add(w->out, text);
}

void jsonw_bool(struct jsonw *w, const char *key, bool value)
{
	before_value(w, key);
	str_add(w->out, value ? "true" : "false");
}
