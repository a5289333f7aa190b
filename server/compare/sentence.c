/* SPDX-License-Identifier: MIT */
/*
 * Verdicts in words.  Large ratios are said as "times as fast", small ones in per cent,
 * and always from the side of the faster one.
 */
#include "trilane/compare.h"

#include "trilane/banned.h"

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_FASTER] = "faster",
		[VERDICT_SLOWER] = "slower",
		[VERDICT_NO_DIFFERENCE] = "no_difference",
		[VERDICT_CANNOT_TELL] = "cannot_tell",
	};
	return names[verdict];
}

static void add_times(struct str *out, double ratio)
{
	str_addf(out, ratio < 9.995 ? "%.2f" : "%.1f", ratio);
}

static void say_faster(const char *winner, const char *loser, double ratio, double low,
                       double high, struct str *out)
{
	if (ratio < 1.5) {
		str_addf(out,
		         "%s is %.1f %% faster than %s (95 %% interval %.1f to %.1f %%).",
		         winner, 100 * (ratio - 1), loser, 100 * (low - 1),
		         100 * (high - 1));
		return;
	}
	str_addf(out, "%s is ", winner);
	add_times(out, ratio);
	str_addf(out, " times as fast as %s (95 %% interval ", loser);
	add_times(out, low);
	str_add(out, " to ");
	add_times(out, high);
	str_add(out, ").");
}

static void say_unknown(const struct comparison *c, const char *a, const char *b,
                        struct str *out)
{
	str_addf(out, "It cannot be told whether %s or %s is faster", a, b);
	if (c->has_interval)
		str_addf(out, " (%+.1f %%, 95 %% interval %+.1f to %+.1f %%)",
		         100 * (c->ratio - 1), 100 * (c->low - 1), 100 * (c->high - 1));
	if (c->more_blocks)
		str_addf(out, "; about %u more block%s would do.", c->more_blocks,
		         c->more_blocks == 1 ? "" : "s");
	else
		str_add(out,
		        "; they are too close to 1 % apart for any number of blocks.");
}

void compare_sentence(const struct comparison *c, const char *a, const char *b,
                      struct str *out)
{
	switch (c->verdict) {
	case VERDICT_FASTER:
		say_faster(a, b, c->ratio, c->low, c->high, out);
		break;
	case VERDICT_SLOWER:
		say_faster(b, a, 1 / c->ratio, 1 / c->high, 1 / c->low, out);
		break;
	case VERDICT_NO_DIFFERENCE:
		str_addf(out,
		         "No difference is shown between %s and %s: it is within 1 %% "
		         "(95 %% interval %+.1f to %+.1f %%).",
		         a, b, 100 * (c->low - 1), 100 * (c->high - 1));
		break;
	case VERDICT_CANNOT_TELL:
		say_unknown(c, a, b, out);
		break;
	}
}
