/* SPDX-License-Identifier: MIT */
/*
 * The gate's loop: poll(2) over the listeners, a pipe for wake-ups and the connections
 * that have no whole head yet, or not the whole of a small body.
 *
 * Peeked bytes stay in the socket, so poll would report them for ever; SO_RCVLOWAT puts
 * the mark one byte above what has been seen.  Where a system ignores it, the connection
 * rests for QUIET_MS between looks.
 */
#include "gate.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chunks.h"
#include "head.h"
#include "problem.h"
#include "response.h"
#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/fs.h"
#include "trilane/log.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum {
	PEEK_SIZE = HTTP_TARGET_MAX + HTTP_HEAD_MAX + 1024,
	FIXED = 1 + LISTEN_MAX, /* poll slots before the connections' */
	QUIET_MS = 40,
	QUIET_LOOKS = 3, /* without news, and then the client has closed its side */
	LINGER_S = 2,
	PAUSE_MS = 200, /* of accepting, when there are no descriptors left */
	ACCEPT_BURST = 64,
};

struct pending {
	int fd;
	size_t seen;    /* bytes peeked at so far */
	unsigned looks; /* without news */
	uint64_t quiet_until_ns;
	uint64_t deadline_ns;
	bool lingering; /* refused: only waits for the client to close */
	struct sockaddr_storage address;
	socklen_t address_len;
};

struct gate {
	struct listeners listeners;
	struct gate_ops ops;
	bool raw;
	int wake[2];
	atomic_bool stopping;
	pthread_t thread;
	struct pending *pending;
	size_t count;
	struct pollfd *polls; /* FIXED + HTTP_PENDING */
	uint64_t paused_until_ns;
	uint64_t ticked_ns;
	bool ticking; /* somebody has connections or streams to look after */
	bool passed;  /* a connection since the last tick, which may not be counted yet */
	bool complained; /* about descriptors */
	char peek[PEEK_SIZE];
};

/* --- one connection --------------------------------------------------------------- */

static void drop(struct gate *g, size_t i)
{
	if (g->pending[i].fd >= 0)
		close(g->pending[i].fd);
	g->pending[i] = g->pending[--g->count];
}

/* Sends the problem and waits a little for the client to take it: a close with unread
 * bytes behind would reset the connection under it. */
static void refuse(struct pending *p, unsigned status)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	ssize_t n;

	problem_plain(&response, status);
	if (status == 503)
		http_response_field(&response, "Retry-After", "5");
	response_text(&response, &text);
	http_response_release(&response);
	n = send(p->fd, text.data, text.len, MSG_DONTWAIT);
	if (n >= 0)
		shutdown(p->fd, SHUT_WR);
	p->lingering = true;
	p->quiet_until_ns = 0;
	p->deadline_ns = clock_monotonic_ns() + LINGER_S * NS_PER_S;
}

static void set_low_water(int fd, size_t bytes)
{
	int mark = (int)bytes;

	setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &mark, sizeof(mark));
}

/* Gives the connection away; true if it is gone from here. */
static bool pass(struct gate *g, struct pending *p)
{
	unsigned status;

	set_low_water(p->fd, 1);
	status = g->ops.pass(g->ops.context, p->fd, (struct sockaddr *)&p->address,
	                     p->address_len);
	if (status == 0) {
		p->fd = -1;
		g->ticking = g->passed = true;
		return true;
	}
	refuse(p, status);
	return false;
}

/* Reads and forgets what a refused client still sends; true when it has closed. */
static bool linger(struct gate *g, struct pending *p)
{
	for (int i = 0; i < 16; i++) {
		ssize_t n = recv(p->fd, g->peek, sizeof(g->peek), MSG_DONTWAIT);

		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return true;
		if (n < 0)
			return false;
	}
	return false;
}

/* Nothing new where poll saw something: the low-water mark does not work here, or the
 * client has closed its side of the connection before the head's end. */
static void look_again_later(struct pending *p)
{
	if (++p->looks > QUIET_LOOKS)
		refuse(p, 400);
	else
		p->quiet_until_ns = clock_monotonic_ns() + QUIET_MS * NS_PER_MS;
}

/* The body behind HEAD, of which the N bytes are there. */
static unsigned check_body(const struct head *head, const char *bytes, size_t n)
{
	if (head->chunked)
		return chunks_check(bytes, n);
	return n < head->length ? HEAD_MORE : HEAD_GOOD;
}

/* As much of the request as can be seen from here: a body that is longer is left to
 * libmicrohttpd, and one that waits for leave to come. */
static unsigned check(const char *bytes, size_t n)
{
	struct head head = {.size = 0};
	unsigned status = head_check(bytes, n, &head);

	if (status == HEAD_MORE && n == PEEK_SIZE)
		return 431;
	if (status != HEAD_GOOD || head.expect || head.length > PEEK_SIZE - head.size)
		return status;
	status = check_body(&head, bytes + head.size, n - head.size);
	return status == HEAD_MORE && n == PEEK_SIZE ? HEAD_GOOD : status;
}

/* Looks at what has arrived; true if the entry is done with. */
static bool look(struct gate *g, struct pending *p)
{
	ssize_t n = recv(p->fd, g->peek, sizeof(g->peek), MSG_PEEK | MSG_DONTWAIT);
	unsigned status;

	if (n < 0)
		return errno != EAGAIN && errno != EINTR;
	if (n == 0)
		return true;
	if ((size_t)n == p->seen) {
		look_again_later(p);
		return false;
	}
	p->seen = (size_t)n;
	p->looks = 0;
	status = check(g->peek, (size_t)n);
	if (status == HEAD_GOOD)
		return pass(g, p);
	if (status == HEAD_MORE)
		set_low_water(p->fd, p->seen + 1);
	else
		refuse(p, status);
	return false;
}

/* --- accepting -------------------------------------------------------------------- */

static void prepare(int fd)
{
	int on = 1;

	fs_set_cloexec(fd);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

/* With all places taken the one that has waited longest goes. */
static void make_room(struct gate *g)
{
	size_t oldest = 0;

	if (g->count < HTTP_PENDING)
		return;
	for (size_t i = 1; i < g->count; i++)
		if (g->pending[i].deadline_ns < g->pending[oldest].deadline_ns)
			oldest = i;
	drop(g, oldest);
}

static void enter(struct gate *g, int fd, const struct sockaddr_storage *address,
                  socklen_t len)
{
	struct pending *p;

	prepare(fd);
	make_room(g);
	p = &g->pending[g->count++];
	memset(p, 0, sizeof(*p));
	p->fd = fd;
	p->deadline_ns = clock_monotonic_ns() + HTTP_HEAD_S * NS_PER_S;
	p->address = *address;
	p->address_len = len;
	if (g->raw ? pass(g, p) : look(g, p))
		drop(g, g->count - 1);
}

static bool out_of_descriptors(int errnum)
{
	return errnum == EMFILE || errnum == ENFILE || errnum == ENOBUFS ||
	       errnum == ENOMEM;
}

static void accept_some(struct gate *g, int listener)
{
	for (int i = 0; i < ACCEPT_BURST; i++) {
		struct sockaddr_storage address;
		socklen_t len = sizeof(address);
		int fd = accept(listener, (struct sockaddr *)&address, &len);

		if (fd >= 0) {
			enter(g, fd, &address, len);
			continue;
		}
		if (out_of_descriptors(errno)) {
			if (!g->complained)
				log_warning("no descriptors left for new connections");
			g->complained = true;
			g->paused_until_ns = clock_monotonic_ns() + PAUSE_MS * NS_PER_MS;
		}
		return;
	}
}

/* --- the loop --------------------------------------------------------------------- */

static nfds_t fill_polls(struct gate *g, uint64_t now)
{
	bool paused = now < g->paused_until_ns;

	g->polls[0] = (struct pollfd){.fd = g->wake[0], .events = POLLIN};
	for (int i = 0; i < LISTEN_MAX; i++)
		g->polls[1 + i] = (struct pollfd){
			.fd = !paused && i < g->listeners.count ? g->listeners.fds[i]
		                                                : -1,
			.events = POLLIN,
		};
	for (size_t i = 0; i < g->count; i++)
		g->polls[FIXED + i] = (struct pollfd){
			.fd = now < g->pending[i].quiet_until_ns ? -1 : g->pending[i].fd,
			.events = POLLIN,
		};
	return (nfds_t)(FIXED + g->count);
}

/* Milliseconds until the clock has something to do; -1: never. */
static int timeout_ms(const struct gate *g, uint64_t now)
{
	if (now < g->paused_until_ns)
		return PAUSE_MS;
	for (size_t i = 0; i < g->count; i++)
		if (now < g->pending[i].quiet_until_ns)
			return QUIET_MS;
	return g->count > 0 || g->ticking ? 1000 : -1;
}

static void drain_wakes(struct gate *g)
{
	char bytes[64];

	while (read(g->wake[0], bytes, sizeof(bytes)) > 0)
		;
	g->ops.wake(g->ops.context);
}

/* Backwards, because drop() moves the last one into the gap. */
static void serve_pending(struct gate *g, size_t polled)
{
	for (size_t i = polled; i-- > 0;) {
		struct pending *p = &g->pending[i];

		if (g->polls[FIXED + i].revents == 0)
			continue;
		if (p->lingering ? linger(g, p) : look(g, p))
			drop(g, i);
	}
}

static void expire_pending(struct gate *g, uint64_t now)
{
	for (size_t i = g->count; i-- > 0;) {
		struct pending *p = &g->pending[i];

		if (now < p->deadline_ns)
			continue;
		if (p->lingering || p->seen == 0)
			drop(g, i);
		else
			refuse(p, 408);
	}
}

static void tick(struct gate *g, uint64_t now)
{
	expire_pending(g, now);
	if (now - g->ticked_ns < NS_PER_S)
		return;
	g->ticked_ns = now;
	g->ticking = g->ops.tick(g->ops.context) || g->passed;
	g->passed = false;
}

static void *loop(void *context)
{
	struct gate *g = context;

	while (!atomic_load(&g->stopping)) {
		uint64_t now = clock_monotonic_ns();
		size_t polled = g->count;
		nfds_t n = fill_polls(g, now);

		if (poll(g->polls, n, timeout_ms(g, now)) > 0) {
			serve_pending(g, polled);
			if (g->polls[0].revents)
				drain_wakes(g);
			for (int i = 0; i < LISTEN_MAX; i++)
				if (g->polls[1 + i].revents)
					accept_some(g, g->polls[1 + i].fd);
		}
		tick(g, clock_monotonic_ns());
	}
	return NULL;
}

/* --- life ------------------------------------------------------------------------- */

static void close_all(struct gate *g)
{
	while (g->count > 0)
		drop(g, g->count - 1);
	listeners_close(&g->listeners);
	if (g->wake[0] >= 0) {
		close(g->wake[0]);
		close(g->wake[1]);
	}
	free(g->pending);
	free(g->polls);
	free(g);
}

static bool open_pipe(int fds[2])
{
	if (pipe(fds) != 0) {
		fds[0] = fds[1] = -1;
		return false;
	}
	for (int i = 0; i < 2; i++) {
		fs_set_cloexec(fds[i]);
		fcntl(fds[i], F_SETFL, O_NONBLOCK);
	}
	return true;
}

int gate_new(const struct listeners *listeners, const struct gate_ops *ops, bool raw,
             struct gate **out, struct error *err)
{
	struct gate *g = xcalloc(1, sizeof(*g));
	int rc;

	g->listeners = *listeners;
	g->ops = *ops;
	g->raw = raw;
	g->pending = xcalloc(HTTP_PENDING, sizeof(*g->pending));
	g->polls = xcalloc(FIXED + HTTP_PENDING, sizeof(*g->polls));
	atomic_init(&g->stopping, false);
	if (!open_pipe(g->wake)) {
		rc = error_set_errno(err, errno, "cannot make a pipe");
		close_all(g);
		return rc;
	}
	rc = pthread_create(&g->thread, NULL, loop, g);
	if (rc) {
		rc = error_set_errno(err, rc, "cannot start a thread");
		close_all(g);
		return rc;
	}
	*out = g;
	return 0;
}

void gate_wake(struct gate *g)
{
	ssize_t n = write(g->wake[1], "", 1);

	(void)n; /* a full pipe wakes just as well */
}

void gate_free(struct gate *g)
{
	atomic_store(&g->stopping, true);
	gate_wake(g);
	pthread_join(g->thread, NULL);
	close_all(g);
}
