/* SPDX-License-Identifier: MIT */
/*
 * Reading literals: runs of plain characters, and of a group what its alternatives need.
 * Everything that is not understood counts as "could be anything", so the answer may be
 * weaker than the truth, never stronger.
 */
#include "literals.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "trilane/mem.h"

#include "trilane/banned.h"

enum { DEPTH_MAX = 8 };

/* A branch while it is read: what it needs, and the run that is not over yet. */
struct branch {
	struct str run;
	struct literal_branch *out;
};

static bool read_alternatives(const char *p, const char *end, int depth,
                              struct literal_clause *out);

/* Takes CLAUSE; the longest ones are kept. */
static void add_clause(struct literal_branch *b, struct literal_clause *clause)
{
	size_t at = b->count;

	while (at > 0 && b->clauses[at - 1].shortest < clause->shortest)
		at--;
	if (at == LITERAL_CLAUSES_MAX) {
		strlist_release(&clause->any);
		return;
	}
	if (b->count == LITERAL_CLAUSES_MAX)
		strlist_release(&b->clauses[--b->count].any);
	memmove(&b->clauses[at + 1], &b->clauses[at],
	        (b->count - at) * sizeof(b->clauses[0]));
	b->clauses[at] = *clause;
	b->count++;
}

static void branch_release(struct literal_branch *b)
{
	for (size_t i = 0; i < b->count; i++)
		strlist_release(&b->clauses[i].any);
	b->count = 0;
}

static void end_run(struct branch *b)
{
	struct literal_clause one = {STRLIST_INIT, b->run.len};

	if (b->run.len >= LITERAL_MIN) {
		strlist_add(&one.any, b->run.data);
		add_clause(b->out, &one);
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

/* The inside of (…), (?:…) or (?<name>…); NULL for look-arounds, options and
 * verbs. */
static const char *group_inside(const char *p, const char *close)
{
	const char *name_end;

	p++;
	if (*p == '*')
		return NULL;
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
	struct literal_clause group = {STRLIST_INIT, 0};

	end_run(b);
	if (inside && !optional && read_alternatives(inside, close, depth + 1, &group))
		add_clause(b->out, &group);
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
static bool read_branch(const char **p, const char *end, int depth,
                        struct literal_branch *out)
{
	struct branch b = {STR_INIT, out};

	for (; *p < end && **p != '|'; (*p)++)
		*p = read_atom(&b, *p, end, depth);
	end_run(&b);
	str_release(&b.run);
	return out->count > 0;
}

static void join_clause(struct literal_clause *all, const struct literal_clause *clause)
{
	for (size_t i = 0; i < clause->any.count; i++)
		if (!strlist_has(&all->any, clause->any.items[i]))
			strlist_add(&all->any, clause->any.items[i]);
	if (all->shortest == 0 || clause->shortest < all->shortest)
		all->shortest = clause->shortest;
}

/* Of a group: the best clause of each alternative, as one. */
static bool read_alternatives(const char *p, const char *end, int depth,
                              struct literal_clause *out)
{
	bool ok = depth < DEPTH_MAX;

	while (ok) {
		struct literal_branch b = {.count = 0};

		ok = read_branch(&p, end, depth, &b);
		if (ok)
			join_clause(out, &b.clauses[0]);
		branch_release(&b);
		if (!ok || p >= end)
			break;
		p++; /* the | */
	}
	if (!ok)
		strlist_release(&out->any);
	return ok;
}

bool literals_read(const char *expression, struct literals *out)
{
	const char *p = expression, *end = expression + strlen(expression);
	bool ok = true;

	while (ok) {
		out->branches = array_reserve(out->branches, &out->capacity,
		                              out->count + 1, sizeof(*out->branches));
		out->branches[out->count] = (struct literal_branch){.count = 0};
		ok = read_branch(&p, end, 0, &out->branches[out->count++]);
		if (!ok || p >= end)
			break;
		p++; /* the | */
	}
	if (!ok)
		literals_release(out);
	return ok;
}

void literals_release(struct literals *l)
{
	for (size_t i = 0; i < l->count; i++)
		branch_release(&l->branches[i]);
	free(l->branches);
	*l = (struct literals)LITERALS_INIT;
}
