/* SPDX-License-Identifier: MIT */
/* Lab mode's way in for browsers: a form that exchanges the token for a cookie. */
#ifndef TRILANE_HTTP_LOGIN_H
#define TRILANE_HTTP_LOGIN_H

#include "trilane/http.h"

#define LOGIN_PATH "/login"
enum { LOGIN_BODY_MAX = 1024 };

unsigned login_page(struct http_response *r);
/* Takes the form's body, "token=…". */
unsigned login_submit(const struct http_config *config,
                      const struct http_request *request, struct http_response *r);
/* Sends a browser that wants a page to the form. */
unsigned login_redirect(struct http_response *r);

#endif
