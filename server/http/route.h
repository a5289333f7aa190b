/* SPDX-License-Identifier: MIT */
/* Finding a row of the route table. */
#ifndef TRILANE_HTTP_ROUTE_H
#define TRILANE_HTTP_ROUTE_H

#include "trilane/http.h"

/* The row for METHOD; NULL if there is none.  *METHODS: those the path knows, or-ed.  *ID
 * points at what stood for {id} in PATH, or is NULL. */
const struct http_route *route_find(const struct http_route *routes, size_t count,
                                    const char *path, enum http_method method,
                                    unsigned *methods, const char **id);
/* "GET, HEAD, OPTIONS" */
void route_allow(unsigned methods, struct str *out);

#endif
