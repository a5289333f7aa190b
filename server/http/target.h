/* SPDX-License-Identifier: MIT */
/* The request target: path and parameters, decoded and bounded. */
#ifndef TRILANE_HTTP_TARGET_H
#define TRILANE_HTTP_TARGET_H

#include "trilane/http.h"

/*
 * Takes "http://AUTHORITY" off an absolute TARGET (RFC 9112 3.2.2), adds AUTHORITY to the
 * string and returns the rest, maybe empty; a target of another form is returned as it
 * is.  NULL if it has another scheme, or is none at all.
 */
const char *target_strip_authority(const char *target, bool tls, struct str *authority);
/*
 * Splits TARGET ("/a/b?c=d") into the request's path and parameters.  0, or 400.
 * Refused: what is not UTF-8 after decoding, control characters, an encoded slash or
 * backslash, "." and ".." segments, and malformed escapes.
 */
unsigned target_parse(const char *target, struct http_request *request);
/* Parses "a=b&c=d" into the request's parameters: a query, or a form's body. */
unsigned target_parameters(const char *query, struct http_request *request);
void target_release(struct http_request *request);

#endif
