/* SPDX-License-Identifier: MIT */
/*
 * Comparing measurements so that the verdict holds.  Pure: numbers in, words out.
 *
 * Method (docs/benchmark-method.md).  Lanes are measured in blocks: each block gives
 * every lane one sample, in an order drawn anew, one lane at a time.  What slows the
 * machine down for a while slows neighbours in a block alike, so a pair is judged by its
 * per-block log-ratios r_i = ln(time_b / time_a), the logarithm of how many times
 * as fast A is as B:
 *
 *	estimate   the median of r
 *	interval   the order statistics r_(k) and r_(n+1-k), with the largest k for which
 *	           1 - 2 P(Bin(n, 1/2) < k) >= 0.95.  It holds for any distribution
 *	           (n = 20: 6th and 15th, 95.86 %); below 6 blocks there is none.
 *	verdict    against a margin of 1 %: faster or slower when the whole interval lies
 *	           beyond it, no difference when it lies within, else nothing is said.
 *
 * Source: David, Nagaraja, Order Statistics, 3rd ed., 7.1 (distribution-free intervals
 * for quantiles).
 */
#ifndef TRILANE_COMPARE_H
#define TRILANE_COMPARE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trilane/error.h"
#include "trilane/str.h"

#define COMPARE_MARGIN     0.01
#define COMPARE_CONFIDENCE 0.95
enum { COMPARE_BLOCKS_MIN = 6, COMPARE_BLOCKS_MAX = 1000 };

/* ORDER[blocks][lanes]: which lane comes when, every block a permutation drawn from SEED
 * (splitmix64, Fisher-Yates): equal seeds give equal schedules on every machine. */
void compare_schedule(uint64_t seed, unsigned blocks, unsigned lanes, unsigned *order);

/* Of the N values, which are left alone; 0 for none. */
double compare_median(const double *values, size_t n);
/* The exact interval of the median; false below COMPARE_BLOCKS_MIN values. */
bool compare_interval(const double *values, size_t n, double *low, double *high);

enum verdict {
	VERDICT_FASTER,
	VERDICT_SLOWER,
	VERDICT_NO_DIFFERENCE,
	VERDICT_CANNOT_TELL,
};
const char *verdict_name(enum verdict verdict);

struct comparison {
	double ratio; /* A is RATIO times as fast as B */
	bool has_interval;
	double low, high;     /* of the ratio; 95 % */
	enum verdict verdict; /* A is … than B */
	unsigned blocks;      /* compared */
	unsigned more_blocks; /* that would settle what cannot be told; 0: none helps */
};

/* Times of A and B, positive, block by block; at most COMPARE_BLOCKS_MAX count. */
void compare_pair(const double *a, const double *b, size_t n, struct comparison *out);
/* "native is 2.31 times as fast as translated (2.28 to 2.35)." */
void compare_sentence(const struct comparison *c, const char *a, const char *b,
                      struct str *out);

/* --- batch sizes --- */

/* From which batch size on B overtakes A. */
struct crossover {
	unsigned batch; /* from here on B's estimate is ahead at every size; 0: nowhere */
	unsigned low;   /* from here on A is never settled to be ahead; 0: nowhere */
	unsigned high;  /* from here on B is settled to be ahead; 0: nowhere */
	unsigned smallest, largest; /* measured */
};

/* POINTS[i] says how A stands to B at BATCHES[i], which rise. */
void compare_crossover(const unsigned *batches, const struct comparison *points, size_t n,
                       struct crossover *out);
/* "gpu wins over native from batch 256 on (settled between 128 and 512)." */
void crossover_sentence(const struct crossover *c, const char *a, const char *b,
                        struct str *out);

/* --- trust --- */

/* What is known of the circumstances; each NAN or unknown where nobody could say. */
enum trust_answer { TRUST_UNKNOWN, TRUST_NO, TRUST_YES };

struct trust_input {
	unsigned blocks;
	bool quick;
	unsigned processors, threads;
	double load_before, load_after; /* runnable processes, a minute's average */
	enum trust_answer on_battery, low_power_mode, thermal_pressure;
	double spread; /* the worst lane's middle half / median */
	double drift;  /* the worst lane's last third / first third - 1 */
};

/* 'A' … 'D' and a reason, a sentence each, for everything that lowers it. */
char trust_grade(const struct trust_input *in, struct strlist *reasons);
/* Of one lane's step times in the order of measuring. */
double trust_spread(const double *values, size_t n);
double trust_drift(const double *values, size_t n);

/* --- saved results --- */

#define COMPARISON_SCHEMA "trilane/comparison/1"

/* How B, the later one, stands to A: lane by lane and model by model, times per sample
 *	{"schema","a":{"id"},"b":{"id"},"sentence","differences":[{"what","a","b"}],
 *	 "comparisons":[{"lane","model","ratio","ci95","verdict","sentence"}]}
 * RATIO is how many times as fast B is as A, and "slower" is a regression.  Differing
 * environments are said first.  ERROR_INVALID if one is no result. */
int compare_results(const json_t *a, const json_t *b, json_t **out, struct error *err);
/* Is any comparison of the document a regression, or one that cannot be told? */
bool comparison_has(const json_t *document, enum verdict verdict);

#endif
