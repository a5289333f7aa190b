/* SPDX-License-Identifier: MIT */
/*
 * The team.  Each loop is a phase with a number.  A member's ticket holds, in one word
 * that is changed by compare and exchange, the phase and which items of its part are not
 * begun: a member that comes late finds tickets of another phase and takes nothing.  The
 * loop is over when as many items are done as there are, whoever did them.
 */
#include "team.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "processor.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum { SPINS = 2000, YIELDS = 200, ITEMS_MAX = 65535, LINE = 64 };

struct member {
	_Alignas(LINE) _Atomic uint64_t ticket; /* phase, end, next: 32, 16, 16 bits */
	struct team *team;
	unsigned number;
	pthread_t thread;
};

struct team {
	unsigned members;
	atomic_uint phase;
	atomic_uint done; /* items of the phase */
	/* Of the phase; changed only between two. */
	_Atomic(team_work *) work;
	_Atomic(void *) context;
	atomic_uint count, grain;

	atomic_bool ending;
	atomic_uint sleepers;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct member member[];
};

/* Has WORD become VALUE, or something else than VALUE? */
static bool reached(atomic_uint *word, unsigned value, bool equal)
{
	return (atomic_load(word) == value) == equal;
}

static void wait_until(struct team *t, atomic_uint *word, unsigned value, bool equal)
{
	for (unsigned i = 0; i < SPINS; i++) {
		if (reached(word, value, equal))
			return;
		processor_pause();
	}
	for (unsigned i = 0; i < YIELDS; i++) {
		if (reached(word, value, equal))
			return;
		sched_yield();
	}
	pthread_mutex_lock(&t->lock);
	atomic_fetch_add(&t->sleepers, 1);
	while (!reached(word, value, equal))
		pthread_cond_wait(&t->changed, &t->lock);
	atomic_fetch_sub(&t->sleepers, 1);
	pthread_mutex_unlock(&t->lock);
}

/* To be called after a word was changed that somebody may wait for. */
static void wake(struct team *t)
{
	if (!atomic_load(&t->sleepers))
		return;
	pthread_mutex_lock(&t->lock);
	pthread_cond_broadcast(&t->changed);
	pthread_mutex_unlock(&t->lock);
}

static uint64_t ticket_of(unsigned phase, unsigned next, unsigned end)
{
	return (uint64_t)phase << 32 | (uint64_t)end << 16 | next;
}

/* The next item of a member's part. */
static bool take(struct member *m, unsigned phase, unsigned *item)
{
	uint64_t ticket = atomic_load(&m->ticket);

	do {
		unsigned end = (unsigned)(ticket >> 16) & 0xffff;
		*item = (unsigned)ticket & 0xffff;
		if (ticket >> 32 != phase || *item >= end)
			return false;
	} while (!atomic_compare_exchange_weak(&m->ticket, &ticket, ticket + 1));
	return true;
}

static unsigned count_items(unsigned count, unsigned grain)
{
	return count / grain + (count % grain != 0);
}

static void do_item(struct team *t, unsigned member, unsigned item)
{
	unsigned count = atomic_load(&t->count), grain = atomic_load(&t->grain);
	unsigned begin = item * grain;
	unsigned end = count - begin < grain ? count : begin + grain;
	team_work *work = atomic_load(&t->work);

	work(atomic_load(&t->context), member, begin, end);
	if (atomic_fetch_add(&t->done, 1) + 1 == count_items(count, grain))
		wake(t);
}

/* What is left of a phase: own items first, then others'. */
static void help(struct team *t, unsigned member, unsigned phase)
{
	unsigned item;

	for (unsigned i = 0; i < t->members; i++) {
		struct member *from = &t->member[(member + i) % t->members];
		while (take(from, phase, &item))
			do_item(t, member, item);
	}
}

static void *member_main(void *argument)
{
	struct member *m = argument;
	struct team *t = m->team;
	unsigned phase = 0;

	system_thread_started();
	processor_flush_to_zero();
	for (;;) {
		wait_until(t, &t->phase, phase, false);
		/* In this order: what ends the team is set before the last phase. */
		phase = atomic_load(&t->phase);
		if (atomic_load(&t->ending))
			return NULL;
		help(t, m->number, phase);
	}
}

void team_for(struct team *t, unsigned count, unsigned grain, team_work *work,
              void *context)
{
	uint64_t mode = processor_flush_to_zero();
	unsigned phase = atomic_load(&t->phase) + 1;

	if (count_items(count, grain) > ITEMS_MAX)
		grain = count / ITEMS_MAX + 1;
	unsigned items = count_items(count, grain);
	atomic_store(&t->work, work);
	atomic_store(&t->context, context);
	atomic_store(&t->count, count);
	atomic_store(&t->grain, grain);
	atomic_store(&t->done, 0);
	for (unsigned m = 0; m < t->members; m++)
		atomic_store(&t->member[m].ticket,
		             ticket_of(phase, items * m / t->members,
		                       items * (m + 1) / t->members));
	atomic_store(&t->phase, phase);
	wake(t);
	help(t, 0, phase);
	wait_until(t, &t->done, items, true);
	processor_restore(mode);
}

static struct team *allocate(unsigned members)
{
	size_t size = sizeof(struct team) + members * sizeof(struct member);
	void *p = NULL;

	if (posix_memalign(&p, LINE, size))
		return NULL;
	return memset(p, 0, size);
}

int team_new(unsigned members, struct team **out, struct error *err)
{
	struct team *t;
	int errnum = 0;

	if (!members || members > TEAM_MAX)
		return error_set(err, ERROR_INVALID, "%u threads: 1 to %d are possible",
		                 members, TEAM_MAX);
	t = allocate(members);
	if (!t)
		return error_set(err, ERROR_NO_MEMORY, "no memory for %u threads",
		                 members);
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->changed, NULL);
	for (t->members = 1; t->members < members; t->members++) {
		struct member *m = &t->member[t->members];
		m->team = t;
		m->number = t->members;
		errnum = pthread_create(&m->thread, NULL, member_main, m);
		if (errnum)
			break;
	}
	if (errnum) {
		team_free(t);
		return error_set_errno(err, errnum, "cannot start %u threads", members);
	}
	system_thread_started();
	*out = t;
	return 0;
}

void team_free(struct team *t)
{
	if (!t)
		return;
	atomic_store(&t->ending, true);
	atomic_fetch_add(&t->phase, 1);
	wake(t);
	for (unsigned i = 1; i < t->members; i++)
		pthread_join(t->member[i].thread, NULL);
	pthread_cond_destroy(&t->changed);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

unsigned team_size(const struct team *t)
{
	return t->members;
}
