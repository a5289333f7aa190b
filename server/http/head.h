/* SPDX-License-Identifier: MIT */
/*
 * The head of a request as bytes on the wire, judged before libmicrohttpd reads it.
 *
 * libmicrohttpd is lenient with syntax, and closes the connection or sends a bare page
 * where it is not.  So the first head of every connection is read here, strictly
 * (RFC 9112), and what is refused gets the same problem document as everything else.
 */
#ifndef TRILANE_HTTP_HEAD_H
#define TRILANE_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HEAD_MORE = 0, HEAD_GOOD = 200 };

struct head {
	size_t size;     /* of the head, in bytes */
	bool chunked;    /* the body that follows */
	bool expect;     /* it follows only when it is asked for */
	uint64_t length; /* of the body, if it is not chunked */
};

/* Looks at the N bytes that have arrived: HEAD_GOOD for a whole and well-formed head,
 * HEAD_MORE if it may become one, else the status to refuse it with. */
unsigned head_check(const char *bytes, size_t n, struct head *head);

#endif
