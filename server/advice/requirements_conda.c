/* SPDX-License-Identifier: MIT */
/*
 * environment.yml: the part of YAML that such files use, which is a few keys, a list of
 * specifications and a list of those for pip in it.
 * https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/
 * manage-environments.html
 */
#include <ctype.h>
#include <string.h>

#include "requirements.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

enum block { BLOCK_OTHER, BLOCK_DEPENDENCIES, BLOCK_PIP };

struct reading {
	struct requirement_list *out;
	enum block block;
	size_t pip_indent;
	bool any;
};

static bool top_level_key(const char *line, enum block *block)
{
	static const char *const keys[] = {"name",   "channels",  "dependencies",
	                                   "prefix", "variables", "platforms"};
	size_t n = strcspn(line, ":");

	for (size_t i = 0; line[n] && i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strlen(keys[i]) == n && memcmp(line, keys[i], n) == 0) {
			*block = i == 2 ? BLOCK_DEPENDENCIES : BLOCK_OTHER;
			return true;
		}
	}
	return false;
}

/* conda's "=1.2" is PEP 440's "==1.2.*", with a build ("=1.2=py39_0") "==1.2". */
static void add_specifiers(const char *spec, struct str *out)
{
	const char *version = spec + strspn(spec, "= ");
	size_t n = strcspn(version, "= ");
	bool fuzzy = spec[0] == '=' && spec[1] != '=' && version[n] == '\0';

	if (spec[0] != '=' && !isdigit((unsigned char)spec[0])) {
		str_add(out, spec);
	} else if (n > 0) {
		str_add(out, "==");
		str_add_n(out, version, n);
		if (fuzzy && version[n - 1] != '*')
			str_add(out, ".*");
	}
	if (!pep440_specifiers_valid(out->data))
		str_clear(out);
}

static bool add_package(struct reading *r, const char *text, unsigned line)
{
	CLEANUP(python_requirement_release)
	struct python_requirement p = PYTHON_REQUIREMENT_INIT;
	CLEANUP(str_release) struct str name = STR_INIT;
	const char *channel = strstr(text, "::"), *spec;

	text = channel ? channel + 2 : text;
	spec = text + strcspn(text, " =<>!~");
	str_add_n(&name, text, (size_t)(spec - text));
	if (name.len == 0 ||
	    name.data[strspn(name.data,
	                     "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                     "0123456789-_.")] != '\0')
		return false;
	python_normalize_name(name.data, &p.name);
	add_specifiers(spec + strspn(spec, " "), &p.specifiers);
	if (text_equal(p.name.data, "python"))
		str_add(&r->out->python, p.specifiers.data);
	else
		requirements_add_parsed(r->out, &p, text, "conda", line);
	return true;
}

static void unquote(struct str *text)
{
	size_t n = text->len;

	if (n >= 2 && (text->data[0] == '"' || text->data[0] == '\'') &&
	    text->data[n - 1] == text->data[0]) {
		memmove(text->data, text->data + 1, n - 2);
		str_truncate(text, n - 2);
	}
}

static bool read_item(struct reading *r, const char *text, size_t indent, unsigned line)
{
	CLEANUP(str_release) struct str item = STR_INIT;

	if (r->block == BLOCK_OTHER)
		return true;
	if (r->block == BLOCK_PIP && indent <= r->pip_indent)
		r->block = BLOCK_DEPENDENCIES;
	str_add(&item, text);
	str_trim(&item);
	unquote(&item);
	r->any = true;
	if (r->block == BLOCK_PIP) /* "-r requirements.txt" may stand here, too */
		return item.data[0] == '-' || requirements_add(r->out, item.data, line) ||
		       strchr(item.data, '/') != NULL;
	if (text_equal(item.data, "pip:")) {
		r->block = BLOCK_PIP;
		r->pip_indent = indent;
		return true;
	}
	return add_package(r, item.data, line);
}

static bool read_line(struct reading *r, const char *line, unsigned number)
{
	size_t indent = strspn(line, " ");
	const char *text = line + indent;

	if (!*text || text_equal(line, "---"))
		return true;
	if (text[0] == '-' && text[1] == ' ')
		return read_item(r, text + 2, indent, number);
	if (indent == 0)
		return top_level_key(line, &r->block);
	return r->block == BLOCK_OTHER; /* variables: NAME: value */
}

bool requirements_read_conda(const char *text, struct requirement_list *out)
{
	CLEANUP(str_release) struct str line = STR_INIT;
	struct reading r = {.out = out};
	unsigned number = 0;

	out->kind = "environment.yml";
	while (requirements_line(&text, &line, &number))
		if (!read_line(&r, line.data, number))
			return false;
	return r.any;
}
