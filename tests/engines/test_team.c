/* SPDX-License-Identifier: MIT */
/* The team of threads: everything is done once, whoever sleeps or comes late. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "processor.h"
#include "team.h"
#include "trilane/clock.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum { MEMBERS_MAX = 7, COUNT_MAX = 100000 };

struct loop {
	struct team *team;
	unsigned grain;
	atomic_uchar *times; /* each thing was done */
	atomic_bool wrong;   /* a member or range that cannot be */
	atomic_bool denormal;
	unsigned slow; /* this member sleeps over its first item, 0: nobody */
	atomic_bool slept;
};

static void work(void *context, unsigned member, unsigned begin, unsigned end)
{
	struct loop *l = context;

	if (member >= team_size(l->team) || begin >= end || end - begin > l->grain)
		atomic_store(&l->wrong, true);
	if (!processor_flushes_to_zero())
		atomic_store(&l->denormal, true);
	for (unsigned i = begin; i < end; i++)
		atomic_fetch_add(&l->times[i], 1);
	if (l->slow && member == l->slow && !atomic_exchange(&l->slept, true))
		clock_sleep_ns(20 * NS_PER_MS);
}

static void check_loop(struct loop *l, unsigned count, unsigned grain)
{
	for (unsigned i = 0; i < count; i++)
		atomic_store(&l->times[i], 0);
	l->grain = grain;
	team_for(l->team, count, grain, work, l);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(l->times[i], 1);
	assert_false(l->wrong);
}

static void loop_init(struct loop *l, unsigned members)
{
	*l = (struct loop){.times = xcalloc(COUNT_MAX, sizeof(*l->times))};
	assert_int_equal(team_new(members, &l->team, NULL), 0);
	assert_int_equal(team_size(l->team), members);
}

static void loop_release(struct loop *l)
{
	team_free(l->team);
	free(l->times);
}

static void does_everything_once(void **state)
{
	(void)state;
	for (unsigned members = 1; members <= MEMBERS_MAX; members += 2) {
		struct loop l;

		loop_init(&l, members);
		for (unsigned count = 0; count < 40; count++)
			for (unsigned grain = 1; grain < 9; grain += 3)
				check_loop(&l, count, grain);
		loop_release(&l);
	}
}

static void does_many_short_loops(void **state)
{
	struct loop l;

	(void)state;
	loop_init(&l, 3);
	for (int i = 0; i < 20000; i++)
		check_loop(&l, 1 + (unsigned)i % 7, 1);
	loop_release(&l);
}

/* More things than a ticket counts are taken several at a time. */
static void counts_far(void **state)
{
	struct loop l;

	(void)state;
	loop_init(&l, 2);
	l.grain = COUNT_MAX;
	for (unsigned i = 0; i < COUNT_MAX; i++)
		atomic_store(&l.times[i], 0);
	team_for(l.team, COUNT_MAX, 1, work, &l);
	for (unsigned i = 0; i < COUNT_MAX; i++)
		assert_int_equal(l.times[i], 1);
	loop_release(&l);
}

static void takes_over_from_a_slow_member(void **state)
{
	struct loop l;

	(void)state;
	loop_init(&l, 2);
	for (l.slow = 1; l.slow; l.slow--)
		for (int i = 0; i < 5; i++) {
			atomic_store(&l.slept, false);
			check_loop(&l, 64, 1);
		}
	loop_release(&l);
}

static void wakes_sleeping_members(void **state)
{
	struct loop l;

	(void)state;
	loop_init(&l, 3);
	for (int run = 0; run < 3; run++) {
		clock_sleep_ns(30 * NS_PER_MS); /* longer than anybody spins */
		check_loop(&l, 1000, 1);
	}
	clock_sleep_ns(30 * NS_PER_MS);
	loop_release(&l);
}

/* Members may be on their way into the last loop when the team is freed. */
static void ends_right_after_a_loop(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4000; i++) {
		struct loop l;

		loop_init(&l, 2);
		for (unsigned loops = 0; loops < 100 + i % 7; loops++)
			check_loop(&l, 1, 1);
		loop_release(&l);
	}
}

static void flushes_denormals_only_while_it_works(void **state)
{
	uint64_t mode = processor_flush_to_zero();
	bool possible = processor_flushes_to_zero();
	struct loop l;

	(void)state;
	processor_restore(mode);
	if (!possible)
		skip();
	loop_init(&l, 2);
	check_loop(&l, 1000, 1);
	assert_false(l.denormal);
	assert_false(processor_flushes_to_zero());
	loop_release(&l);
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
		cmocka_unit_test(does_everything_once),
		cmocka_unit_test(does_many_short_loops),
		cmocka_unit_test(counts_far),
		cmocka_unit_test(takes_over_from_a_slow_member),
		cmocka_unit_test(wakes_sleeping_members),
		cmocka_unit_test(ends_right_after_a_loop),
		cmocka_unit_test(flushes_denormals_only_while_it_works),
		cmocka_unit_test(refuses_impossible_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
