/* SPDX-License-Identifier: MIT */
/*
 * A chunked body (RFC 9112 7.1) as bytes on the wire, judged like the head before
 * libmicrohttpd reads it, and as strictly.
 */
#ifndef TRILANE_HTTP_CHUNKS_H
#define TRILANE_HTTP_CHUNKS_H

#include <stddef.h>

/* HEAD_GOOD for a whole body, HEAD_MORE if the N bytes may become one, else 400. */
unsigned chunks_check(const char *bytes, size_t n);

#endif
