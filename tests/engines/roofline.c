/* SPDX-License-Identifier: MIT */
/* Rooflines: short runs on all threads at once, the best of them. */
#include "roofline.h"

#include <stdlib.h>
#include <string.h>

#include "team.h"
#include "trilane/clock.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum { ROUNDS = 2000, PARTS = 10, TRIAD_FLOATS = 16 << 20 };

struct roofline {
	struct team *team;
	const struct peak *peak;
	float *a, *b, *c; /* triad */
	float sink[TEAM_MAX];
};

static void peak_work(void *context, unsigned member, unsigned begin, unsigned end)
{
	struct roofline *r = context;

	(void)begin;
	(void)end;
	r->sink[member] = r->peak->run(ROUNDS);
}

static void triad_work(void *context, unsigned member, unsigned begin, unsigned end)
{
	struct roofline *r = context;

	(void)member;
	for (unsigned i = begin; i < end; i++)
		r->a[i] = r->b[i] + 0.5f * r->c[i];
}

/* The shortest run in nanoseconds. */
static double best_ns(struct roofline *r, unsigned count, unsigned grain, team_work *work,
                      uint64_t duration_ns)
{
	uint64_t start = clock_monotonic_ns(), last = start, best = UINT64_MAX;

	do {
		team_for(r->team, count, grain, work, r);
		uint64_t now = clock_monotonic_ns();
		if (now - last < best)
			best = now - last;
		last = now;
	} while (last - start < duration_ns);
	return (double)best;
}

double roofline_peak(const char *isa, unsigned threads, uint64_t duration_ns)
{
	struct roofline *r = xcalloc(1, sizeof(*r));
	double result = 0;

	for (unsigned i = 0; peaks[i]; i++)
		if (!strcmp(peaks[i]->isa, isa))
			r->peak = peaks[i];
	if (r->peak && !team_new(threads, &r->team, NULL))
		result = (double)r->peak->flop * ROUNDS * PARTS * threads /
		         best_ns(r, threads * PARTS, 1, peak_work, duration_ns);
	team_free(r->team);
	free(r);
	return result;
}

double roofline_triad(unsigned threads, uint64_t duration_ns)
{
	struct roofline *r = xcalloc(1, sizeof(*r));
	double result = 0;

	r->a = xcalloc(TRIAD_FLOATS, sizeof(float));
	r->b = xcalloc(TRIAD_FLOATS, sizeof(float));
	r->c = xcalloc(TRIAD_FLOATS, sizeof(float));
	/* Written, or all pages would be the one of zeros. */
	memset(r->b, 1, TRIAD_FLOATS * sizeof(float));
	memset(r->c, 1, TRIAD_FLOATS * sizeof(float));
	if (!team_new(threads, &r->team, NULL))
		result = 3.0 * TRIAD_FLOATS * sizeof(float) /
		         best_ns(r, TRIAD_FLOATS, TRIAD_FLOATS / 64, triad_work,
		                 duration_ns);
	team_free(r->team);
	free(r->a);
	free(r->b);
	free(r->c);
	free(r);
	return result;
}
