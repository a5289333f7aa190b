/* SPDX-License-Identifier: MIT */
/* Which form of a representation is sent, and whether it has to be sent at all. */
#ifndef TRILANE_HTTP_CONDITIONAL_H
#define TRILANE_HTTP_CONDITIONAL_H

#include "trilane/http.h"

struct form {
	bool gzip;
	bool vary;     /* on Accept-Encoding */
	char etag[80]; /* with quotes; "" for none */
};

/* Decides on compression and conditions; may turn the response into 304, 406 or 412. */
void conditional_apply(const struct http_request *request, struct http_response *r,
                       struct form *form);
/* Does CONDITION, the value of If-Match or If-None-Match, name ETAG (with quotes; "" is
 * named by "*" alone)?  WEAK: also as "W/…". */
bool etag_matches(const char *condition, const char *etag, bool weak);

#endif
