/* SPDX-License-Identifier: MIT */
/*
 * Event streams.  The reader decides under the lock whether there is something to send;
 * if not it suspends before it lets go, so a wake-up cannot fall between the two.
 * Resuming happens outside the lock: a suspended connection stays alive until then, and
 * libmicrohttpd may hold its own lock when it frees a stream.
 */
#include "stream.h"

#include <microhttpd.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "trilane/clock.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum { BLOCK = 4096, PENDING_MAX = 64 * 1024 };

struct stream {
	struct streams *owner;
	struct http_stream source;
	struct MHD_Connection *connection;
	int fd; /* borrowed, to see whether the client is there */
	bool suspended;
	bool due;         /* has to say something, if only a ping */
	bool half_closed; /* the client has closed its side, and been tried once */
	bool gone;
	struct str pending;
	size_t sent; /* of PENDING */
	uint64_t spoke_ns;
};

void streams_init(struct streams *s)
{
	memset(s, 0, sizeof(*s));
	pthread_mutex_init(&s->lock, NULL);
}

void streams_release(struct streams *s)
{
	pthread_mutex_destroy(&s->lock);
}

/* Fills PENDING with the next events, or a ping if it is time for one. */
static void fill(struct stream *stream)
{
	struct http_stream *source = &stream->source;

	str_clear(&stream->pending);
	stream->sent = 0;
	while (stream->pending.len < BLOCK &&
	       source->next(source->context, &source->position, &stream->pending))
		;
	if (stream->pending.len == 0 && stream->due)
		str_add(&stream->pending, ": ping\n\n");
	stream->due = false;
	if (stream->pending.len > 0)
		stream->spoke_ns = clock_monotonic_ns();
}

static ssize_t read_locked(struct stream *stream, char *buffer, size_t size)
{
	size_t n;

	if (stream->gone)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (stream->owner->stopping || str_failed(&stream->pending))
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (stream->sent == stream->pending.len)
		fill(stream);
	n = stream->pending.len - stream->sent;
	if (n == 0) {
		stream->suspended = true;
		MHD_suspend_connection(stream->connection);
		return 0;
	}
	if (n > size)
		n = size;
	memcpy(buffer, stream->pending.data + stream->sent, n);
	stream->sent += n;
	return (ssize_t)n;
}

static ssize_t reader(void *cls, uint64_t position, char *buffer, size_t size)
{
	struct stream *stream = cls;
	ssize_t n;

	(void)position;
	pthread_mutex_lock(&stream->owner->lock);
	n = read_locked(stream, buffer, size);
	pthread_mutex_unlock(&stream->owner->lock);
	return n;
}

static void release(void *cls)
{
	struct stream *stream = cls;
	struct streams *s = stream->owner;

	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < HTTP_STREAMS; i++)
		if (s->items[i] == stream)
			s->items[i] = NULL;
	s->count--;
	pthread_mutex_unlock(&s->lock);
	str_release(&stream->pending);
	free(stream);
}

static bool enter(struct streams *s, struct stream *stream)
{
	bool entered = false;

	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < HTTP_STREAMS && !entered; i++)
		if (!s->items[i]) {
			s->items[i] = stream;
			s->count++;
			entered = true;
		}
	pthread_mutex_unlock(&s->lock);
	return entered;
}

struct MHD_Response *streams_open(struct streams *s, const struct http_stream *source,
                                  struct MHD_Connection *connection)
{
	struct stream *stream = xcalloc(1, sizeof(*stream));
	struct MHD_Response *response;

	stream->owner = s;
	stream->source = *source;
	stream->connection = connection;
	stream->fd =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
			->connect_fd;
	stream->pending = (struct str)STR_INIT_LIMIT(PENDING_MAX);
	stream->spoke_ns = clock_monotonic_ns();
	str_add(&stream->pending, "retry: 2000\n\n");
	if (!enter(s, stream)) {
		str_release(&stream->pending);
		free(stream);
		return NULL;
	}
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, reader,
	                                             stream, release);
	if (!response)
		release(stream);
	return response;
}

/*
 * Nobody polls a suspended connection, so a client that has left is looked for here.  One
 * that has only closed its side may still read: it is sent a ping, once, and if it is not
 * there the answer to that is a reset.
 */
static void look_after(struct stream *stream, uint64_t now)
{
	struct pollfd p = {.fd = stream->fd};
	char byte;
	ssize_t n;

	/* Behind the client's end recv() gives 0 for ever; a reset shows in poll(). */
	poll(&p, 1, 0);
	if (p.revents & (POLLERR | POLLHUP))
		stream->gone = true;
	n = recv(stream->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	if (n == 0 && !stream->half_closed)
		stream->half_closed = stream->due = true;
	if (now - stream->spoke_ns >= HTTP_PING_S * NS_PER_S)
		stream->due = true;
}

/* Resumes all that are suspended, or only those that have something to do. */
static void resume(struct streams *s, bool all)
{
	struct MHD_Connection *resumed[HTTP_STREAMS];
	uint64_t now = clock_monotonic_ns();
	size_t count = 0;

	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < HTTP_STREAMS; i++) {
		struct stream *stream = s->items[i];

		if (!stream || !stream->suspended)
			continue;
		look_after(stream, now);
		if (!all && !stream->due && !stream->gone)
			continue;
		stream->suspended = false;
		resumed[count++] = stream->connection;
	}
	pthread_mutex_unlock(&s->lock);
	for (size_t i = 0; i < count; i++)
		MHD_resume_connection(resumed[i]);
}

void streams_wake(struct streams *s)
{
	resume(s, true);
}

void streams_ping(struct streams *s)
{
	resume(s, false);
}

void streams_stop(struct streams *s)
{
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	pthread_mutex_unlock(&s->lock);
	streams_wake(s);
}
