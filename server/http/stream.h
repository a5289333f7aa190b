/* SPDX-License-Identifier: MIT */
/*
 * Event streams (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 *
 * A stream with nothing to say is suspended: it costs no thread and no poll.  The gate's
 * thread resumes all of them when events have come or a ping is due.
 */
#ifndef TRILANE_HTTP_STREAM_H
#define TRILANE_HTTP_STREAM_H

#include <pthread.h>

#include "trilane/http.h"

struct MHD_Connection;
struct MHD_Response;
struct stream;

struct streams {
	pthread_mutex_t lock;
	struct stream *items[HTTP_STREAMS]; /* NULL: free */
	unsigned count;
	bool stopping;
};

void streams_init(struct streams *s);
void streams_release(struct streams *s);
/* The libmicrohttpd response that carries SOURCE on CONNECTION; NULL when HTTP_STREAMS
 * are open already. */
struct MHD_Response *streams_open(struct streams *s, const struct http_stream *source,
                                  struct MHD_Connection *connection);
void streams_wake(struct streams *s); /* there may be events */
void streams_ping(struct streams *s); /* wakes those that have been silent too long */
void streams_stop(struct streams *s); /* from now on every stream ends */

#endif
