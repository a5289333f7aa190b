/* SPDX-License-Identifier: MIT */
/*
 * pyvenv.cfg: "key = value" lines, keys in any case, as site.py reads them.
 * https://docs.python.org/3/library/venv.html
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "python/python.h"
#include "trilane/cleanup.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum { PYVENV_LINES_MAX = 200 };

static void take_value(char **to, const char *value)
{
	if (*to || !*value || strlen(value) > PYTHON_PATH_MAX)
		return;
	*to = xstrdup(value);
}

static void pyvenv_line(struct pyvenv *v, const char *line)
{
	CLEANUP(str_release) struct str key = STR_INIT;
	CLEANUP(str_release) struct str value = STR_INIT;
	const char *equals = strchr(line, '=');

	if (!equals)
		return;
	str_add_n(&key, line, (size_t)(equals - line));
	str_add(&value, equals + 1);
	str_trim(&key);
	str_trim(&value);
	if (text_equal_nocase(key.data, "home"))
		take_value(&v->home, value.data);
	else if (text_equal_nocase(key.data, "version") ||
	         text_equal_nocase(key.data, "version_info"))
		take_value(&v->version, value.data);
	else if (text_equal_nocase(key.data, "executable") ||
	         text_equal_nocase(key.data, "base-executable"))
		take_value(&v->executable, value.data);
	else if (text_equal_nocase(key.data, "include-system-site-packages"))
		v->system_site = text_equal_nocase(value.data, "true");
	else if (text_equal_nocase(key.data, "uv"))
		v->uv = true;
	else if (text_equal_nocase(key.data, "virtualenv"))
		v->virtualenv = true;
}

void pyvenv_parse(struct pyvenv *v, const char *text, size_t n)
{
	CLEANUP(str_release) struct str copy = STR_INIT;
	CLEANUP(strlist_release) struct strlist lines = STRLIST_INIT;

	*v = (struct pyvenv){.present = true};
	str_add_n(&copy, text, strnlen(text, n));
	strlist_split(&lines, copy.data, "\r\n");
	for (size_t i = 0; i < lines.count && i < PYVENV_LINES_MAX; i++)
		pyvenv_line(v, lines.items[i]);
}

void pyvenv_release(struct pyvenv *v)
{
	free(v->home);
	free(v->version);
	free(v->executable);
	*v = (struct pyvenv){.present = false};
}
