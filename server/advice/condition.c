/* SPDX-License-Identifier: MIT */
/*
 * Judging conditions.  Operators are a table; each gets a value that is known, so that
 * the unknown is dealt with in one place.
 */
#include "condition.h"

#include <ctype.h>
#include <string.h>

#include "comparison.h"
#include "trilane/pep440.h"

#include "trilane/banned.h"

static enum truth judge(const json_t *condition, const struct context *c, int depth);

static enum truth truth_of(bool value)
{
	return value ? TRUTH_TRUE : TRUTH_FALSE;
}

static bool same(const json_t *a, const json_t *b)
{
	if (json_is_number(a) && json_is_number(b))
		return json_number_value(a) == json_number_value(b);
	return json_equal(a, b);
}

static bool array_has(const json_t *array, const json_t *value)
{
	size_t i;
	const json_t *item;

	json_array_foreach(array, i, item)
	{
		if (same(item, value))
			return true;
	}
	return false;
}

/* An array, or a text as an array of one. */
static bool share_item(const json_t *a, const json_t *b)
{
	size_t i;
	const json_t *item;

	if (!json_is_array(a))
		return json_is_array(b) ? array_has(b, a) : same(a, b);
	if (!json_is_array(b))
		return array_has(a, b);
	json_array_foreach(a, i, item)
	{
		if (array_has(b, item))
			return true;
	}
	return false;
}

/* --- operators ---------------------------------------------------------------------- */

static enum truth op_is(const struct test *t)
{
	return truth_of(same(t->value, t->operand));
}

static enum truth op_in(const struct test *t)
{
	return truth_of(array_has(t->operand, t->value));
}

static enum truth op_has(const struct test *t)
{
	return truth_of(array_has(t->value, t->operand));
}

static enum truth op_has_any(const struct test *t)
{
	return truth_of(share_item(t->value, t->operand));
}

static enum truth op_lacks(const struct test *t)
{
	return truth_of(!array_has(t->value, t->operand));
}

static enum truth op_meets(const struct test *t)
{
	const json_t *other = context_first(t->c, t->operand);

	return other ? truth_of(share_item(t->value, other)) : TRUTH_UNKNOWN;
}

static enum truth op_disjoint(const struct test *t)
{
	const json_t *other = context_first(t->c, t->operand);

	return other ? truth_of(!share_item(t->value, other)) : TRUTH_UNKNOWN;
}

/* -1, 0, 1, or 2 for what cannot be compared. */
static int compare_numbers(const struct test *t)
{
	const json_t *other = t->operand;
	double a, b;

	if (json_is_string(other))
		other = context_first(t->c, other);
	if (!json_is_number(t->value) || !json_is_number(other))
		return 2;
	a = json_number_value(t->value);
	b = json_number_value(other);
	return a < b ? -1 : a > b;
}

static enum truth op_gt(const struct test *t)
{
	int c = compare_numbers(t);

	return c == 2 ? TRUTH_UNKNOWN : truth_of(c > 0);
}

static enum truth op_ge(const struct test *t)
{
	int c = compare_numbers(t);

	return c == 2 ? TRUTH_UNKNOWN : truth_of(c >= 0);
}

static enum truth op_lt(const struct test *t)
{
	int c = compare_numbers(t);

	return c == 2 ? TRUTH_UNKNOWN : truth_of(c < 0);
}

static enum truth op_le(const struct test *t)
{
	int c = compare_numbers(t);

	return c == 2 ? TRUTH_UNKNOWN : truth_of(c <= 0);
}

/* A text as it stands, or what its path leads to; versions are texts, so a text that
 * could be either is taken for a version. */
static const char *version_operand(const struct test *t)
{
	const char *text = json_string_value(t->operand);
	struct pep440 ignored;

	if (!text || pep440_parse(text, &ignored))
		return text;
	return json_string_value(context_get(t->c, text));
}

static enum truth compare_versions(const struct test *t, int wanted)
{
	const char *value = json_string_value(t->value);
	const char *other = version_operand(t);
	struct pep440 a, b;

	if (!pep440_parse(value, &a) || !pep440_parse(other, &b))
		return TRUTH_UNKNOWN;
	return truth_of(pep440_compare(&a, &b) * wanted > 0);
}

static enum truth op_newer_than(const struct test *t)
{
	return compare_versions(t, 1);
}

static enum truth op_older_than(const struct test *t)
{
	return compare_versions(t, -1);
}

static enum truth op_minor_differs(const struct test *t)
{
	const char *value = json_string_value(t->value);
	struct pep440 a, b;

	if (!pep440_parse(value, &a) || !pep440_parse(version_operand(t), &b))
		return TRUTH_UNKNOWN;
	return truth_of(a.epoch != b.epoch || a.release[0] != b.release[0] ||
	                a.release[1] != b.release[1]);
}

static enum truth satisfies_text(const char *version, const char *specifiers)
{
	struct pep440 ignored;

	if (!specifiers || !pep440_parse(version, &ignored))
		return TRUTH_UNKNOWN;
	return truth_of(pep440_satisfies(version, specifiers));
}

static enum truth op_satisfies(const struct test *t)
{
	const char *specifiers = json_string_value(t->operand);

	if (specifiers && !pep440_specifiers_valid(specifiers))
		specifiers = json_string_value(context_get(t->c, specifiers));
	return satisfies_text(json_string_value(t->value), specifiers);
}

static enum truth op_breaks(const struct test *t)
{
	const json_t *row = context_first(t->c, json_object_get(t->operand, "row"));
	const char *version = json_string_value(row);
	const char *range;
	enum truth inside;

	if (!version)
		return TRUTH_UNKNOWN;
	range = context_table(
		t->c, json_string_value(json_object_get(t->operand, "table")), version,
		json_string_value(json_object_get(t->operand, "column")));
	inside = satisfies_text(json_string_value(t->value), range);
	return inside == TRUTH_UNKNOWN ? inside : truth_of(inside == TRUTH_FALSE);
}

static bool find_nocase(const char *text, const char *part, bool start_only)
{
	size_t n = strlen(part);

	for (; strlen(text) >= n; text++) {
		size_t i = 0;

		while (i < n &&
		       tolower((unsigned char)text[i]) == tolower((unsigned char)part[i]))
			i++;
		if (i == n)
			return true;
		if (start_only)
			break;
	}
	return false;
}

static enum truth op_contains(const struct test *t)
{
	const char *text = json_string_value(t->value);
	const char *part = json_string_value(t->operand);

	return text && part ? truth_of(find_nocase(text, part, false)) : TRUTH_UNKNOWN;
}

static enum truth op_starts(const struct test *t)
{
	const char *text = json_string_value(t->value);
	const char *part = json_string_value(t->operand);

	return text && part ? truth_of(find_nocase(text, part, true)) : TRUTH_UNKNOWN;
}

static enum truth op_ends(const struct test *t)
{
	const char *text = json_string_value(t->value);
	const char *part = json_string_value(t->operand);

	if (!text || !part)
		return TRUTH_UNKNOWN;
	return truth_of(strlen(text) >= strlen(part) &&
	                text_equal_nocase(text + strlen(text) - strlen(part), part));
}

static enum truth judge_item(const struct test *t, const json_t *item, const json_t *key)
{
	struct context c = *t->c;

	for (int i = 0; i < t->c->count; i++)
		if (text_equal(c.roots[i].name, "item"))
			c.roots[i].name = "outer";
	c = context_with(&c, "item", item);
	if (key)
		c = context_with(&c, "key", key);
	return judge(t->operand, &c, t->depth + 1);
}

/* The best truth among the items (SOME) or the worst. */
static enum truth judge_items(const struct test *t, bool some)
{
	enum truth result = some ? TRUTH_FALSE : TRUTH_TRUE;
	size_t i;
	const char *key;
	json_t *item;

	json_array_foreach(t->value, i, item)
	{
		enum truth one = judge_item(t, item, NULL);

		if (some ? one > result : one < result)
			result = one;
	}
	json_object_foreach((json_t *)t->value, key, item)
	{
		json_t *name = json_string(key);
		enum truth one = judge_item(t, item, name);

		json_decref(name);
		if (some ? one > result : one < result)
			result = one;
	}
	return result;
}

static enum truth op_some(const struct test *t)
{
	return judge_items(t, true);
}

static enum truth op_every(const struct test *t)
{
	return judge_items(t, false);
}

static enum truth op_count_ge(const struct test *t)
{
	size_t n = json_is_array(t->value) ? json_array_size(t->value)
	                                   : json_object_size(t->value);

	return truth_of((json_int_t)n >= json_integer_value(t->operand));
}

static const struct comparison comparisons[] = {
	{"breaks", op_breaks, OPERAND_TABLE},
	{"contains", op_contains, OPERAND_TEXT},
	{"count_ge", op_count_ge, OPERAND_NUMBER},
	{"disjoint", op_disjoint, OPERAND_PATHS},
	{"ends", op_ends, OPERAND_TEXT},
	{"every", op_every, OPERAND_CONDITION},
	{"ge", op_ge, OPERAND_NUMBER},
	{"gt", op_gt, OPERAND_NUMBER},
	{"has", op_has, OPERAND_ANY},
	{"has_any", op_has_any, OPERAND_ARRAY},
	{"in", op_in, OPERAND_ARRAY},
	{"is", op_is, OPERAND_ANY},
	{"lacks", op_lacks, OPERAND_ANY},
	{"le", op_le, OPERAND_NUMBER},
	{"lt", op_lt, OPERAND_NUMBER},
	{"meets", op_meets, OPERAND_PATHS},
	{"minor_differs", op_minor_differs, OPERAND_TEXT},
	{"newer_than", op_newer_than, OPERAND_TEXT},
	{"older_than", op_older_than, OPERAND_TEXT},
	{"satisfies", op_satisfies, OPERAND_SPECIFIERS},
	{"some", op_some, OPERAND_CONDITION},
	{"starts", op_starts, OPERAND_TEXT},
};

const struct comparison *comparison_find(const char *name)
{
	for (size_t i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]); i++)
		if (text_equal(comparisons[i].name, name))
			return &comparisons[i];
	return NULL;
}

/* --- judging ------------------------------------------------------------------------ */

static enum truth judge_path(const json_t *condition, const struct context *c, int depth)
{
	const json_t *value = context_first(c, json_object_get(condition, "path"));
	enum truth result = TRUTH_TRUE;
	const char *name;
	json_t *operand;

	json_object_foreach((json_t *)condition, name, operand)
	{
		const struct comparison *op = comparison_find(name);
		enum truth one = TRUTH_TRUE;

		if (text_equal(name, "known"))
			one = truth_of(json_is_true(operand) == (value != NULL));
		else if (op && value)
			one = op->judge(&(struct test){value, operand, c, depth});
		else if (op)
			one = TRUTH_UNKNOWN;
		if (one < result)
			result = one;
	}
	return result;
}

static enum truth judge_list(const json_t *list, const struct context *c, int depth,
                             bool all)
{
	enum truth result = all ? TRUTH_TRUE : TRUTH_FALSE;
	size_t i;
	const json_t *item;

	json_array_foreach(list, i, item)
	{
		enum truth one = judge(item, c, depth + 1);

		if (all ? one < result : one > result)
			result = one;
	}
	return result;
}

static enum truth judge(const json_t *condition, const struct context *c, int depth)
{
	const json_t *part;

	if (depth > CONDITION_DEPTH_MAX)
		return TRUTH_UNKNOWN;
	if (json_is_boolean(condition))
		return truth_of(json_is_true(condition));
	if ((part = json_object_get(condition, "all")))
		return judge_list(part, c, depth, true);
	if ((part = json_object_get(condition, "any")))
		return judge_list(part, c, depth, false);
	if ((part = json_object_get(condition, "not")))
		return (enum truth)(TRUTH_TRUE - judge(part, c, depth + 1));
	if ((part = json_object_get(condition, "maybe")))
		return truth_of(judge(part, c, depth + 1) != TRUTH_FALSE);
	return judge_path(condition, c, depth);
}

enum truth condition_judge(const json_t *condition, const struct context *c)
{
	return judge(condition, c, 0);
}

bool condition_holds(const json_t *condition, const struct context *c)
{
	return !condition || judge(condition, c, 0) == TRUTH_TRUE;
}
