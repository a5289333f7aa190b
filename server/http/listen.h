/* SPDX-License-Identifier: MIT */
/* Listening sockets. */
#ifndef TRILANE_HTTP_LISTEN_H
#define TRILANE_HTTP_LISTEN_H

#include <stdint.h>

#include "trilane/error.h"

enum { LISTEN_MAX = 2 };

struct listeners {
	int fds[LISTEN_MAX];
	int count;
	uint16_t port;
};

/* Listens on BIND (a numeric address; NULL: 127.0.0.1, and ::1 where there is IPv6), all
 * on the same PORT (0: any).  ERROR_EXISTS when it is taken. */
int listeners_open(struct listeners *l, const char *bind_address, uint16_t port,
                   struct error *err);
void listeners_close(struct listeners *l);

#endif
