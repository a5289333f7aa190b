/* SPDX-License-Identifier: MIT */
/*
 * The median, its exact interval, and the verdict that follows from them.
 */
#include "trilane/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "trilane/banned.h"

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* A sorted copy; what is beyond the limit is left out. */
static size_t sort_copy(const double *values, size_t n, double out[COMPARE_BLOCKS_MAX])
{
	if (n > COMPARE_BLOCKS_MAX)
		n = COMPARE_BLOCKS_MAX;
	if (n)
		memcpy(out, values, n * sizeof(*out));
	qsort(out, n, sizeof(*out), by_value);
	return n;
}

static double median_of_sorted(const double *sorted, size_t n)
{
	if (n == 0)
		return 0;
	return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

double compare_median(const double *values, size_t n)
{
	double sorted[COMPARE_BLOCKS_MAX];
	n = sort_copy(values, n, sorted);
	return median_of_sorted(sorted, n);
}

/* The largest K with 1 - 2 P(Bin(N, 1/2) < K) >= the confidence; 0: there is none. */
static size_t interval_rank(size_t n)
{
	double term = ldexp(1, -(int)n); /* P(Bin = 0); N is at most 1000: no underflow */
	double below = 0;                /* P(Bin < k) */
	for (size_t k = 0; k <= n / 2; k++) {
		below += term;
		if (1 - 2 * below < COMPARE_CONFIDENCE)
			return k;
		term *= (double)(n - k) / (double)(k + 1);
	}
	return n / 2;
}

bool compare_interval(const double *values, size_t n, double *low, double *high)
{
	double sorted[COMPARE_BLOCKS_MAX];
	n = sort_copy(values, n, sorted);
	size_t k = n ? interval_rank(n) : 0;
	if (k == 0)
		return false;
	*low = sorted[k - 1];
	*high = sorted[n - k];
	return true;
}

static enum verdict judge(double low, double high)
{
	const double margin = log1p(COMPARE_MARGIN);
	if (low > margin)
		return VERDICT_FASTER;
	if (high < -margin)
		return VERDICT_SLOWER;
	if (low > -margin && high < margin)
		return VERDICT_NO_DIFFERENCE;
	return VERDICT_CANNOT_TELL;
}

/* The interval shrinks with the root of the number of blocks: how many until it fits
 * between the median and the margin?  0 where that would be more than anybody runs. */
static unsigned blocks_missing(double median, double low, double high, size_t n)
{
	double room = fabs(fabs(median) - log1p(COMPARE_MARGIN));
	double half = fmax(high - median, median - low);
	double needed = (double)n * (half / room) * (half / room);
	if (!(needed < (double)COMPARE_BLOCKS_MAX))
		return 0;
	double more = ceil(needed) - (double)n;
	return more < 1 ? 1 : (unsigned)more;
}

void compare_pair(const double *a, const double *b, size_t n, struct comparison *out)
{
	double ratios[COMPARE_BLOCKS_MAX];
	if (n > COMPARE_BLOCKS_MAX)
		n = COMPARE_BLOCKS_MAX;
	for (size_t i = 0; i < n; i++)
		ratios[i] = log(b[i] / a[i]);
	double median = compare_median(ratios, n), low = 0, high = 0;
	*out = (struct comparison){.ratio = exp(median),
	                           .verdict = VERDICT_CANNOT_TELL,
	                           .blocks = (unsigned)n};
	out->has_interval = compare_interval(ratios, n, &low, &high);
	if (!out->has_interval) {
		out->more_blocks = COMPARE_BLOCKS_MIN - (unsigned)n;
		return;
	}
	out->low = exp(low);
	out->high = exp(high);
	out->verdict = judge(low, high);
	if (out->verdict == VERDICT_CANNOT_TELL)
		out->more_blocks = blocks_missing(median, low, high, n);
}
