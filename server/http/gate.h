/* SPDX-License-Identifier: MIT */
/*
 * The gate: accepts connections, waits for the first whole head, and passes on what is
 * well-formed.
 *
 * A connection costs a few bytes here until then, so that hundreds of dripping clients
 * take nothing from the others.  The gate only peeks: what it passes on still has
 * its bytes to read.  What it refuses gets a problem document and is closed gently.
 * One thread; it is also the server's clock (streams' pings, connections' deadlines).
 */
#ifndef TRILANE_HTTP_GATE_H
#define TRILANE_HTTP_GATE_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "listen.h"
#include "trilane/error.h"

struct gate;

struct gate_ops {
	/* Takes FD, a connection with a head to read; or returns the status to refuse
	 * it with (503). */
	unsigned (*pass)(void *context, int fd, const struct sockaddr *address,
	                 socklen_t len);
	void (*wake)(void *context); /* gate_wake() was called */
	bool (*tick)(void *context); /* once a second; false: nothing to look after */
	void *context;
};

/* Takes the sockets of LISTENERS.  With RAW nothing is peeked at (TLS). */
int gate_new(const struct listeners *listeners, const struct gate_ops *ops, bool raw,
             struct gate **out, struct error *err);
void gate_wake(struct gate *g); /* any thread; never blocks */
void gate_free(struct gate *g); /* stops and joins the thread, closes the sockets */

#endif
