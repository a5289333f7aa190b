/* SPDX-License-Identifier: MIT */
/* Setting facts with their origin, and reading the small values they come from. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "trilane/cleanup.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum { PATH_BYTES = 160, ORIGIN_BYTES = 512 };

static const char *full_path(const char *path, char buffer[PATH_BYTES])
{
	int n = snprintf(buffer, PATH_BYTES, "machine.%s", path);

	if (n < 0 || n >= PATH_BYTES)
		BUG("the path %s is too long", path);
	return buffer;
}

static json_t *sources(json_t *report)
{
	json_t *all = fact_get(report, "machine.sources");

	if (!all) {
		fact_set(report, "machine.sources", json_object());
		all = fact_get(report, "machine.sources");
	}
	return all;
}

void machine_set(json_t *report, const char *path, json_t *value, const char *origin, ...)
{
	char full[PATH_BYTES], text[ORIGIN_BYTES];
	va_list args;

	fact_set(report, full_path(path, full), value);
	va_start(args, origin);
	vsnprintf(text, sizeof(text), origin, args);
	va_end(args);
	json_object_set_new(sources(report), path, json_text(text));
}

void machine_set_text(json_t *report, const char *path, const char *value,
                      const char *origin)
{
	machine_set(report, path, json_text(value), "%s", origin);
}

void machine_set_integer(json_t *report, const char *path, json_int_t value,
                         const char *origin)
{
	machine_set(report, path, json_integer(value), "%s", origin);
}

json_t *machine_absence(enum fact_reason reason, const char *format, ...)
{
	char text[ORIGIN_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return fact_absent(reason, text);
}

void machine_absent(json_t *report, const char *path, enum fact_reason reason,
                    const char *format, ...)
{
	char full[PATH_BYTES], text[ORIGIN_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fact_set(report, full_path(path, full), fact_absent(reason, text));
}

const char *machine_text(const json_t *report, const char *path)
{
	char full[PATH_BYTES];

	return fact_get_string(report, full_path(path, full));
}

bool machine_integer(const json_t *report, const char *path, json_int_t *out)
{
	char full[PATH_BYTES];

	return fact_get_integer(report, full_path(path, full), out);
}

json_t *json_text(const char *text)
{
	return fact_text(text, strlen(text));
}

bool json_has_text(const json_t *array, const char *text)
{
	size_t i;
	json_t *item;

	json_array_foreach(array, i, item)
	{
		if (json_is_string(item) && strcmp(json_string_value(item), text) == 0)
			return true;
	}
	return false;
}

void json_add_text(json_t *array, const char *text)
{
	if (!json_has_text(array, text))
		json_array_append_new(array, json_text(text));
}

char *sysctl_text(struct source *s, const char *name)
{
	CLEANUP(str_release) struct str value = STR_INIT;

	if (!source_sysctl(s, name, &value))
		return NULL;
	str_trim(&value);
	return value.len > 0 ? str_detach(&value) : NULL;
}

bool sysctl_integer(struct source *s, const char *name, int64_t *out)
{
	CLEANUP_FREE char *text = sysctl_text(s, name);

	return text && text_to_i64(text, out);
}

bool file_text(struct source *s, const char *path, struct str *out)
{
	str_clear(out);
	if (source_read(s, path, SMALL_FILE_BYTES, out, NULL) < 0)
		return false;
	str_truncate(out, strlen(out->data));
	str_trim(out);
	return out->len > 0;
}

bool file_integer(struct source *s, const char *path, int64_t *out)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	return file_text(s, path, &text) && text_to_i64(text.data, out);
}

const char *next_line(const char **text, size_t *n)
{
	const char *line = *text;
	const char *end;

	if (*line == '\0')
		return NULL;
	end = strchr(line, '\n');
	*n = end ? (size_t)(end - line) : strlen(line);
	*text = line + *n + (end ? 1 : 0);
	if (*n > 0 && line[*n - 1] == '\r')
		(*n)--;
	return line;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool line_value(const char *text, const char *key, struct str *value)
{
	size_t key_size = strlen(key), n;
	const char *line;

	str_clear(value);
	while ((line = next_line(&text, &n)) != NULL) {
		size_t at = key_size;

		while (n > 0 && is_blank(*line)) {
			line++;
			n--;
		}
		if (n < key_size || memcmp(line, key, key_size) != 0)
			continue;
		while (at < n && is_blank(line[at]))
			at++;
		if (at < n && line[at] != ':' && line[at] != '=' && at == key_size)
			continue;
		if (at < n && (line[at] == ':' || line[at] == '='))
			at++;
		str_add_n(value, line + at, n - at);
		str_trim(value);
		return true;
	}
	return false;
}

bool leading_integer(const char *text, int64_t *out)
{
	char digits[24];
	size_t n = 0;

	while (is_blank(*text))
		text++;
	while (n + 1 < sizeof(digits) &&
	       ((text[n] >= '0' && text[n] <= '9') || (n == 0 && text[n] == '-'))) {
		digits[n] = text[n];
		n++;
	}
	digits[n] = '\0';
	return text_to_i64(digits, out);
}

bool leading_double(const char *text, double *out)
{
	char digits[40];
	size_t n = 0;

	while (is_blank(*text))
		text++;
	while (n + 1 < sizeof(digits) &&
	       ((text[n] >= '0' && text[n] <= '9') || text[n] == '.')) {
		digits[n] = text[n];
		n++;
	}
	digits[n] = '\0';
	return text_to_double(digits, out);
}

static double unit_factor(const char *unit)
{
	while (is_blank(*unit))
		unit++;
	switch (*unit) {
	case 'k':
	case 'K':
		return 1024.0;
	case 'M':
		return 1048576.0;
	case 'G':
		return 1073741824.0;
	case 'T':
		return 1099511627776.0;
	default:
		return 1.0;
	}
}

/* A number with a comma as people write it: "2048,00", or "1,536" in thousands. */
static void copy_number(const char *text, size_t n, char out[32])
{
	const char *comma = memchr(text, ',', n);
	size_t behind = comma ? n - (size_t)(comma - text) - 1 : 0;
	size_t k = 0;

	for (size_t i = 0; i < n && k < 31; i++)
		if (text[i] != ',')
			out[k++] = text[i];
		else if (behind != 3)
			out[k++] = '.';
	out[k] = 0;
}

bool size_with_unit(const char *text, uint64_t *bytes)
{
	char digits[32];
	double number;

	while (is_blank(*text))
		text++;
	size_t n = strspn(text, "0123456789.,");
	copy_number(text, n, digits);
	if (!leading_double(digits, &number))
		return false;
	number *= unit_factor(text + n);
	if (number < 0 || number > 1e18)
		return false;
	*bytes = (uint64_t)(number + 0.5);
	return true;
}

bool plist_string(const char *text, const char *key, struct str *value)
{
	CLEANUP(str_release) struct str tag = STR_INIT;
	const char *at, *end;

	str_clear(value);
	str_addf(&tag, "<key>%s</key>", key);
	at = strstr(text, tag.data);
	if (!at)
		return false;
	at += tag.len;
	at += strspn(at, " \t\r\n");
	if (!text_starts(at, "<string>"))
		return false;
	at += strlen("<string>");
	end = strchr(at, '<');
	if (!end || end - at > SMALL_FILE_BYTES)
		return false;
	str_add_n(value, at, (size_t)(end - at));
	return value->len > 0;
}
