/* SPDX-License-Identifier: MIT */
/*
 * Answers that are held back: who guesses tokens waits for each, and nobody else does,
 * because the connection is suspended and its thread goes on.  The gate's clock ends the
 * waiting, so it is a second or two.
 */
#ifndef TRILANE_HTTP_DELAY_H
#define TRILANE_HTTP_DELAY_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "trilane/http.h"

struct MHD_Connection;

struct delays {
	pthread_mutex_t lock;
	struct {
		struct MHD_Connection *connection;
		uint64_t due_ns;
	} items[HTTP_CONNECTIONS];
	unsigned count;
	bool stopping;
};

void delays_init(struct delays *d);
void delays_release(struct delays *d);
/* Suspends CONNECTION, whose handler is called again when it is due; false if it cannot
 * wait, and is to be answered now. */
bool delays_add(struct delays *d, struct MHD_Connection *connection);
void delays_tick(struct delays *d); /* resumes what is due */
void delays_stop(struct delays *d); /* resumes all, and takes no more */

#endif
