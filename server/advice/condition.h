/* SPDX-License-Identifier: MIT */
/*
 * Conditions of rules: JSON, judged in three values.  What depends on something unknown
 * is unknown, and a rule holds only when its condition is true; {"maybe": c} makes the
 * unknown true.
 *
 *	{"all":[c…]}  {"any":[c…]}  {"not":c}  {"maybe":c}  true  false
 *	{"path":p, OPERATOR: operand}      p: a path, an alias, or a list of which the
 *	                                   first known counts
 *	known true|false                   is VALUE      in [VALUE…]
 *	has VALUE  has_any [VALUE…]  lacks VALUE         of an array
 *	meets path   disjoint path         two arrays (or texts) share an item, share none
 *	gt ge lt le NUMBER                 or the path of one
 *	satisfies SPECIFIERS               PEP 440; also the path of a text of specifiers
 *	newer_than older_than VERSION      a version or a path
 *	minor_differs path                 first two parts of the release
 *	breaks {"table","row":p,"column"}  the table's row for version p has a range for
 *	                                   this, and the value is outside
 *	contains starts ends TEXT          of a text, case ignored
 *	some c   every c                   of the items of an array, or of the values of
 *	                                   an object, as "item" (and "key"); these may
 *	                                   nest: the outer one is "outer"
 *	count_ge NUMBER
 */
#ifndef TRILANE_ADVICE_CONDITION_H
#define TRILANE_ADVICE_CONDITION_H

#include <jansson.h>

#include "context.h"
#include "trilane/error.h"

enum truth { TRUTH_FALSE, TRUTH_UNKNOWN, TRUTH_TRUE };

enum truth condition_judge(const json_t *condition, const struct context *c);
bool condition_holds(const json_t *condition, const struct context *c); /* NULL: yes */
/* TABLES as in a context: a table or column that is not there is an error. */
int condition_validate(const json_t *condition, const json_t *aliases,
                       const json_t *tables, struct error *err);

#endif
