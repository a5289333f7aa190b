/* SPDX-License-Identifier: MIT */
/*
 * Listening sockets.  IPv4 comes first and settles the port; a machine without IPv6 does
 * without ::1.
 */
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "trilane/cleanup.h"
#include "trilane/fs.h"

#include "trilane/banned.h"

enum { BACKLOG = 128, TRIES = 16 };

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static bool parse_address(const char *text, uint16_t port, union address *a,
                          socklen_t *len)
{
	memset(a, 0, sizeof(*a));
	if (inet_pton(AF_INET, text, &a->v4.sin_addr) == 1) {
		a->v4.sin_family = AF_INET;
		a->v4.sin_port = htons(port);
		*len = sizeof(a->v4);
		return true;
	}
	if (inet_pton(AF_INET6, text, &a->v6.sin6_addr) == 1) {
		a->v6.sin6_family = AF_INET6;
		a->v6.sin6_port = htons(port);
		*len = sizeof(a->v6);
		return true;
	}
	return false;
}

static int fail(int errnum, const char *address, uint16_t port, struct error *err)
{
	if (errnum == EADDRINUSE)
		return error_set(err, ERROR_EXISTS,
		                 "port %u of %s is in use by another program", port,
		                 address);
	return error_set_errno(err, errnum, "cannot listen on port %u of %s", port,
	                       address);
}

static bool set_up(int fd, const union address *a, socklen_t len)
{
	int on = 1;

	fs_set_cloexec(fd);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (a->any.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	return fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && bind(fd, &a->any, len) == 0 &&
	       listen(fd, BACKLOG) == 0;
}

static uint16_t port_of(int fd)
{
	union address a;
	socklen_t len = sizeof(a);

	memset(&a, 0, sizeof(a));
	getsockname(fd, &a.any, &len);
	return ntohs(a.any.sa_family == AF_INET6 ? a.v6.sin6_port : a.v4.sin_port);
}

static int add(struct listeners *l, const char *address, uint16_t port, struct error *err)
{
	CLEANUP_CLOSE int fd = -1;
	union address a;
	socklen_t len;

	if (!parse_address(address, port, &a, &len))
		return error_set(err, ERROR_INVALID, "the address is not numeric");
	fd = socket(a.any.sa_family, SOCK_STREAM, 0);
	if (fd < 0)
		return error_set_errno(err, errno, "cannot make a socket for %s",
		                       address);
	if (!set_up(fd, &a, len))
		return fail(errno, address, port, err);
	l->port = port_of(fd);
	l->fds[l->count++] = move_fd(&fd);
	return 0;
}

/* Both loopback addresses; ERROR_EXISTS if either has the port taken. */
static int add_loopback(struct listeners *l, uint16_t port, struct error *err)
{
	struct error ignored = ERROR_INIT;
	int rc = add(l, "127.0.0.1", port, err);

	if (rc)
		return rc;
	rc = add(l, "::1", l->port, &ignored);
	if (rc == ERROR_EXISTS) {
		listeners_close(l);
		if (err)
			*err = ignored;
		return rc;
	}
	return 0;
}

int listeners_open(struct listeners *l, const char *bind_address, uint16_t port,
                   struct error *err)
{
	struct error last = ERROR_INIT;
	int rc = ERROR_FAILED;

	l->count = 0;
	if (bind_address)
		return add(l, bind_address, port, err);
	for (int i = 0; i < (port ? 1 : TRIES); i++) {
		rc = add_loopback(l, port, &last);
		if (rc != ERROR_EXISTS)
			break;
	}
	if (rc && err)
		*err = last;
	return rc;
}

void listeners_close(struct listeners *l)
{
	for (int i = 0; i < l->count; i++)
		close(l->fds[i]);
	l->count = 0;
}
