/* SPDX-License-Identifier: MIT */
/*
 * The team: two words that threads wait on.  `started` counts runs; a member waits for it
 * to change and works.  `passed` counts barriers, the last of a run being its end.  Both
 * waits have the same three stages; who changes a word looks for sleepers afterwards.
 */
#include "team.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "processor.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum { SPINS = 2000, YIELDS = 200 };

struct team {
	unsigned members;
	atomic_uint started, passed;
	atomic_uint arrived; /* at the barrier ahead */
	atomic_uint sleepers;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	void (*work)(void *context, unsigned member); /* NULL: end */
	void *context;
	struct member {
		struct team *team;
		unsigned number;
		pthread_t thread;
	} member[];
};

static void wait_change(struct team *t, atomic_uint *word, unsigned old)
{
	for (unsigned i = 0; i < SPINS; i++) {
		if (atomic_load_explicit(word, memory_order_acquire) != old)
			return;
		processor_pause();
	}
	for (unsigned i = 0; i < YIELDS; i++) {
		if (atomic_load_explicit(word, memory_order_acquire) != old)
			return;
		sched_yield();
	}
	pthread_mutex_lock(&t->lock);
	atomic_fetch_add(&t->sleepers, 1);
	while (atomic_load(word) == old)
		pthread_cond_wait(&t->changed, &t->lock);
	atomic_fetch_sub(&t->sleepers, 1);
	pthread_mutex_unlock(&t->lock);
}

static void change(struct team *t, atomic_uint *word)
{
	atomic_fetch_add(word, 1);
	if (!atomic_load(&t->sleepers))
		return;
	pthread_mutex_lock(&t->lock);
	pthread_cond_broadcast(&t->changed);
	pthread_mutex_unlock(&t->lock);
}

void team_barrier(struct team *t)
{
	unsigned passed = atomic_load_explicit(&t->passed, memory_order_relaxed);

	if (t->members == 1)
		return;
	if (atomic_fetch_add(&t->arrived, 1) + 1 < t->members) {
		wait_change(t, &t->passed, passed);
		return;
	}
	atomic_store_explicit(&t->arrived, 0, memory_order_relaxed);
	change(t, &t->passed);
}

static void *member_main(void *argument)
{
	struct member *m = argument;
	struct team *t = m->team;

	system_thread_started();
	processor_flush_to_zero();
	for (unsigned run = 0;; run++) {
		wait_change(t, &t->started, run);
		if (!t->work)
			return NULL;
		t->work(t->context, m->number);
		team_barrier(t);
	}
}

void team_run(struct team *t, void (*work)(void *context, unsigned member), void *context)
{
	uint64_t mode = processor_flush_to_zero();

	t->work = work;
	t->context = context;
	if (t->members > 1)
		change(t, &t->started);
	work(context, 0);
	team_barrier(t);
	processor_restore(mode);
}

int team_new(unsigned members, struct team **out, struct error *err)
{
	struct team *t;
	int errnum = 0;

	if (!members || members > TEAM_MAX)
		return error_set(err, ERROR_INVALID, "%u threads: 1 to %d are possible",
		                 members, TEAM_MAX);
	t = xcalloc(1, sizeof(*t) + members * sizeof(t->member[0]));
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
	t->work = NULL;
	change(t, &t->started);
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

void team_part(const struct team *t, unsigned member, unsigned count, unsigned *begin,
               unsigned *end)
{
	*begin = (unsigned)((size_t)count * member / t->members);
	*end = (unsigned)((size_t)count * (member + 1) / t->members);
}
