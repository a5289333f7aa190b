/* SPDX-License-Identifier: MIT */
/* The comparison itself, of which subset.h says what it means. */
#include "subset.h"

#include "trilane/facts.h"

#include "trilane/banned.h"

static bool object_fits(const json_t *want, const json_t *got, enum subset_lists lists)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)want, key, value)
	{
		if (!subset_fits(value, json_object_get(got, key), lists))
			return false;
	}
	return json_is_object(got);
}

static bool is_among(const json_t *want, const json_t *items, enum subset_lists lists)
{
	size_t i;
	json_t *item;

	json_array_foreach(items, i, item)
	{
		if (subset_fits(want, item, lists))
			return true;
	}
	return false;
}

static bool list_fits(const json_t *want, const json_t *got, enum subset_lists lists)
{
	bool whole = lists == SUBSET_ALL_ITEMS || json_array_size(want) == 0;
	size_t i;
	json_t *item;

	if (!json_is_array(got) ||
	    (whole && json_array_size(want) != json_array_size(got)))
		return false;
	json_array_foreach(want, i, item)
	{
		if (!is_among(item, got, lists))
			return false;
	}
	return true;
}

bool subset_fits(const json_t *want, const json_t *got, enum subset_lists lists)
{
	if (json_is_null(want))
		return !got || json_is_null(got) || fact_is_absent(got);
	if (json_is_object(want))
		return object_fits(want, got, lists);
	if (json_is_array(want))
		return list_fits(want, got, lists);
	return json_equal(want, got);
}
