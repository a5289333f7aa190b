/* SPDX-License-Identifier: MIT */
/*
 * The login page.  The one place where a form is taken instead of JSON: it works without
 * JavaScript, and the checks on Host and Origin come before it as everywhere.  The cookie
 * is the token itself, out of reach of scripts and of other sites.  Under no-referrer,
 * the policy of the other pages, a browser would send the form with the Origin "null".
 */
#include "login.h"

#include <string.h>

#include "problem.h"
#include "target.h"
#include "token.h"

#include "trilane/banned.h"

#define COOKIE_AGE_S (30 * 24 * 3600)

static const char page[] =
	"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
	"<meta name=\"color-scheme\" content=\"light dark\">"
	"<meta name=\"referrer\" content=\"same-origin\"><title>Trilane: sign in</title>"
	"<link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">"
	"<link rel=\"stylesheet\" href=\"/css/theme.css\">"
	"<link rel=\"stylesheet\" href=\"/css/page.css\">"
	"<link rel=\"stylesheet\" href=\"/css/parts.css\">"
	"</head>\n<body><header class=\"bar\"><div><a class=\"mark\" href=\"/\">"
	"<img src=\"/favicon.svg\" alt=\"\" width=\"20\" height=\"20\">Trilane</a></div>"
	"</header>\n<main class=\"login\"><h1>Sign in</h1>\n"
	"<form class=\"card stack\" method=\"post\" action=\"" LOGIN_PATH "\">"
	"<p><label for=\"token\">Token</label> <input id=\"token\" name=\"token\" "
	"type=\"password\" autocomplete=\"current-password\" required autofocus></p>\n"
	"<p><button class=\"main\">Sign in</button></p>\n%s</form>\n"
	"<p class=\"quiet\">Whoever looks after this machine has the token.</p>"
	"</main></body></html>\n";

static void write_page(struct http_response *r, const char *note)
{
	str_addf(&r->body, page, note);
	r->type = "text/html; charset=utf-8";
}

unsigned login_page(struct http_response *r)
{
	write_page(r, "");
	return r->status = 200;
}

/* A browser sees the form again. */
static void refuse(const struct http_request *request, struct http_response *r)
{
	const char *accept = request->fields[HTTP_FIELD_ACCEPT];

	problem_plain(r, 401);
	http_response_field(r, "WWW-Authenticate", "Bearer"); /* RFC 9110 11.6.1 */
	if (!accept || !strstr(accept, "text/html"))
		return;
	str_clear(&r->body);
	write_page(r, "<p role=\"alert\"><strong>This server does not know that token."
	              "</strong></p>");
}

unsigned login_redirect(struct http_response *r)
{
	http_response_field(r, "Location", "%s", LOGIN_PATH);
	return r->status = 303;
}

void http_sign_out(struct http_response *r)
{
	http_response_field(r, "Set-Cookie",
	                    TOKEN_COOKIE
	                    "=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
}

unsigned login_submit(const struct http_config *config,
                      const struct http_request *request, struct http_response *r)
{
	struct http_request form = {.path = NULL};
	const char *token = NULL;
	bool twice = false;

	if (target_parameters(request->body.data, &form) == 0)
		token = http_parameter(&form, "token", &twice);
	if (token && !twice && token_valid(config, token)) {
		http_response_field(r, "Set-Cookie",
		                    TOKEN_COOKIE "=%s; Path=/; Max-Age=%d; HttpOnly; "
		                                 "SameSite=Strict%s",
		                    token, COOKIE_AGE_S,
		                    config->tls_certificate ? "; Secure" : "");
		http_response_field(r, "Location", "/");
		r->status = 303;
	} else {
		refuse(request, r);
		r->held = true;
	}
	target_release(&form);
	return r->status;
}
