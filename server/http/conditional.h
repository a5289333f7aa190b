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

/* Decides on compression and If-None-Match; may turn the response into 304 or 406. */
void conditional_apply(const struct http_request *request, struct http_response *r,
                       struct form *form);
/* Does the If-None-Match value name ETAG (with quotes)? */
bool etag_matches(const char *if_none_match, const char *etag);

#endif
