/* SPDX-License-Identifier: MIT */
/* Validation of conditions: what the evaluator then need not look at. */
#include <ctype.h>
#include <string.h>

#include "comparison.h"
#include "trilane/pep440.h"

#include "trilane/banned.h"

struct check {
	const json_t *aliases, *tables;
	struct error *err;
};

static int check(const json_t *condition, const struct check *k, int depth);

static int check_paths(const json_t *paths, const struct check *k)
{
	size_t i;
	const json_t *path;

	if (json_is_string(paths)) {
		const char *text = json_string_value(paths);

		if (*text == '$' && !json_object_get(k->aliases, text))
			return error_set(k->err, ERROR_INVALID, "no alias %s", text);
		return 0;
	}
	if (!json_is_array(paths) || json_array_size(paths) == 0)
		return error_set(k->err, ERROR_INVALID,
		                 "a path is a text or a list of texts");
	json_array_foreach(paths, i, path)
	{
		if (!json_is_string(path))
			return error_set(k->err, ERROR_INVALID, "a path is a text");
	}
	return 0;
}

static int check_table(const json_t *operand, const struct check *k)
{
	const char *table = json_string_value(json_object_get(operand, "table"));
	const char *column = json_string_value(json_object_get(operand, "column"));
	const json_t *rows, *row;
	size_t i;

	if (!table || !column)
		return error_set(k->err, ERROR_INVALID,
		                 "breaks needs table, row and column");
	rows = json_object_get(json_object_get(k->tables, table), "rows");
	json_array_foreach(rows, i, row)
	{
		if (json_object_get(row, column))
			return check_paths(json_object_get(operand, "row"), k);
	}
	return error_set(k->err, ERROR_INVALID, "no column %s in a table %s", column,
	                 table);
}

static int check_operand(const struct comparison *op, const json_t *operand,
                         const struct check *k, int depth)
{
	const char *text = json_string_value(operand);
	bool ok = true;

	switch (op->operand) {
	case OPERAND_ANY:
		break;
	case OPERAND_ARRAY:
		ok = json_is_array(operand);
		break;
	case OPERAND_TEXT:
		ok = text && *text;
		break;
	case OPERAND_NUMBER:
		ok = json_is_number(operand) || text;
		break;
	case OPERAND_SPECIFIERS: /* a range, or the dotted path of one */
		ok = text && (pep440_specifiers_valid(text) ||
		              (isalpha((unsigned char)*text) && strchr(text, '.')));
		break;
	case OPERAND_PATHS:
		return check_paths(operand, k);
	case OPERAND_TABLE:
		return check_table(operand, k);
	case OPERAND_CONDITION:
		return check(operand, k, depth + 1);
	}
	return ok ? 0 : error_set(k->err, ERROR_INVALID, "operand of %s", op->name);
}

static int check_path(const json_t *condition, const struct check *k, int depth)
{
	int rc = check_paths(json_object_get(condition, "path"), k);
	size_t count = 0;
	const char *name;
	json_t *operand;

	json_object_foreach((json_t *)condition, name, operand)
	{
		const struct comparison *op = comparison_find(name);

		if (rc)
			return rc;
		if (text_equal(name, "path"))
			continue;
		count++;
		if (text_equal(name, "known"))
			rc = json_is_boolean(operand) ? 0
			                              : error_set(k->err, ERROR_INVALID,
			                                          "operand of known");
		else if (op)
			rc = check_operand(op, operand, k, depth);
		else
			rc = error_set(k->err, ERROR_INVALID, "no operator %s", name);
	}
	if (!rc && count == 0)
		rc = error_set(k->err, ERROR_INVALID, "a path without an operator");
	return rc;
}

static int check(const json_t *condition, const struct check *k, int depth)
{
	static const char *const lists[] = {"all", "any"};
	static const char *const ones[] = {"not", "maybe"};
	const json_t *part, *item;
	size_t i;

	if (depth > CONDITION_DEPTH_MAX)
		return error_set(k->err, ERROR_INVALID, "a condition is nested too deep");
	if (json_is_boolean(condition))
		return 0;
	if (!json_is_object(condition))
		return error_set(k->err, ERROR_INVALID, "a condition is an object");
	for (int l = 0; l < 2; l++) {
		part = json_object_get(condition, lists[l]);
		if (part && (!json_is_array(part) || json_object_size(condition) != 1))
			return error_set(k->err, ERROR_INVALID, "operand of %s",
			                 lists[l]);
		json_array_foreach(part, i, item)
		{
			int rc = check(item, k, depth + 1);

			if (rc)
				return rc;
		}
		if (part)
			return 0;
	}
	for (int o = 0; o < 2; o++) {
		part = json_object_get(condition, ones[o]);
		if (part && json_object_size(condition) != 1)
			return error_set(k->err, ERROR_INVALID, "%s stands alone",
			                 ones[o]);
		if (part)
			return check(part, k, depth + 1);
	}
	return check_path(condition, k, depth);
}

int condition_validate(const json_t *condition, const json_t *aliases,
                       const json_t *tables, struct error *err)
{
	struct check k = {aliases, tables, err};

	return check(condition, &k, 0);
}
