/* SPDX-License-Identifier: MIT */
/*
 * pyproject.toml and Pipfile: the tables that name requirements, read line by line; what
 * is optional is left out, as nobody need install it.
 * https://packaging.python.org/en/latest/specifications/pyproject-toml/
 * https://python-poetry.org/docs/dependency-specification/
 */
#include <ctype.h>
#include <string.h>

#include "requirements.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

enum table { TABLE_OTHER, TABLE_PROJECT, TABLE_PACKAGES, TABLE_REQUIRES };

struct reading {
	struct requirement_list *out;
	enum table table;
	bool in_list; /* between the brackets of project.dependencies */
	bool known;   /* one of the tables has been there */
};

static enum table find_table(const char *line)
{
	static const struct {
		const char *name;
		enum table table;
	} tables[] = {
		{"[packages]", TABLE_PACKAGES},
		{"[project]", TABLE_PROJECT},
		{"[requires]", TABLE_REQUIRES},
		{"[tool.poetry.dependencies]", TABLE_PACKAGES},
	};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (text_equal(tables[i].name, line))
			return tables[i].table;
	return TABLE_OTHER;
}

static bool is_header(const char *line)
{
	size_t n = strlen(line);

	return n > 2 && line[0] == '[' && line[n - 1] == ']' &&
	       line[1 + strspn(line + 1,
	                       "[abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                       "0123456789-_.\"'")] == ']';
}

/* The next quoted text of *P; false if there is none. */
static bool next_text(const char **p, struct str *out)
{
	const char *open = *p + strcspn(*p, "\"'"), *close;

	str_clear(out);
	close = *open ? strchr(open + 1, *open) : NULL;
	if (!close)
		return false;
	for (const char *q = open + 1; q < close; q++)
		if (*q != '\\')
			str_add_char(out, *q);
	*p = close + 1;
	return true;
}

/* --- PEP 621 ------------------------------------------------------------------------ */

static void read_list(struct reading *r, const char *p, unsigned line)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	while (next_text(&p, &text))
		requirements_add(r->out, text.data, line);
	r->in_list = strchr(p, ']') == NULL;
}

static void read_project(struct reading *r, const char *key, const char *value,
                         unsigned line)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (text_equal(key, "requires-python") && next_text(&value, &text) &&
	    pep440_specifiers_valid(text.data))
		str_add(&r->out->python, text.data);
	if (text_equal(key, "dependencies") && *value == '[')
		read_list(r, value + 1, line);
}

/* --- Poetry and Pipfile ------------------------------------------------------------- */

/* "^1.2.3" may change what is right of the first part that is not 0, "~1.2.3" what is
 * right of the second. */
static void add_range(char sign, const char *version, struct str *out)
{
	struct pep440 v;
	int kept = 0;

	if (!pep440_parse(version, &v))
		return;
	while (sign == '^' && kept + 1 < v.release_count && v.release[kept] == 0)
		kept++;
	if (sign == '~')
		kept = v.release_count > 1 ? 1 : 0;
	str_addf(out, ">=%s,<", version);
	for (int i = 0; i < kept; i++)
		str_addf(out, "%u.", v.release[i]);
	str_addf(out, "%u", v.release[kept] + 1);
}

static void add_specifiers(const char *text, struct str *out)
{
	if (*text == '^' || (*text == '~' && text[1] != '='))
		add_range(*text, text + 1 + strspn(text + 1, " "), out);
	else if (isdigit((unsigned char)*text))
		str_addf(out, "==%s", text);
	else
		str_add(out, text);
	if (!pep440_specifiers_valid(out->data))
		str_clear(out);
}

/* The text of NAME = "…" in an inline table. */
static bool inline_member(const char *table, const char *name, struct str *out)
{
	const char *p = strstr(table, name);

	p = p ? strchr(p, '=') : NULL;
	return p && next_text(&p, out);
}

static void read_package(struct reading *r, const char *key, const char *value,
                         unsigned line)
{
	CLEANUP(python_requirement_release)
	struct python_requirement p = PYTHON_REQUIREMENT_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(str_release) struct str whole = STR_INIT;

	str_addf(&whole, "%s = %s", key, value);
	if (*value == '{') {
		if (text_contains(value, "optional = true"))
			return;
		inline_member(value, "markers", &p.marker);
		inline_member(value, "version", &text);
	} else if (!next_text(&value, &text)) {
		return;
	}
	add_specifiers(text.data, &p.specifiers);
	python_normalize_name(key, &p.name);
	if (text_equal(p.name.data, "python"))
		str_add(&r->out->python, p.specifiers.data);
	else
		requirements_add_parsed(r->out, &p, whole.data, "pip", line);
}

static void read_requires(struct reading *r, const char *key, const char *value)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (text_equal(key, "python_version") && next_text(&value, &text)) {
		str_addf(&r->out->python, "==%s.*", text.data);
		if (!pep440_specifiers_valid(r->out->python.data))
			str_clear(&r->out->python);
	}
}

/* --- lines -------------------------------------------------------------------------- */

static void read_pair(struct reading *r, const char *line, unsigned number)
{
	CLEANUP(str_release) struct str key = STR_INIT;
	const char *equals = strchr(line, '=');

	if (!equals)
		return;
	str_add_n(&key, line, (size_t)(equals - line));
	str_trim(&key);
	equals += 1 + strspn(equals + 1, " \t");
	if (r->table == TABLE_PROJECT)
		read_project(r, key.data, equals, number);
	else if (r->table == TABLE_PACKAGES)
		read_package(r, key.data, equals, number);
	else if (r->table == TABLE_REQUIRES)
		read_requires(r, key.data, equals);
}

bool requirements_read_toml(const char *text, struct requirement_list *out)
{
	CLEANUP(str_release) struct str line = STR_INIT;
	struct reading r = {.out = out};
	unsigned number = 0;
	bool begun = false;

	out->kind = "pyproject.toml";
	while (requirements_line(&text, &line, &number)) {
		if (r.in_list) {
			read_list(&r, line.data, number);
		} else if (is_header(line.data)) {
			r.table = find_table(line.data);
			r.known = r.known || r.table != TABLE_OTHER;
			if (text_equal(line.data, "[packages]"))
				out->kind = "Pipfile";
		} else if (line.len > 0 && !begun) {
			return false; /* such files begin with a table */
		} else {
			read_pair(&r, line.data, number);
		}
		begun = begun || line.len > 0;
	}
	return r.known;
}
