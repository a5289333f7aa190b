/* SPDX-License-Identifier: MIT */
/* The request target: path and parameters, decoded and bounded. */
#ifndef TRILANE_HTTP_TARGET_H
#define TRILANE_HTTP_TARGET_H

#include "trilane/http.h"

/*
 * Splits TARGET ("/a/b?c=d", "*", or "http://HOST/a") into the request's path and
 * parameters.  AUTHORITY must equal the one of an absolute target.  0, or 400.
 * Refused: what is not UTF-8 after decoding, control characters, an encoded slash or
 * backslash, "." and ".." segments, and malformed escapes.
 */
unsigned target_parse(const char *target, const char *authority, bool tls,
                      struct http_request *request);
/* Parses "a=b&c=d" into the request's parameters: a query, or a form's body. */
unsigned target_parameters(const char *query, struct http_request *request);
void target_release(struct http_request *request);

#endif
