/* SPDX-License-Identifier: MIT */
/*
 * The connections that libmicrohttpd has, each with a time by which it must have come to
 * the end of what it is doing.  libmicrohttpd's own timeout starts anew with every byte;
 * this one does not, so a client cannot hold a connection by dripping.
 */
#ifndef TRILANE_HTTP_REGISTRY_H
#define TRILANE_HTTP_REGISTRY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "trilane/str.h"

#define REGISTRY_NEVER UINT64_MAX

struct connection {
	int fd; /* borrowed; open as long as the connection is registered */
	_Atomic uint64_t deadline_ns;   /* on the monotonic clock */
	_Atomic uint64_t idle_since_ns; /* between requests; 0 while one is on its way */
	struct str last_words;          /* under the registry's lock */
	bool spoken;
	struct connection *previous, *next;
};

struct registry {
	pthread_mutex_t lock;
	struct connection *first;
	unsigned count;
};

void registry_init(struct registry *r);
void registry_release(struct registry *r);
struct connection *registry_add(struct registry *r, int fd);
void registry_remove(struct registry *r, struct connection *c);
unsigned registry_count(struct registry *r);
/* Shuts down what is over its time; libmicrohttpd then closes it. */
void registry_expire(struct registry *r, uint64_t now_ns);
/* Shuts down the connection that has been idle longest; false if none is. */
bool registry_evict(struct registry *r);
/* Shuts down one. */
void registry_end(struct registry *r, struct connection *c);
/*
 * What a client hears when its connection is shut down in the middle of a request: an
 * answer as bytes, copied.  Only while libmicrohttpd has nothing to say there.
 */
void connection_last_words(struct registry *r, struct connection *c,
                           const struct str *answer);
/* Before libmicrohttpd answers; false: the last words have been said. */
bool connection_take_back(struct registry *r, struct connection *c);
/* What the connection does next, and how long it may take; C may be NULL. */
void connection_begin(struct connection *c, uint64_t seconds);
void connection_idle(struct connection *c, uint64_t seconds);

#endif
