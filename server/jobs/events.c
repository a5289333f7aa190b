/* SPDX-License-Identifier: MIT */
/*
 * The ring of events and their form on the wire (Server-Sent Events,
 * https://html.spec.whatwg.org/multipage/server-sent-events.html).
 */
#include "events.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trilane/banned.h"

void event_ring_add(struct event_ring *r, const char *type, char *data)
{
	if (!data || strlen(data) > EVENT_SIZE_MAX) {
		free(data);
		return;
	}
	struct ring_event *e = &r->events[++r->last % EVENTS_KEPT];
	free(e->data);
	e->id = r->last;
	e->data = data;
	snprintf(e->type, sizeof(e->type), "%s", type);
}

bool event_ring_next(const struct event_ring *r, uint64_t *after, struct str *out)
{
	/* A reader from another life of the program has an id from the future. */
	if (*after > r->last)
		*after = r->last;
	uint64_t next = *after + 1;
	if (r->last >= EVENTS_KEPT && next <= r->last - EVENTS_KEPT)
		next = r->last - EVENTS_KEPT + 1;
	if (next > r->last)
		return false;
	const struct ring_event *e = &r->events[next % EVENTS_KEPT];
	str_addf(out, "id: %" PRIu64 "\nevent: %s\ndata: %s\n\n", e->id, e->type,
	         e->data);
	*after = next;
	return true;
}

void event_ring_release(struct event_ring *r)
{
	for (size_t i = 0; i < EVENTS_KEPT; i++)
		free(r->events[i].data);
}
