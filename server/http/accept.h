/* SPDX-License-Identifier: MIT */
/* Content negotiation over the client's lists (RFC 9110 12). */
#ifndef TRILANE_HTTP_ACCEPT_H
#define TRILANE_HTTP_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>

/* Index of the best of COUNT types for the Accept value (NULL: anything), -1: none. */
int accept_type(const char *accept, const char *const *types, size_t count);
/* Quality in thousandths of the coding ("gzip", "identity") in Accept-Encoding. */
int accept_coding(const char *accept_encoding, const char *coding);

#endif
