/* SPDX-License-Identifier: MIT */
/* The checks that a request passes by its fields; 0 or the status to refuse with. */
#ifndef TRILANE_HTTP_GUARD_H
#define TRILANE_HTTP_GUARD_H

#include "trilane/http.h"

/* Not from a page of another site (Fetch Metadata, Origin). */
unsigned guard_site(const struct http_request *request, bool tls);
/* A body says that it is JSON in UTF-8, and not compressed. */
unsigned guard_json(const struct http_request *request);
/* A body says that it is a form's. */
unsigned guard_form(const struct http_request *request);

#endif
