/* SPDX-License-Identifier: MIT */
/* From head to response without a socket: the order of the checks, and their answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dispatch.h"
#include "host.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

static unsigned get_thing(void *context, const struct http_request *request,
                          struct http_response *r)
{
	(void)context;
	str_addf(&r->body, "{\"id\":\"%s\"}", request->id ? request->id : "");
	r->type = "application/json";
	return 200;
}

static unsigned post_thing(void *context, const struct http_request *request,
                           struct http_response *r)
{
	(void)context;
	str_add(&r->body, request->body.data);
	r->type = "application/json";
	return 202;
}

static unsigned forgets_the_problem(void *context, const struct http_request *request,
                                    struct http_response *r)
{
	(void)context;
	(void)request;
	(void)r;
	return 404;
}

static unsigned get_file(void *context, const struct http_request *request,
                         struct http_response *r)
{
	(void)context;
	if (!text_equal(request->path, "/index.html"))
		return 404;
	str_add(&r->body, "<p>");
	r->type = "text/html";
	return 200;
}

static const struct http_route routes[] = {
	{HTTP_GET, "/bad", HTTP_VIEW, 0, NULL, forgets_the_problem},
	{HTTP_GET, "/things/{id}", HTTP_VIEW, 0, "application/json", get_thing},
	{HTTP_POST, "/things", HTTP_RUN, 16, "application/json", post_thing},
};

struct ask {
	const char *method, *target;
	const char *fields[8]; /* name, value, name, value … */
	const char *body;
	unsigned status;
};

static struct http_config config = {
	.routes = routes,
	.route_count = sizeof(routes) / sizeof(routes[0]),
	.files = get_file,
};

static void dispatch(const struct ask *ask, struct exchange *x)
{
	CLEANUP(strlist_release) struct strlist hosts = STRLIST_INIT;
	struct app app = {.config = &config};
	struct fields fields = {.count = 0};

	memset(x, 0, sizeof(*x));
	x->request.body = (struct str)STR_INIT;
	x->response = (struct http_response)HTTP_RESPONSE_INIT;
	host_allow(&hosts, "localhost", 1, 80);
	app.hosts = hosts;
	for (size_t i = 0; ask->fields[i]; i += 2)
		fields_add(&fields, ask->fields[i], strlen(ask->fields[i]),
		           ask->fields[i + 1], strlen(ask->fields[i + 1]));
	fields_finish(&fields, false);
	if (!dispatch_head(&app, ask->method, ask->target, &fields, x))
		return;
	if (ask->body)
		str_add(&x->request.body, ask->body);
	dispatch_body(&app, x);
}

#define HOST "Host", "localhost:1"
#define JSON "Content-Type", "application/json"

static const struct ask asks[] = {
	{"GET", "/things/7", {HOST}, NULL, 200},
	{"HEAD", "/things/7", {HOST}, NULL, 200},
	{"GET", "/index.html", {HOST}, NULL, 200},
	{"POST", "/things", {HOST, JSON}, "{}", 202},
	{"OPTIONS", "/things", {HOST}, NULL, 204},
	{"OPTIONS", "*", {HOST}, NULL, 204},
	{"OPTIONS", "/index.html", {HOST}, NULL, 204},
	{"GET", "/things/7", {NULL}, NULL, 400},
	{"GET", "/things/7", {"Host", "evil:1"}, NULL, 421},
	{"GET", "/things/7", {"Host", "evil:1", "Origin", "x"}, NULL, 421},
	{"GET", "/things/7", {HOST, "Sec-Fetch-Site", "cross-site"}, NULL, 403},
	{"GET", "/nothing", {HOST, "Origin", "http://evil"}, NULL, 403},
	{"OPTIONS", "/things", {HOST, "Origin", "http://evil"}, NULL, 403},
	{"GET", "/%00", {HOST}, NULL, 400},
	{"GET", "/nothing", {HOST}, NULL, 404},
	{"POST", "/nothing", {HOST, JSON}, "{}", 404},
	{"GET", "/bad", {HOST}, NULL, 404},
	{"GET", "/things", {HOST}, NULL, 405},
	{"DELETE", "/things", {HOST}, NULL, 405},
	{"BREW", "/things", {HOST}, NULL, 405},
	{"POST", "/index.html", {HOST, JSON}, "{}", 405},
	{"TRACE", "/things/7", {HOST}, NULL, 405},
	{"CONNECT", "localhost:1", {HOST}, NULL, 400},
	{"POST", "/things", {HOST}, "{}", 415},
	{"POST", "/things", {HOST, "Content-Type", "text/plain"}, "{}", 415},
	{"POST", "/things", {HOST, JSON, "Content-Length", "17"}, NULL, 413},
	{"GET", "/things/7", {HOST, "Content-Length", "1"}, NULL, 413},
	{"GET", "/things/7", {HOST, "Accept", "text/html"}, NULL, 406},
	{"GET", "/things/7", {HOST, "Accept", " ,, "}, NULL, 200},
	{"POST", "/things", {HOST, JSON, "If-Match", "*"}, "{}", 202},
	{"POST", "/things", {HOST, JSON, "If-Match", "\"x\""}, "{}", 412},
};

static void test_statuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
		struct exchange x;

		dispatch(&asks[i], &x);
		if (x.response.status != asks[i].status)
			fail_msg("%s %s: %u, not %u", asks[i].method, asks[i].target,
			         x.response.status, asks[i].status);
		if (x.response.status >= 400)
			assert_string_equal(x.response.type, "application/problem+json");
		if (x.response.status == 405)
			assert_string_equal(x.response.fields[0].name, "Allow");
		exchange_release(&x);
	}
}

static void test_nothing_is_echoed(void **state)
{
	static const struct ask ask = {
		"GET", "/marker123?marker123", {HOST, "Accept", "marker123"}, NULL, 404};
	struct exchange x;

	(void)state;
	dispatch(&ask, &x);
	assert_int_equal(x.response.status, 404);
	assert_null(strstr(x.response.body.data, "marker123"));
	exchange_release(&x);
}

static void test_tokens(void **state)
{
	static const struct ask cases[] = {
		{"GET", "/things/7", {HOST}, NULL, 401},
		{"GET", "/things/7", {HOST, "Authorization", "Bearer wrong"}, NULL, 401},
		{"GET", "/things/7", {HOST, "Authorization", "Basic look"}, NULL, 401},
		{"GET", "/things/7", {HOST, "Authorization", "Bearer "}, NULL, 401},
		{"GET", "/things/7", {HOST, "Authorization", "Bearer look"}, NULL, 200},
		{"GET", "/things/7", {HOST, "Authorization", "bearer work"}, NULL, 200},
		{"GET", "/things/7", {HOST, "Cookie", "a=b; trilane=look"}, NULL, 200},
		{"GET", "/things/7", {HOST, "Cookie", "xtrilane=look"}, NULL, 401},
		{"POST", "/things", {HOST, JSON, "Cookie", "trilane=look"}, "{}", 403},
		{"POST", "/things", {HOST, JSON, "Cookie", "trilane=work"}, "{}", 202},
		{"GET", "/index.html", {HOST}, NULL, 200},
	};

	(void)state;
	config.view_token = "look";
	config.run_token = "work";
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct exchange x;

		dispatch(&cases[i], &x);
		if (x.response.status != cases[i].status)
			fail_msg("case %zu: %u", i, x.response.status);
		exchange_release(&x);
	}
	config.view_token = config.run_token = NULL;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_nothing_is_echoed),
		cmocka_unit_test(test_tokens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
