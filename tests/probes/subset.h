/* SPDX-License-Identifier: MIT */
/*
 * Comparing a document with what a test expects of it, as a subset: the members of an
 * object, the items of a list, in any order.  Of lists there are two readings: all items
 * are named, or others may stand among them (but an empty list is empty).  null stands
 * for anything absent.
 */
#ifndef TESTS_PROBES_SUBSET_H
#define TESTS_PROBES_SUBSET_H

#include <jansson.h>
#include <stdbool.h>

enum subset_lists { SUBSET_ALL_ITEMS, SUBSET_SOME_ITEMS };

bool subset_fits(const json_t *want, const json_t *got, enum subset_lists lists);

#endif
