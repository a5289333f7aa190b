/* SPDX-License-Identifier: MIT */
/* Dotted paths into a document, and the typed absence. */
#include "trilane/facts.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/mem.h"
#include "trilane/str.h"

#include "trilane/banned.h"

static const char *const reasons[] = {"unavailable", "not_applicable", "not_measured",
                                      "failed"};

/* The member of OBJECT named by the N bytes at KEY; NULL if it is not there. */
static json_t *member(const json_t *object, const char *key, size_t n)
{
	CLEANUP_FREE char *name = xstrndup(key, n);

	return json_object_get(object, name);
}

void fact_set(json_t *document, const char *path, json_t *value)
{
	json_t *at = document, *next;
	size_t n;

	for (; path[n = strcspn(path, ".")] == '.'; path += n + 1, at = next) {
		next = member(at, path, n);
		if (!json_is_object(next)) {
			CLEANUP_FREE char *name = xstrndup(path, n);

			next = json_object();
			json_object_set_new(at, name, next);
		}
	}
	json_object_set_new(at, path, value ? value : json_null());
}

json_t *fact_text(const char *bytes, size_t n)
{
	CLEANUP(str_release) struct str clean = STR_INIT;
	json_t *text = memchr(bytes, '\0', n) ? NULL : json_stringn(bytes, n);

	if (text)
		return text;
	str_add_utf8(&clean, bytes, n);
	return json_stringn(clean.data, clean.len);
}

json_t *fact_text_or_null(const char *text)
{
	return text && text[0] ? fact_text(text, strlen(text)) : json_null();
}

void fact_set_string(json_t *document, const char *path, const char *value)
{
	fact_set(document, path, fact_text(value, strlen(value)));
}

void fact_set_integer(json_t *document, const char *path, json_int_t value)
{
	fact_set(document, path, json_integer(value));
}

json_t *fact_absent(enum fact_reason reason, const char *detail)
{
	json_t *absence = json_object();

	json_object_set_new(absence, "value", json_null());
	json_object_set_new(absence, "reason", json_string(reasons[reason]));
	json_object_set_new(absence, "detail", fact_text(detail, strlen(detail)));
	return absence;
}

void fact_set_absent(json_t *document, const char *path, enum fact_reason reason,
                     const char *format, ...)
{
	CLEANUP(str_release) struct str detail = STR_INIT;
	va_list args;

	va_start(args, format);
	str_addv(&detail, format, args);
	va_end(args);
	fact_set(document, path, fact_absent(reason, detail.data));
}

bool fact_is_absent(const json_t *value)
{
	return !value || json_is_null(value) ||
	       (json_is_object(value) && json_is_null(json_object_get(value, "value")) &&
	        json_object_get(value, "reason"));
}

json_t *fact_get(const json_t *document, const char *path)
{
	const json_t *at = document;
	size_t n;

	for (; at && path[n = strcspn(path, ".")] == '.'; path += n + 1)
		at = member(at, path, n);
	if (at)
		at = json_object_get(at, path);
	return fact_is_absent(at) ? NULL : (json_t *)at;
}

const char *fact_get_string(const json_t *document, const char *path)
{
	return json_string_value(fact_get(document, path));
}

bool fact_get_integer(const json_t *document, const char *path, json_int_t *out)
{
	const json_t *value = fact_get(document, path);

	if (!json_is_integer(value))
		return false;
	*out = json_integer_value(value);
	return true;
}

bool fact_get_bool(const json_t *document, const char *path, bool *out)
{
	const json_t *value = fact_get(document, path);

	if (!json_is_boolean(value))
		return false;
	*out = json_is_true(value);
	return true;
}

bool fact_has_string(const json_t *document, const char *path, const char *value)
{
	const json_t *array = fact_get(document, path), *item;
	size_t i;

	json_array_foreach(array, i, item)
	{
		if (text_equal(json_string_value(item), value))
			return true;
	}
	return false;
}

/* Does the text nest deeper than LEVELS?  Strings are skipped. */
static bool too_deep(const char *text, size_t n, int levels)
{
	bool in_string = false;
	int depth = 0;

	for (size_t i = 0; i < n; i++) {
		if (in_string) {
			if (text[i] == '\\')
				i++;
			else if (text[i] == '"')
				in_string = false;
		} else if (text[i] == '"') {
			in_string = true;
		} else if (text[i] == '[' || text[i] == '{') {
			if (++depth > levels)
				return true;
		} else if (text[i] == ']' || text[i] == '}') {
			depth--;
		}
	}
	return false;
}

/* Good JSON that cannot be held, told apart from what is none. */
static enum error_code parse_code(const json_error_t *why)
{
	switch (json_error_code(why)) {
	case json_error_numeric_overflow:
		return ERROR_TOO_LARGE;
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return ERROR_UNSUPPORTED;
	default:
		return ERROR_INVALID;
	}
}

static int parse(const char *text, size_t n, size_t limit, size_t flags, json_t **out,
                 struct error *err)
{
	json_error_t why;

	if (n > limit)
		return error_set(err, ERROR_TOO_LARGE, "larger than %zu bytes", limit);
	if (n == 0)
		return error_set(err, ERROR_INVALID, "empty, where JSON was expected");
	if (too_deep(text, n, 64))
		return error_set(err, ERROR_INVALID, "nested deeper than 64 levels");
	*out = json_loadb(text, n, JSON_REJECT_DUPLICATES | flags, &why);
	if (!*out)
		return error_set(err, parse_code(&why),
		                 "not valid JSON at line %d, column %d", why.line,
		                 why.column);
	return 0;
}

int document_parse(const char *text, size_t n, size_t limit, json_t **out,
                   struct error *err)
{
	return parse(text, n, limit, 0, out, err);
}

int document_parse_nul(const char *text, size_t n, size_t limit, json_t **out,
                       struct error *err)
{
	return parse(text, n, limit, JSON_ALLOW_NUL, out, err);
}

char *document_text(const json_t *document, bool pretty)
{
	size_t flags = JSON_ENCODE_ANY | (pretty ? JSON_INDENT(2) : JSON_COMPACT);
	char *text = json_dumps(document, flags);

	if (!text)
		BUG("document cannot be written as JSON");
	return text;
}
