/* SPDX-License-Identifier: MIT */
/*
 * Held answers.  A suspended connection stays until it is resumed, so its pointer is good
 * as long as it is listed here; it is resumed outside the lock (see stream.c).
 */
#include "delay.h"

#include <microhttpd.h>
#include <string.h>

#include "trilane/clock.h"

#include "trilane/banned.h"

#define DELAY_NS NS_PER_S

void delays_init(struct delays *d)
{
	memset(d, 0, sizeof(*d));
	pthread_mutex_init(&d->lock, NULL);
}

void delays_release(struct delays *d)
{
	pthread_mutex_destroy(&d->lock);
}

bool delays_add(struct delays *d, struct MHD_Connection *connection)
{
	bool added = false;

	pthread_mutex_lock(&d->lock);
	if (!d->stopping && d->count < HTTP_CONNECTIONS) {
		d->items[d->count].connection = connection;
		d->items[d->count++].due_ns = clock_monotonic_ns() + DELAY_NS;
		MHD_suspend_connection(connection);
		added = true;
	}
	pthread_mutex_unlock(&d->lock);
	return added;
}

static void resume(struct delays *d, uint64_t now_ns)
{
	struct MHD_Connection *due[HTTP_CONNECTIONS];
	unsigned count = 0, kept = 0;

	pthread_mutex_lock(&d->lock);
	for (unsigned i = 0; i < d->count; i++) {
		if (d->items[i].due_ns <= now_ns)
			due[count++] = d->items[i].connection;
		else
			d->items[kept++] = d->items[i];
	}
	d->count = kept;
	pthread_mutex_unlock(&d->lock);
	for (unsigned i = 0; i < count; i++)
		MHD_resume_connection(due[i]);
}

void delays_tick(struct delays *d)
{
	resume(d, clock_monotonic_ns());
}

void delays_stop(struct delays *d)
{
	pthread_mutex_lock(&d->lock);
	d->stopping = true;
	pthread_mutex_unlock(&d->lock);
	resume(d, UINT64_MAX);
}
