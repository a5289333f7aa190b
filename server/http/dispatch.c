/* SPDX-License-Identifier: MIT */
/*
 * Dispatch: the checks in their order, then the handler.  The order matters: whoever may
 * not talk to us (Host, other sites) learns nothing about what is where.
 */
#include "dispatch.h"

#include <string.h>

#include "accept.h"
#include "conditional.h"
#include "guard.h"
#include "host.h"
#include "login.h"
#include "problem.h"
#include "route.h"
#include "target.h"
#include "token.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

static bool refuse(struct exchange *x, unsigned status)
{
	problem_plain(&x->response, status);
	return false;
}

/* The request has copies: trimmed, zero-terminated, lists joined. */
static unsigned copy_fields(const struct fields *fields, struct http_request *request)
{
	struct str *text = &request->field_text;
	size_t at[HTTP_FIELD_COUNT];

	*text = (struct str)STR_INIT;
	for (size_t i = 0; i < HTTP_FIELD_COUNT; i++) {
		at[i] = text->len;
		if (!fields->known[i].data)
			continue;
		fields_value(fields, (enum http_field)i, text);
		str_add_char(text, '\0');
	}
	if (str_failed(text))
		return 500;
	for (size_t i = 0; i < HTTP_FIELD_COUNT; i++)
		if (fields->known[i].data)
			request->fields[i] = text->data + at[i];
	return 0;
}

/* 0 for a method that exists and none of ours. */
static enum http_method parse_method(const char *method, struct exchange *x)
{
	x->request.head = text_equal(method, "HEAD");
	x->options = text_equal(method, "OPTIONS");
	if (text_equal(method, "GET") || x->request.head)
		return HTTP_GET;
	if (text_equal(method, "POST"))
		return HTTP_POST;
	if (text_equal(method, "DELETE"))
		return HTTP_DELETE;
	return 0;
}

static bool answer_options(struct exchange *x, unsigned methods)
{
	CLEANUP(str_release) struct str allow = STR_INIT;

	route_allow(methods, &allow);
	http_response_field(&x->response, "Allow", "%s", allow.data);
	x->response.status = 204;
	return false;
}

static bool refuse_method(struct exchange *x, unsigned methods)
{
	CLEANUP(str_release) struct str allow = STR_INIT;

	if (x->options)
		return answer_options(x, methods);
	route_allow(methods, &allow);
	http_response_field(&x->response, "Allow", "%s", allow.data);
	return refuse(x, 405);
}

/* A path without a row belongs to the files, which know GET only. */
static bool find_file(const struct app *app, struct exchange *x)
{
	struct http_response probe = HTTP_RESPONSE_INIT;
	unsigned status = 404;

	x->route = NULL;
	if (x->request.method == HTTP_GET)
		return true;
	if (app->config->files)
		status = app->config->files(app->config->context, &x->request, &probe);
	http_response_release(&probe);
	return status == 404 ? refuse(x, 404) : refuse_method(x, HTTP_GET);
}

static bool find_route(const struct app *app, struct exchange *x)
{
	unsigned methods;

	x->route =
		route_find(app->config->routes, app->config->route_count, x->request.path,
	                   x->request.method, &methods, &x->request.id);
	if (x->route) {
		x->body_limit = x->route->body_limit;
		return true;
	}
	return methods ? refuse_method(x, methods) : find_file(app, x);
}

/* A browser that wants to see a page is shown the way in. */
static bool wants_page(const struct exchange *x)
{
	static const char *const html = "text/html";
	const char *accept = x->request.fields[HTTP_FIELD_ACCEPT];

	return x->request.method == HTTP_GET && accept && strstr(accept, html);
}

/* What POST and DELETE reach has no entity tag that could be named (RFC 9110 13.1.1); of
 * what GET gives it shows when it is there (conditional.c). */
static bool is_precondition_false(const struct exchange *x)
{
	const char *match = x->request.fields[HTTP_FIELD_IF_MATCH];

	return x->request.method != HTTP_GET && match && !etag_matches(match, "", false);
}

static bool check_route(struct exchange *x)
{
	const char *accept = x->request.fields[HTTP_FIELD_ACCEPT];

	if (x->route && x->route->body_limit > 0) {
		unsigned status = guard_json(&x->request);

		if (status)
			return refuse(x, status);
	}
	if (x->body_size != UINT64_MAX && x->body_size > x->body_limit)
		return refuse(x, 413);
	if (x->route && x->route->type && accept_type(accept, &x->route->type, 1) < 0)
		return refuse(x, 406);
	return is_precondition_false(x) ? refuse(x, 412) : true;
}

static bool check_access(const struct app *app, struct exchange *x)
{
	enum http_access access = x->route ? x->route->access : HTTP_PUBLIC;
	bool wrong;
	unsigned status = token_check(app->config, access, &x->request, &wrong);

	if (status == 0)
		return true;
	x->response.held = wrong;
	if (status == 401 && wants_page(x)) {
		login_redirect(&x->response);
		return false;
	}
	if (status == 401) {
		http_response_field(&x->response, "WWW-Authenticate", "Bearer");
		return refuse(x, status);
	}
	http_problem(&x->response, status, "not-allowed",
	             "This token may look, but not start work.",
	             "Use the token of the role \"run\".");
	return false;
}

static bool find_login(struct exchange *x)
{
	unsigned status;

	x->login = true;
	x->body_limit = LOGIN_BODY_MAX;
	if (x->request.method == HTTP_GET) {
		login_page(&x->response);
		return false;
	}
	if (x->request.method != HTTP_POST)
		return refuse_method(x, HTTP_GET | HTTP_POST);
	status = guard_form(&x->request);
	if (status) {
		http_problem(&x->response, status, "form-only",
		             "The token is taken from a form.",
		             "Send Content-Type: application/x-www-form-urlencoded.");
		return false;
	}
	if (x->body_size != UINT64_MAX && x->body_size > x->body_limit)
		return refuse(x, 413);
	return true;
}

/* Host, and the authority of an absolute *TARGET, which is taken off. */
static unsigned check_hosts(const struct app *app, const struct exchange *x,
                            const char **target)
{
	CLEANUP(str_release) struct str authority = STR_INIT;
	unsigned status = host_check(&app->hosts, x->request.fields[HTTP_FIELD_HOST]);

	if (status)
		return status;
	*target = target_strip_authority(*target, app->tls, &authority);
	if (!*target)
		return 400;
	return authority.len ? host_check(&app->hosts, authority.data) : 0;
}

bool dispatch_head(const struct app *app, const char *method, const char *target,
                   const struct fields *fields, struct exchange *x)
{
	unsigned status = copy_fields(fields, &x->request);

	x->request.method = parse_method(method, x);
	if (fields->status)
		status = fields->status;
	if (status)
		return refuse(x, status);
	x->body_size = fields_body_size(fields);
	status = check_hosts(app, x, &target);
	if (status == 0)
		status = guard_site(&x->request, app->tls);
	if (status)
		return refuse(x, status);
	if (text_equal(target, "*") && x->options)
		return answer_options(x, HTTP_GET | HTTP_POST | HTTP_DELETE);
	status = target_parse(target, &x->request);
	if (status)
		return refuse(x, status);
	if (token_needed(app->config) && text_equal(x->request.path, LOGIN_PATH))
		return find_login(x);
	return find_route(app, x) && check_access(app, x) && check_route(x);
}

void dispatch_body(const struct app *app, struct exchange *x)
{
	const struct http_config *config = app->config;
	unsigned status = 404;

	if (str_failed(&x->request.body))
		status = 413;
	else if (x->login)
		status = login_submit(config, &x->request, &x->response);
	else if (x->route)
		status = x->route->handler(config->context, &x->request, &x->response);
	else if (config->files)
		status = config->files(config->context, &x->request, &x->response);
	if (x->response.status == 0 && status >= 400)
		problem_plain(&x->response, status);
	x->response.status = status;
	if (str_failed(&x->response.body))
		problem_plain(&x->response, 500);
}

void dispatch_too_large(struct exchange *x)
{
	problem_plain(&x->response, 413);
}

void exchange_release(struct exchange *x)
{
	target_release(&x->request);
	str_release(&x->request.body);
	str_release(&x->request.field_text);
	http_response_release(&x->response);
}
