/* SPDX-License-Identifier: MIT */
/*
 * How far a measurement may be trusted: a table of circumstances, each with the grade
 * that it allows at best.
 */
#include "trilane/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "trilane/banned.h"

#define SPREAD_SLIGHT_PERCENT 10.0
#define SPREAD_STRONG_PERCENT 25.0
#define DRIFT_PERCENT         10.0

struct verdict_so_far {
	char grade;
	struct strlist *reasons;
};

static void at_best(struct verdict_so_far *v, char grade, const char *reason)
{
	if (grade > v->grade)
		v->grade = grade;
	strlist_add(v->reasons, reason);
}

static void at_bestf(struct verdict_so_far *v, char grade, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void at_bestf(struct verdict_so_far *v, char grade, const char *format, ...)
{
	struct str text = STR_INIT;
	va_list args;
	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	at_best(v, grade, text.data);
	str_release(&text);
}

static void judge_blocks(struct verdict_so_far *v, const struct trust_input *in)
{
	if (in->blocks < COMPARE_BLOCKS_MIN)
		at_bestf(v, 'D', "%u block%s no interval: at least %d are needed.",
		         in->blocks, in->blocks == 1 ? " gives" : "s give",
		         COMPARE_BLOCKS_MIN);
	else if (in->quick || in->blocks < 10)
		at_bestf(v, 'B', "Only %u blocks were measured.", in->blocks);
}

static void judge_load(struct verdict_so_far *v, const struct trust_input *in)
{
	double processors = in->processors ? in->processors : 1;
	if (isnan(in->load_before)) {
		at_best(v, 'B', "The load of the machine is not known.");
		return;
	}
	double before = in->load_before / processors;
	/* The benchmark's own threads are part of the load after it. */
	double after = (in->load_after - in->threads) / processors;
	if (before > 0.5)
		at_bestf(v, 'C',
		         "The machine was busy before the run (load %.1f on %u "
		         "processors).",
		         in->load_before, in->processors);
	else if (before > 0.15)
		at_bestf(v, 'B',
		         "The machine was not idle before the run (load %.1f on %u "
		         "processors).",
		         in->load_before, in->processors);
	if (after > 0.5)
		at_bestf(v, 'C',
		         "Other programs were busy during the run (load %.1f after it, "
		         "%u threads measured).",
		         in->load_after, in->threads);
}

static void judge_state(struct verdict_so_far *v, enum trust_answer answer,
                        char yes_grade, const char *yes, const char *unknown)
{
	if (answer == TRUST_YES)
		at_best(v, yes_grade, yes);
	else if (answer == TRUST_UNKNOWN)
		at_best(v, 'B', unknown);
}

static void judge_samples(struct verdict_so_far *v, const struct trust_input *in)
{
	double spread = 100 * in->spread, drift = 100 * in->drift;
	if (spread > SPREAD_SLIGHT_PERCENT)
		at_bestf(v, spread > SPREAD_STRONG_PERCENT ? 'D' : 'C',
		         "Samples of one lane scatter by %.0f %%.", spread);
	if (fabs(drift) > DRIFT_PERCENT)
		at_bestf(v, 'C', "A lane became %.0f %% %s during the run.", fabs(drift),
		         drift > 0 ? "slower" : "faster");
}

char trust_grade(const struct trust_input *in, struct strlist *reasons)
{
	struct verdict_so_far v = {'A', reasons};
	judge_blocks(&v, in);
	judge_samples(&v, in);
	judge_load(&v, in);
	judge_state(&v, in->on_battery, 'B', "The machine ran on its battery.",
	            "The power source is not known.");
	judge_state(&v, in->low_power_mode, 'C', "The machine ran in a low-power mode.",
	            "The power mode is not known.");
	judge_state(&v, in->thermal_pressure, 'C',
	            "The machine was under thermal pressure.",
	            "The thermal state is not known.");
	return v.grade;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double trust_spread(const double *values, size_t n)
{
	double sorted[COMPARE_BLOCKS_MAX];
	if (n > COMPARE_BLOCKS_MAX)
		n = COMPARE_BLOCKS_MAX;
	if (n < 4)
		return 0;
	memcpy(sorted, values, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_value);
	double median = compare_median(values, n);
	return median > 0 ? (sorted[n - 1 - n / 4] - sorted[n / 4]) / median : 0;
}

double trust_drift(const double *values, size_t n)
{
	size_t third = n / 3;
	if (third < 2)
		return 0;
	double first = compare_median(values, third);
	double last = compare_median(values + n - third, third);
	return first > 0 ? last / first - 1 : 0;
}
