/* SPDX-License-Identifier: MIT */
/*
 * From which batch size on one lane overtakes another.
 */
#include "trilane/compare.h"

#include "trilane/banned.h"

/* The index from which on every point fits; N if the last does not. */
static size_t first_of_tail(const struct comparison *points, size_t n,
                            bool (*fits)(const struct comparison *c))
{
	size_t i = n;
	while (i > 0 && fits(&points[i - 1]))
		i--;
	return i;
}

static bool b_seems_ahead(const struct comparison *c)
{
	return c->ratio < 1;
}

static bool b_is_ahead(const struct comparison *c)
{
	return c->verdict == VERDICT_SLOWER;
}

static bool a_is_not_ahead(const struct comparison *c)
{
	return c->verdict != VERDICT_FASTER;
}

void compare_crossover(const unsigned *batches, const struct comparison *points, size_t n,
                       struct crossover *out)
{
	size_t at = first_of_tail(points, n, b_seems_ahead);
	size_t low = first_of_tail(points, n, a_is_not_ahead);
	size_t high = first_of_tail(points, n, b_is_ahead);
	*out = (struct crossover){
		.batch = at < n ? batches[at] : 0,
		.low = low < n ? batches[low] : 0,
		.high = high < n ? batches[high] : 0,
		.smallest = n ? batches[0] : 0,
		.largest = n ? batches[n - 1] : 0,
	};
}

void crossover_sentence(const struct crossover *c, const char *a, const char *b,
                        struct str *out)
{
	if (!c->largest) {
		str_addf(out, "No batch size was measured on both %s and %s.", a, b);
	} else if (!c->batch) {
		str_addf(out, "%s does not overtake %s up to batch %u.", b, a,
		         c->largest);
	} else if (c->batch == c->smallest && c->high == c->smallest) {
		str_addf(out, "%s is faster than %s at every batch size from %u to %u.",
		         b, a, c->smallest, c->largest);
	} else if (c->high) {
		str_addf(out, "%s wins over %s from batch %u on", b, a, c->batch);
		if (c->low && c->low != c->high)
			str_addf(out, " (settled between %u and %u)", c->low, c->high);
		str_add_char(out, '.');
	} else {
		str_addf(out,
		         "%s seems to be ahead of %s from batch %u on, but up to batch "
		         "%u that cannot be told.",
		         b, a, c->batch, c->largest);
	}
}
