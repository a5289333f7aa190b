/* SPDX-License-Identifier: MIT */
/*
 * The ring of events: the newest EVENTS_KEPT, each at most EVENT_SIZE_MAX bytes, so that
 * a stream that was cut off can go on where it stopped, within a bounded memory.
 * Not locked: the queue's lock protects it.
 */
#ifndef TRILANE_JOBS_EVENTS_H
#define TRILANE_JOBS_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "trilane/str.h"

enum { EVENTS_KEPT = 512, EVENT_SIZE_MAX = 16 * 1024, EVENT_TYPE_SIZE = 24 };

struct ring_event {
	uint64_t id;
	char type[EVENT_TYPE_SIZE];
	char *data;
};

struct event_ring {
	struct ring_event events[EVENTS_KEPT]; /* event N lives at N % EVENTS_KEPT */
	uint64_t last;                         /* id of the newest; 0: none yet */
};

/* Takes DATA, compact JSON in one line; one that is too long is dropped. */
void event_ring_add(struct event_ring *r, const char *type, char *data);
/* As jobs_next_event(). */
bool event_ring_next(const struct event_ring *r, uint64_t *after, struct str *out);
void event_ring_release(struct event_ring *r);

#endif
