/* SPDX-License-Identifier: MIT */
/* Lab mode: who may, by token. */
#ifndef TRILANE_HTTP_TOKEN_H
#define TRILANE_HTTP_TOKEN_H

#include "trilane/http.h"

#define TOKEN_COOKIE "trilane"

/* 0 if the request may do what needs ACCESS; 401 without a good token, 403 with one that
 * may not.  Sets request->who, and *WRONG if there is a token that is not one of ours. */
unsigned token_check(const struct http_config *config, enum http_access access,
                     struct http_request *request, bool *wrong);

/* Is it one of the two? */
bool token_valid(const struct http_config *config, const char *token);
bool token_needed(const struct http_config *config);

#endif
