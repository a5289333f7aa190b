/* SPDX-License-Identifier: MIT */
/* A response in libmicrohttpd's form. */
#ifndef TRILANE_HTTP_ANSWER_H
#define TRILANE_HTTP_ANSWER_H

#include <microhttpd.h>

#include "conditional.h"
#include "trilane/http.h"

/* The body, which is taken from R; NULL if libmicrohttpd cannot. */
struct MHD_Response *answer_body(struct http_response *r, const struct form *form);
void answer_headers(struct MHD_Response *out, const struct http_response *r,
                    const struct form *form);

#endif
