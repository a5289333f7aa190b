/* SPDX-License-Identifier: MIT */
/* The team of threads: everybody works once a run, barriers hold, sleepers wake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "processor.h"
#include "team.h"
#include "trilane/clock.h"

#include "trilane/banned.h"

enum { MEMBERS_MAX = 7, ROUNDS = 50 };

struct work {
	struct team *team;
	atomic_uint runs[MEMBERS_MAX];
	atomic_uint arrived[ROUNDS];
	atomic_bool early, denormal;
};

/* Behind the barrier of a round everybody has been counted. */
static void work(void *context, unsigned member)
{
	struct work *w = context;

	atomic_fetch_add(&w->runs[member], 1);
	if (!processor_flushes_to_zero())
		atomic_store(&w->denormal, true);
	for (int r = 0; r < ROUNDS; r++) {
		atomic_fetch_add(&w->arrived[r], 1);
		team_barrier(w->team);
		if (atomic_load(&w->arrived[r]) % team_size(w->team))
			atomic_store(&w->early, true);
		team_barrier(w->team);
	}
}

static void runs_on_all_members(void **state)
{
	(void)state;
	for (unsigned members = 1; members <= MEMBERS_MAX; members += 2) {
		struct work w = {.team = NULL};

		assert_int_equal(team_new(members, &w.team, NULL), 0);
		assert_int_equal(team_size(w.team), members);
		for (int run = 0; run < 5; run++)
			team_run(w.team, work, &w);
		team_free(w.team);
		for (unsigned m = 0; m < members; m++)
			assert_int_equal(w.runs[m], 5);
		assert_false(w.early);
	}
}

static void wakes_sleeping_members(void **state)
{
	struct work w = {.team = NULL};

	(void)state;
	assert_int_equal(team_new(3, &w.team, NULL), 0);
	for (int run = 0; run < 3; run++) {
		clock_sleep_ns(30 * NS_PER_MS); /* longer than anybody spins */
		team_run(w.team, work, &w);
	}
	clock_sleep_ns(30 * NS_PER_MS);
	team_free(w.team);
	assert_int_equal(w.runs[2], 3);
}

static void flushes_denormals_only_while_it_works(void **state)
{
	struct work w = {.team = NULL};
	uint64_t mode = processor_flush_to_zero();
	bool possible = processor_flushes_to_zero();

	(void)state;
	processor_restore(mode);
	if (!possible)
		skip();
	assert_int_equal(team_new(2, &w.team, NULL), 0);
	team_run(w.team, work, &w);
	assert_false(w.denormal);
	assert_false(processor_flushes_to_zero());
	team_free(w.team);
}

static void parts_cover_everything_once(void **state)
{
	(void)state;
	for (unsigned members = 1; members <= MEMBERS_MAX; members++) {
		struct team *team = NULL;

		assert_int_equal(team_new(members, &team, NULL), 0);
		for (unsigned count = 0; count < 40; count++) {
			unsigned next = 0;
			for (unsigned m = 0; m < members; m++) {
				unsigned begin, end;
				team_part(team, m, count, &begin, &end);
				assert_int_equal(begin, next);
				assert_true(end - begin <= count / members + 1);
				next = end;
			}
			assert_int_equal(next, count);
		}
		team_free(team);
	}
}

static void refuses_impossible_sizes(void **state)
{
	struct error err = ERROR_INIT;
	struct team *team = NULL;

	(void)state;
	assert_int_equal(team_new(0, &team, &err), ERROR_INVALID);
	assert_int_equal(team_new(TEAM_MAX + 1, &team, &err), ERROR_INVALID);
	assert_string_equal(err.text, "257 threads: 1 to 256 are possible");
	team_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_on_all_members),
		cmocka_unit_test(wakes_sleeping_members),
		cmocka_unit_test(flushes_denormals_only_while_it_works),
		cmocka_unit_test(parts_cover_everything_once),
		cmocka_unit_test(refuses_impossible_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
