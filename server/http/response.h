/* SPDX-License-Identifier: MIT */
/* The fields of every answer, and an answer as text for a connection that libmicrohttpd
 * never sees. */
#ifndef TRILANE_HTTP_RESPONSE_H
#define TRILANE_HTTP_RESPONSE_H

#include "trilane/http.h"

struct response_field {
	const char *name, *value;
};
extern const struct response_field response_security[]; /* ended by a NULL name */

/* A problem's response as bytes on the wire; it closes the connection. */
void response_text(const struct http_response *r, struct str *out);

#endif
