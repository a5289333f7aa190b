/* SPDX-License-Identifier: MIT */
/*
 * What must stand in a text for an expression to match: for each alternative its longest
 * run of plain characters, or, where a group has better ones, those of the group's
 * alternatives.  Everything that is not understood counts as "could be anything", so the
 * answer may be weaker than the truth, never stronger.
 */
#include <ctype.h>
#include <string.h>

#include "pattern.h"

#include "trilane/banned.h"

enum { LITERAL_MIN = 3, DEPTH_MAX = 8 };

/* One of ITEMS must occur; SHORTEST is the length of the shortest. */
struct choices {
	struct strlist items;
	size_t shortest;
};

struct branch {
	struct str run;
	struct choices best;
};

static bool read_alternatives(const char *p, const char *end, int depth,
                              struct choices *out);

static void choices_take(struct choices *best, struct choices *other)
{
	if (other->items.count > 0 && other->shortest > best->shortest) {
		struct choices swap = *best;

		*best = *other;
		*other = swap;
	}
	strlist_release(&other->items);
}

static void end_run(struct branch *b)
{
	struct choices one = {STRLIST_INIT, b->run.len};

	if (b->run.len > b->best.shortest) {
		strlist_add(&one.items, b->run.data);
		choices_take(&b->best, &one);
	}
	str_clear(&b->run);
}

/* The last character is optional or repeated: it ends the run, or is left out of it. */
static void quantified(struct branch *b, char quantifier)
{
	if (quantifier != '+' && b->run.len > 0)
		str_truncate(&b->run, b->run.len - 1);
	end_run(b);
}

/* The closing bracket of the class that begins at P. */
static const char *class_end(const char *p, const char *end)
{
	p++;
	if (p < end && *p == '^')
		p++;
	if (p < end && *p == ']')
		p++;
	for (; p < end && *p != ']'; p++)
		if (*p == '\\')
			p++;
	return p < end ? p : end - 1;
}

/* The closing parenthesis of the group that begins at P. */
static const char *group_end(const char *p, const char *end)
{
	int depth = 0;

	for (; p < end; p++) {
		if (*p == '\\')
			p++;
		else if (*p == '[')
			p = class_end(p, end);
		else if (*p == '(')
			depth++;
		else if (*p == ')' && --depth == 0)
			return p;
	}
	return end - 1;
}

/* The inside of (…), (?:…) or (?<name>…); NULL for look-arounds and options. */
static const char *group_inside(const char *p, const char *close)
{
	const char *name_end;

	p++;
	if (*p != '?')
		return p;
	if (p[1] == ':')
		return p + 2;
	if (p[1] != '<' || p[2] == '=' || p[2] == '!')
		return NULL;
	name_end = memchr(p, '>', (size_t)(close - p));
	return name_end ? name_end + 1 : NULL;
}

static const char *read_group(struct branch *b, const char *p, const char *end, int depth)
{
	const char *close = group_end(p, end);
	const char *inside = group_inside(p, close);
	bool optional = close + 1 < end && strchr("?*{", close[1]) != NULL;
	struct choices group = {STRLIST_INIT, 0};

	end_run(b);
	if (inside && !optional && read_alternatives(inside, close, depth + 1, &group))
		choices_take(&b->best, &group);
	strlist_release(&group.items);
	return close;
}

static const char *read_escape(struct branch *b, const char *p, const char *end)
{
	if (p + 1 < end && !isalnum((unsigned char)p[1]))
		str_add_char(&b->run, p[1]);
	else
		end_run(b);
	return p + 1 < end ? p + 1 : p;
}

/* Consumes what begins at P and returns its last character. */
static const char *read_atom(struct branch *b, const char *p, const char *end, int depth)
{
	switch (*p) {
	case '\\':
		return read_escape(b, p, end);
	case '(':
		return read_group(b, p, end, depth);
	case '[':
		end_run(b);
		return class_end(p, end);
	case '{':
		quantified(b, *p);
		while (p + 1 < end && *p != '}')
			p++;
		return p;
	case '*':
	case '?':
	case '+':
		quantified(b, *p);
		return p;
	case '.':
	case '^':
	case '$':
		end_run(b);
		return p;
	default:
		str_add_char(&b->run, (char)tolower((unsigned char)*p));
		return p;
	}
}

/* Up to the next | of this level; false if nothing long enough is mandatory. */
static bool read_branch(const char **p, const char *end, int depth, struct choices *out)
{
	struct branch b = {STR_INIT, {STRLIST_INIT, 0}};
	bool ok;

	for (; *p < end && **p != '|'; (*p)++)
		*p = read_atom(&b, *p, end, depth);
	end_run(&b);
	ok = b.best.shortest >= LITERAL_MIN;
	for (size_t i = 0; ok && i < b.best.items.count; i++)
		if (!strlist_has(&out->items, b.best.items.items[i]))
			strlist_add(&out->items, b.best.items.items[i]);
	if (ok && (out->shortest == 0 || b.best.shortest < out->shortest))
		out->shortest = b.best.shortest;
	strlist_release(&b.best.items);
	str_release(&b.run);
	return ok;
}

static bool read_alternatives(const char *p, const char *end, int depth,
                              struct choices *out)
{
	bool ok = depth < DEPTH_MAX;

	while (ok) {
		ok = read_branch(&p, end, depth, out);
		if (!ok || p >= end)
			break;
		p++; /* the | */
	}
	if (!ok)
		strlist_clear(&out->items);
	return ok;
}

bool pattern_literals(const char *expression, struct strlist *out)
{
	struct choices all = {STRLIST_INIT, 0};
	bool ok = read_alternatives(expression, expression + strlen(expression), 0, &all);

	for (size_t i = 0; ok && i < all.items.count; i++)
		strlist_add(out, all.items.items[i]);
	strlist_release(&all.items);
	return ok;
}
