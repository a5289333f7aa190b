/* SPDX-License-Identifier: MIT */
/*
 * The registry.  Only shutdown(2) is called on a descriptor here, under the lock that
 * removal takes too: libmicrohttpd closes it after the removal, so the number cannot
 * have become another file meanwhile.
 */
#include "registry.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "trilane/clock.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

void registry_init(struct registry *r)
{
	pthread_mutex_init(&r->lock, NULL);
	r->first = NULL;
	r->count = 0;
}

void registry_release(struct registry *r)
{
	pthread_mutex_destroy(&r->lock);
}

struct connection *registry_add(struct registry *r, int fd)
{
	struct connection *c = xcalloc(1, sizeof(*c));

	c->fd = fd;
	c->last_words = (struct str)STR_INIT;
	atomic_init(&c->deadline_ns, REGISTRY_NEVER);
	atomic_init(&c->idle_since_ns, 0);
	pthread_mutex_lock(&r->lock);
	c->next = r->first;
	if (r->first)
		r->first->previous = c;
	r->first = c;
	r->count++;
	pthread_mutex_unlock(&r->lock);
	return c;
}

void registry_remove(struct registry *r, struct connection *c)
{
	pthread_mutex_lock(&r->lock);
	if (c->previous)
		c->previous->next = c->next;
	else
		r->first = c->next;
	if (c->next)
		c->next->previous = c->previous;
	r->count--;
	pthread_mutex_unlock(&r->lock);
	str_release(&c->last_words);
	free(c);
}

unsigned registry_count(struct registry *r)
{
	unsigned count;

	pthread_mutex_lock(&r->lock);
	count = r->count;
	pthread_mutex_unlock(&r->lock);
	return count;
}

/* Words that do not fit into the socket's buffer at once are not waited for. */
static void end(struct connection *c)
{
	if (c->last_words.len > 0) {
		ssize_t n =
			send(c->fd, c->last_words.data, c->last_words.len, MSG_DONTWAIT);

		(void)n;
		c->spoken = true;
		str_release(&c->last_words);
	}
	shutdown(c->fd, SHUT_RDWR);
}

void registry_expire(struct registry *r, uint64_t now_ns)
{
	pthread_mutex_lock(&r->lock);
	for (struct connection *c = r->first; c; c = c->next)
		if (atomic_load(&c->deadline_ns) <= now_ns)
			end(c);
	pthread_mutex_unlock(&r->lock);
}

void registry_end(struct registry *r, struct connection *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&r->lock);
	end(c);
	pthread_mutex_unlock(&r->lock);
}

void connection_last_words(struct registry *r, struct connection *c,
                           const struct str *answer)
{
	pthread_mutex_lock(&r->lock);
	str_clear(&c->last_words);
	str_add_n(&c->last_words, answer->data, answer->len);
	pthread_mutex_unlock(&r->lock);
}

bool connection_take_back(struct registry *r, struct connection *c)
{
	bool spoken;

	if (!c)
		return true;
	pthread_mutex_lock(&r->lock);
	str_release(&c->last_words);
	spoken = c->spoken;
	pthread_mutex_unlock(&r->lock);
	return !spoken;
}

bool registry_evict(struct registry *r)
{
	struct connection *oldest = NULL;
	uint64_t oldest_ns = UINT64_MAX;

	pthread_mutex_lock(&r->lock);
	for (struct connection *c = r->first; c; c = c->next) {
		uint64_t since = atomic_load(&c->idle_since_ns);

		if (since != 0 && since < oldest_ns) {
			oldest = c;
			oldest_ns = since;
		}
	}
	if (oldest) {
		atomic_store(&oldest->idle_since_ns, 0);
		shutdown(oldest->fd, SHUT_RDWR);
	}
	pthread_mutex_unlock(&r->lock);
	return oldest != NULL;
}

static uint64_t in_seconds(uint64_t seconds)
{
	if (seconds == REGISTRY_NEVER)
		return REGISTRY_NEVER;
	return clock_monotonic_ns() + seconds * NS_PER_S;
}

void connection_begin(struct connection *c, uint64_t seconds)
{
	if (!c)
		return;
	atomic_store(&c->idle_since_ns, 0);
	atomic_store(&c->deadline_ns, in_seconds(seconds));
}

void connection_idle(struct connection *c, uint64_t seconds)
{
	if (!c)
		return;
	atomic_store(&c->deadline_ns, in_seconds(seconds));
	atomic_store(&c->idle_since_ns, clock_monotonic_ns());
}
