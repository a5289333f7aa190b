/* SPDX-License-Identifier: MIT */
/* Facts of a list of requirements: what each line asks for, where, for which Python. */
#include "requirements.h"

#include <string.h>

#include "platform.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

enum { PYTHON_MINOR_MIN = 5, PYTHON_MINOR_MAX = 20 };

/* --- for the readers ---------------------------------------------------------------- */

/* A comment begins a line, or stands behind a blank. */
static size_t before_comment(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] == '#' && (i == 0 || p[i - 1] == ' ' || p[i - 1] == '\t'))
			return i;
	return n;
}

bool requirements_line(const char **text, struct str *line, unsigned *number)
{
	size_t n = strcspn(*text, "\n"), kept;

	if (!**text)
		return false;
	kept = before_comment(*text, n > REQUIREMENT_LINE_MAX ? REQUIREMENT_LINE_MAX : n);
	while (kept > 0 && strchr(" \t\r\v", (*text)[kept - 1]))
		kept--;
	str_clear(line);
	str_add_n(line, *text, kept);
	*text += n + ((*text)[n] == '\n');
	(*number)++;
	return true;
}

static json_t *split(const char *text)
{
	CLEANUP(strlist_release) struct strlist parts = STRLIST_INIT;
	json_t *out = json_array();

	strlist_split(&parts, text, ",");
	for (size_t i = 0; i < parts.count; i++)
		json_array_append_new(out, json_string(parts.items[i]));
	return out;
}

void requirements_add_parsed(struct requirement_list *l,
                             const struct python_requirement *r, const char *text,
                             const char *source, unsigned line)
{
	json_t *item;

	if (json_array_size(l->items) >= REQUIREMENTS_MAX)
		return;
	item = json_object();
	json_object_set_new(item, "name", fact_text(r->name.data, r->name.len));
	json_object_set_new(item, "text", fact_text(text, strlen(text)));
	json_object_set_new(item, "line", json_integer((json_int_t)line));
	json_object_set_new(item, "source", json_string(source));
	json_object_set_new(item, "specifiers",
	                    fact_text(r->specifiers.data, r->specifiers.len));
	json_object_set_new(item, "extras", split(r->extras.data));
	json_object_set_new(item, "marker", fact_text(r->marker.data, r->marker.len));
	json_array_append_new(l->items, item);
}

bool requirements_add(struct requirement_list *l, const char *requirement, unsigned line)
{
	CLEANUP(python_requirement_release)
	struct python_requirement r = PYTHON_REQUIREMENT_INIT;

	if (!python_requirement_parse(requirement, &r))
		return false;
	requirements_add_parsed(l, &r, requirement, "pip", line);
	return true;
}

/* --- Pythons and platforms ---------------------------------------------------------- */

/* Minor versions some release of which SPECIFIERS allow, the oldest first. */
static json_t *allowed_pythons(const char *specifiers)
{
	json_t *out = json_array();

	for (int minor = PYTHON_MINOR_MIN; minor <= PYTHON_MINOR_MAX; minor++) {
		char first[16], last[16], name[16];

		snprintf(name, sizeof(name), "3.%d", minor);
		snprintf(first, sizeof(first), "3.%d.0", minor);
		snprintf(last, sizeof(last), "3.%d.99", minor);
		if (pep440_satisfies(first, specifiers) ||
		    pep440_satisfies(last, specifiers))
			json_array_append_new(out, json_string(name));
	}
	return out;
}

static bool marker_holds(const char *marker, const struct platform *p,
                         const json_t *pythons)
{
	size_t i;
	const json_t *python;

	json_array_foreach(pythons, i, python)
	{
		struct python_marker_environment e = p->environment;

		e.python_version = json_string_value(python);
		e.python_full_version = e.python_version;
		if (python_marker_true(marker, &e))
			return true;
	}
	return false;
}

static json_t *item_platforms(const json_t *item, const json_t *pythons)
{
	const char *marker = fact_get_string(item, "marker");
	json_t *out = json_array();

	for (size_t i = 0; i < PLATFORMS; i++)
		if (marker_holds(marker ? marker : "", &platforms[i], pythons))
			json_array_append_new(out, json_string(platforms[i].name));
	return out;
}

/* --- versions ----------------------------------------------------------------------- */

/* "==1.2.3" alone. */
static const char *exact_version(const char *specifiers)
{
	struct pep440 v;

	if (!text_starts(specifiers, "=="))
		return NULL;
	specifiers += 2 + strspn(specifiers + 2, "=");
	return pep440_parse(specifiers, &v) ? specifiers : NULL;
}

static bool any_satisfies(const json_t *versions, const char *specifiers)
{
	size_t i;
	const json_t *version;

	json_array_foreach(versions, i, version)
	{
		if (pep440_satisfies(json_string_value(version), specifiers))
			return true;
	}
	return false;
}

/* The newest release of the table that the list allows, if it can be for one of its
 * Pythons; else the newest that it allows. */
static const char *newest_allowed(const json_t *rows, const char *specifiers,
                                  const json_t *pythons)
{
	const char *newest = NULL;
	size_t i;
	const json_t *row;

	json_array_foreach(rows, i, row)
	{
		const char *version = json_string_value(json_object_get(row, "newest"));
		const char *python = json_string_value(json_object_get(row, "python"));

		if (!version || !pep440_satisfies(version, specifiers))
			continue;
		if (!python || any_satisfies(pythons, python))
			return version;
		newest = newest ? newest : version;
	}
	return newest;
}

static const json_t *rows_of(const struct context *c, const char *table)
{
	return json_object_get(json_object_get(c->tables, table), "rows");
}

/* The table that says which releases of a package there are. */
static const char *table_of(const struct context *c, const char *package)
{
	const char *key;
	json_t *table;

	json_object_foreach((json_t *)c->tables, key, table)
	{
		if (fact_has_string(table, "packages", package))
			return key;
	}
	return NULL;
}

/* Of the Pythons in the list: do they fit RANGE, or on which side of it are they? */
static const char *python_fit(const char *range, const json_t *pythons)
{
	const char *oldest = json_string_value(json_array_get(pythons, 0));
	json_t *built_for;
	const char *first;
	bool newer;

	if (!oldest || any_satisfies(pythons, range))
		return "fits";
	built_for = allowed_pythons(range);
	first = json_string_value(json_array_get(built_for, 0));
	newer = first && pep440_compare_text(oldest, first) > 0;
	json_decref(built_for);
	return newer ? "too-new" : "too-old";
}

/* For which Pythons the version of ITEM is built. */
static void add_pythons(const struct context *c, json_t *item, const char *table,
                        const char *version, const json_t *pythons)
{
	const char *range = context_table(c, table, version, "python");
	json_t *built_for;
	size_t n;

	if (!range)
		return;
	built_for = allowed_pythons(range);
	n = json_array_size(built_for);
	json_object_set_new(item, "python", json_string(range));
	json_object_set_new(item, "python_fit", json_string(python_fit(range, pythons)));
	if (n > 0)
		json_object_set(item, "python_last", json_array_get(built_for, n - 1));
	json_decref(built_for);
}

static void add_version(const struct context *c, json_t *item, const json_t *pythons)
{
	const char *specifiers = fact_get_string(item, "specifiers");
	const char *version = exact_version(specifiers);
	const char *table = table_of(c, fact_get_string(item, "name"));

	if (version)
		json_object_set_new(item, "pin", json_string(version));
	else if (table)
		version = newest_allowed(rows_of(c, table), specifiers, pythons);
	if (version)
		json_object_set_new(item, "version", json_string(version));
	if (version && table)
		add_pythons(c, item, table, version, pythons);
}

/* --- the whole ---------------------------------------------------------------------- */

static json_t *facts_of(const struct context *c, const struct requirement_list *l)
{
	json_t *out = json_object(), *item;
	json_t *allowed = allowed_pythons(l->python.data);
	size_t i;

	json_array_foreach(l->items, i, item)
	{
		json_object_set_new(item, "platforms", item_platforms(item, allowed));
		add_version(c, item, allowed);
	}
	json_object_set_new(out, "kind", json_string(l->kind));
	if (l->python.len > 0) {
		json_object_set_new(out, "python",
		                    fact_text(l->python.data, l->python.len));
		json_object_set(out, "pythons", allowed);
	}
	json_object_set(out, "items", l->items);
	json_decref(allowed);
	return out;
}

static bool counts_on(const json_t *item, const struct platform *p)
{
	return p ? fact_has_string(item, "platforms", p->name)
	         : json_array_size(json_object_get(item, "platforms")) == PLATFORMS;
}

void requirements_place(json_t *list, const json_t *report)
{
	const struct platform *platform = platform_of(report);
	json_t *packages = json_object(), *item;
	size_t i;

	json_array_foreach(json_object_get(list, "items"), i, item)
	{
		const char *name = fact_get_string(item, "name");

		if (!json_object_get(packages, name) && counts_on(item, platform))
			json_object_set(packages, name, item);
	}
	if (platform)
		json_object_set_new(list, "platform", json_string(platform->name));
	json_object_set_new(list, "packages", packages);
}

/* Bare words may be anything; a version, an extra or a package of the tables may not. */
static bool convinces(const struct context *c, const struct requirement_list *l)
{
	size_t i;
	const json_t *item;

	if (!text_equal(l->kind, "requirements.txt"))
		return true;
	json_array_foreach(l->items, i, item)
	{
		if (*fact_get_string(item, "specifiers") ||
		    json_array_size(json_object_get(item, "extras")) > 0 ||
		    table_of(c, fact_get_string(item, "name")))
			return true;
	}
	return false;
}

json_t *requirements_read(const struct context *c, const struct str *text)
{
	static bool (*const readers[])(const char *, struct requirement_list *) = {
		requirements_read_pip, requirements_read_conda, requirements_read_toml};
	json_t *out = NULL;

	for (size_t i = 0; !out && i < sizeof(readers) / sizeof(readers[0]); i++) {
		struct requirement_list l = {NULL, json_array(), STR_INIT};

		if (readers[i](text->data, &l) && convinces(c, &l))
			out = facts_of(c, &l);
		json_decref(l.items);
		str_release(&l.python);
	}
	return out;
}
