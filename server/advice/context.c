/* SPDX-License-Identifier: MIT */
/* Names, paths and templates; see context.h. */
#include "context.h"

#include <ctype.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/error.h"
#include "trilane/facts.h"
#include "trilane/fs.h"
#include "trilane/pep440.h"

#include "trilane/banned.h"

enum { PATH_MAX_BYTES = 200, LIST_ITEMS_SHOWN = 6 };

struct context context_with(const struct context *c, const char *name,
                            const json_t *value)
{
	struct context copy = *c;

	if (copy.count == CONTEXT_ROOTS)
		BUG("too many names in one context");
	copy.roots[copy.count].name = name;
	copy.roots[copy.count].value = value;
	copy.count++;
	return copy;
}

static const json_t *find_root(const struct context *c, const char *name, size_t n)
{
	for (int i = c->count - 1; i >= 0; i--)
		if (strlen(c->roots[i].name) == n &&
		    memcmp(c->roots[i].name, name, n) == 0)
			return c->roots[i].value;
	return NULL;
}

const json_t *context_get(const struct context *c, const char *path)
{
	size_t n = strcspn(path, ".");
	const json_t *value;

	if (*path == '$') {
		const json_t *paths = json_object_get(c->aliases, path);

		return paths ? context_first(c, paths) : NULL;
	}
	value = find_root(c, path, n);
	if (value && path[n])
		value = fact_get(value, path + n + 1);
	return !value || json_is_null(value) || fact_is_absent(value) ? NULL : value;
}

const json_t *context_first(const struct context *c, const json_t *paths)
{
	size_t i;
	json_t *path;

	if (json_is_string(paths))
		return context_get(c, json_string_value(paths));
	json_array_foreach(paths, i, path)
	{
		/* an alias that names an alias would have no end */
		const char *text = json_string_value(path);
		const json_t *value = text && *text != '$' ? context_get(c, text) : NULL;

		if (value)
			return value;
	}
	return NULL;
}

const char *context_table(const struct context *c, const char *table, const char *version,
                          const char *column)
{
	const json_t *rows = json_object_get(json_object_get(c->tables, table), "rows");
	size_t i;
	json_t *row;

	json_array_foreach(rows, i, row)
	{
		const char *match = json_string_value(json_object_get(row, "match"));

		if (match && pep440_satisfies(version, match))
			return json_string_value(json_object_get(row, column));
	}
	return NULL;
}

/* --- templates -------------------------------------------------------------------- */

static void add_quoted(const char *text, struct str *out)
{
	if (*text &&
	    text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                      "0123456789_-./=+,:@%")] == '\0') {
		str_add(out, text);
		return;
	}
	str_add_char(out, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			str_add(out, "'\\''");
		else
			str_add_char(out, *text);
	}
	str_add_char(out, '\'');
}

static void add_list(const json_t *list, struct str *out)
{
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item)
	{
		if (i == LIST_ITEMS_SHOWN) {
			str_addf(out, " and %zu more", json_array_size(list) - i);
			break;
		}
		if (i > 0)
			str_add(out, ", ");
		if (json_is_string(item))
			str_add(out, json_string_value(item));
	}
}

static void add_value(const json_t *value, struct str *out)
{
	if (json_is_string(value))
		str_add(out, json_string_value(value));
	else if (json_is_integer(value))
		str_addf(out, "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		str_addf(out, "%.3g", json_real_value(value));
	else if (json_is_boolean(value))
		str_add(out, json_is_true(value) ? "yes" : "no");
	else if (json_is_array(value))
		add_list(value, out);
}

static void form_gib(const json_t *value, struct str *out)
{
	str_addf(out, "%.1f GiB", json_number_value(value) / (1024.0 * 1024 * 1024));
}

static void form_minor(const json_t *value, struct str *out)
{
	const char *text = json_string_value(value);
	const char *dot = text ? strchr(text, '.') : NULL;

	if (text)
		str_add_n(out, text,
		          dot ? (size_t)(dot - text) + 1 + strspn(dot + 1, "0123456789")
		              : strlen(text));
}

static void form_shell(const json_t *value, struct str *out)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	add_value(value, &text);
	add_quoted(text.data, out);
}

static void form_base(const json_t *value, struct str *out)
{
	if (json_is_string(value))
		str_add(out, fs_base_name(json_string_value(value)));
}

static void form_dir(const json_t *value, struct str *out)
{
	if (json_is_string(value))
		fs_dir_name(out, json_string_value(value));
}

static void form_count(const json_t *value, struct str *out)
{
	str_addf(out, "%zu",
	         json_is_array(value) ? json_array_size(value) : json_object_size(value));
}

static const struct {
	const char *name;
	void (*add)(const json_t *value, struct str *out);
} forms[] = {
	{"base", form_base}, {"count", form_count}, {"dir", form_dir},
	{"gib", form_gib},   {"minor", form_minor}, {"sh", form_shell},
	{"text", add_value},
};

static int find_form(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strlen(forms[i].name) == n && memcmp(forms[i].name, name, n) == 0)
			return (int)i;
	return -1;
}

/* A placeholder between its braces: path, form and the text for the unknown. */
struct placeholder {
	char path[PATH_MAX_BYTES];
	const char *form, *otherwise;
	size_t form_size, otherwise_size;
};

static bool read_placeholder(const char *p, const char *end, struct placeholder *out)
{
	size_t n = 0;

	memset(out, 0, sizeof(*out));
	while (p < end && (isalnum((unsigned char)*p) || strchr("._-$", *p))) {
		if (n + 1 >= sizeof(out->path))
			return false;
		out->path[n++] = *p++;
	}
	if (p < end && *p == ':') {
		out->form = ++p;
		while (p < end && isalpha((unsigned char)*p))
			p++;
		out->form_size = (size_t)(p - out->form);
		if (find_form(out->form, out->form_size) < 0)
			return false;
	}
	if (p < end && *p == '|') {
		out->otherwise = p + 1;
		out->otherwise_size = (size_t)(end - p) - 1;
		p = end;
	}
	return n > 0 && p == end;
}

static void expand_one(const struct context *c, const struct placeholder *ph, bool quoted,
                       struct str *out)
{
	const json_t *value = context_get(c, ph->path);

	if (!value) {
		if (ph->otherwise)
			str_add_n(out, ph->otherwise, ph->otherwise_size);
		else
			str_add(out, "unknown");
		return;
	}
	if (ph->form)
		forms[find_form(ph->form, ph->form_size)].add(value, out);
	else if (quoted)
		form_shell(value, out);
	else
		add_value(value, out);
}

void context_expand(const struct context *c, const char *template, bool quoted,
                    struct str *out)
{
	for (const char *p = template; *p;) {
		struct placeholder ph;
		const char *end = *p == '{' ? strchr(p, '}') : NULL;

		if (end && read_placeholder(p + 1, end, &ph)) {
			expand_one(c, &ph, quoted, out);
			p = end + 1;
		} else {
			str_add_char(out, *p++);
		}
	}
}

bool context_template_valid(const char *template)
{
	struct placeholder ph;

	for (const char *p = strchr(template, '{'); p; p = strchr(p + 1, '{')) {
		const char *end = strchr(p, '}');

		if (!end || !read_placeholder(p + 1, end, &ph))
			return false;
	}
	return true;
}
