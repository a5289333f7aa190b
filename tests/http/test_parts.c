/* SPDX-License-Identifier: MIT */
/* The small parts: Host, target, Accept, entity tags, routes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "accept.h"
#include "conditional.h"
#include "guard.h"
#include "host.h"
#include "route.h"
#include "target.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_host(void **state)
{
	static const struct {
		const char *value;
		unsigned status;
	} cases[] = {
		{"127.0.0.1:8317", 0},
		{"localhost:8317", 0},
		{"LOCALHOST:8317", 0},
		{"[::1]:8317", 0},
		{"127.0.0.1", 421},
		{"127.0.0.1:80", 421},
		{"127.0.0.1:08317", 421},
		{"127.0.0.1:", 421},
		{"localhost.:8317", 421},
		{"evil.example:8317", 421},
		{"127.0.0.1.evil.example:8317", 421},
		{"[::2]:8317", 421},
		{NULL, 400},
		{"", 400},
		{":8317", 400},
		{"::1:8317", 400},
		{"[::1:8317", 400},
		{"[]:8317", 400},
		{"user@localhost:8317", 400},
		{"localhost:8317/", 400},
		{"localhost:8317, evil", 400},
		{"localhost :8317", 400},
		{"localhost:99999", 400},
		{"localhost:-1", 400},
		{"localhost:8317:8317", 400},
		{"local\xc3\xa9:8317", 400},
	};
	CLEANUP(strlist_release) struct strlist hosts = STRLIST_INIT;

	(void)state;
	host_allow(&hosts, "127.0.0.1", 8317, 80);
	host_allow(&hosts, "localhost", 8317, 80);
	host_allow(&hosts, "::1", 8317, 80);
	for (size_t i = 0; i < COUNT(cases); i++)
		if (host_check(&hosts, cases[i].value) != cases[i].status)
			fail_msg("%s is not %u", cases[i].value, cases[i].status);
}

static void test_host_on_the_usual_port(void **state)
{
	CLEANUP(strlist_release) struct strlist hosts = STRLIST_INIT;

	(void)state;
	host_allow(&hosts, "localhost", 80, 80);
	assert_int_equal(host_check(&hosts, "localhost"), 0);
	assert_int_equal(host_check(&hosts, "localhost:80"), 0);
}

/* As a server called h:1 does it. */
static unsigned parse(const char *target, struct http_request *request)
{
	CLEANUP(str_release) struct str authority = STR_INIT;

	target = target_strip_authority(target, false, &authority);
	if (!target || (authority.len && !text_equal_nocase(authority.data, "h:1")))
		return 400;
	return target_parse(target, request);
}

static void test_target_path(void **state)
{
	static const struct {
		const char *target, *path; /* NULL: refused */
	} cases[] = {
		{"/", "/"},
		{"/a/b", "/a/b"},
		{"/a%20b", "/a b"},
		{"/%C3%a9", "/\xc3\xa9"},
		{"/a+b", "/a+b"},
		{"http://h:1/x", "/x"},
		{"http://h:1", "/"},
		{"HTTP://H:1/x", "/x"},
		{"http://h:1?a=b", "/"},
		{"/...", "/..."},
		{"/a?b", "/a"},
		{"", NULL},
		{"a", NULL},
		{"*", NULL},
		{"http://other:1/x", NULL},
		{"http://h:12/x", NULL},
		{"https://h:1/x", NULL},
		{"http://", NULL},
		{"http:///x", NULL},
		{"?a", NULL},
		{"http://h:1#a", NULL},
		{"/%", NULL},
		{"/%2", NULL},
		{"/%zz", NULL},
		{"/%00", NULL},
		{"/a%2Fb", NULL},
		{"/a%2fb", NULL},
		{"/a%5Cb", NULL},
		{"/a\\b", NULL},
		{"/a#b", NULL},
		{"/..", NULL},
		{"/a/../b", NULL},
		{"/a/./b", NULL},
		{"/%2e%2e/b", NULL},
		{"/.%2e", NULL},
		{"/%ff", NULL},
		{"/%c0%ae", NULL},
		{"/%0d%0aX:y", NULL},
		{"/%7f", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct http_request request = {.path = NULL};
		unsigned status = parse(cases[i].target, &request);

		if ((status == 0) != (cases[i].path != NULL))
			fail_msg("%s: %u", cases[i].target, status);
		if (status == 0)
			assert_string_equal(request.path, cases[i].path);
		target_release(&request);
	}
}

static void test_target_parameters(void **state)
{
	struct http_request r = {.path = NULL};
	bool twice;

	(void)state;
	assert_int_equal(target_parse("/?a=1&b=x%26+y&&c&a=2", &r), 0);
	assert_int_equal(r.parameter_count, 4);
	assert_string_equal(http_parameter(&r, "b", &twice), "x& y");
	assert_false(twice);
	assert_string_equal(http_parameter(&r, "c", &twice), "");
	assert_string_equal(http_parameter(&r, "a", &twice), "1");
	assert_true(twice);
	assert_null(http_parameter(&r, "d", &twice));
	target_release(&r);
	assert_int_equal(target_parse("/?a=%0a", &r), 400);
	target_release(&r);
	assert_int_equal(target_parse("/?1&2&3&4&5&6&7&8&9&a&b&c&d&e&f&g&h", &r), 400);
	target_release(&r);
}

static void test_accept(void **state)
{
	static const char *const types[] = {"application/json", "text/csv"};
	static const struct {
		const char *accept;
		int choice;
	} cases[] = {
		{NULL, 0},
		{"", 0},
		{"*/*", 0},
		{"text/csv", 1},
		{"TEXT/CSV", 1},
		{"text/*", 1},
		{"text/html", -1},
		{"text/csv;q=0", -1},
		{"text/csv; q=0.5, application/json;q=0.4", 1},
		{"application/json;q=0, */*", 1},
		{"text/html, application/xhtml+xml, */*;q=0.8", 0},
		{"text/csv;q=2", -1},
		{"text/csv;q=0.5000", -1},
		{",,;,", -1},
		{"text/csv;header=present;q=1.000", 1},
		{"text", -1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (accept_type(cases[i].accept, types, 2) != cases[i].choice)
			fail_msg("%s is not %d", cases[i].accept, cases[i].choice);
}

static void test_accept_coding(void **state)
{
	(void)state;
	assert_int_equal(accept_coding(NULL, "gzip"), 0);
	assert_int_equal(accept_coding("gzip, br", "gzip"), 1000);
	assert_int_equal(accept_coding("gzip;q=0", "gzip"), 0);
	assert_int_equal(accept_coding("*", "gzip"), 1000);
	assert_int_equal(accept_coding("br", "gzip"), 0);
	assert_true(accept_coding("br", "identity") > 0);
	assert_int_equal(accept_coding("identity;q=0", "identity"), 0);
	assert_int_equal(accept_coding("*;q=0", "identity"), 0);
}

static void test_etags(void **state)
{
	(void)state;
	assert_true(etag_matches("\"a\"", "\"a\"", true));
	assert_true(etag_matches("W/\"a\"", "\"a\"", true));
	assert_true(etag_matches("\"b\", \"a\"", "\"a\"", true));
	assert_true(etag_matches("*", "\"a\"", true));
	assert_true(etag_matches("\"x,y\",\"a\"", "\"a\"", true));
	assert_false(etag_matches("\"ab\"", "\"a\"", true));
	assert_false(etag_matches("a", "\"a\"", true));
	assert_false(etag_matches("", "\"a\"", true));
	assert_false(etag_matches("\"", "\"a\"", true));
	assert_true(etag_matches("\"b\", \"a\"", "\"a\"", false));
	assert_false(etag_matches("W/\"a\"", "\"a\"", false));
	assert_true(etag_matches("*", "", false));
	assert_false(etag_matches("\"a\"", "", false));
	assert_false(etag_matches("", "", false));
}

static unsigned nothing(void *context, const struct http_request *request,
                        struct http_response *response)
{
	(void)context;
	(void)request;
	(void)response;
	return 200;
}

static void test_routes(void **state)
{
	static const struct http_route routes[] = {
		{HTTP_GET, "/r/latest", HTTP_VIEW, 0, NULL, nothing},
		{HTTP_GET, "/r/{id}", HTTP_VIEW, 0, NULL, nothing},
		{HTTP_DELETE, "/r/{id}", HTTP_RUN, 0, NULL, nothing},
	};
	unsigned methods;
	const char *id;
	CLEANUP(str_release) struct str allow = STR_INIT;

	(void)state;
	assert_ptr_equal(route_find(routes, 3, "/r/latest", HTTP_GET, &methods, &id),
	                 routes);
	assert_int_equal(methods, HTTP_GET);
	assert_null(id);
	assert_ptr_equal(route_find(routes, 3, "/r/x", HTTP_DELETE, &methods, &id),
	                 routes + 2);
	assert_string_equal(id, "x");
	assert_null(route_find(routes, 3, "/r/x", HTTP_POST, &methods, &id));
	assert_int_equal(methods, HTTP_GET | HTTP_DELETE);
	assert_null(route_find(routes, 3, "/r/", HTTP_GET, &methods, &id));
	assert_int_equal(methods, 0);
	assert_null(route_find(routes, 3, "/r/x/y", HTTP_GET, &methods, &id));
	route_allow(HTTP_GET | HTTP_DELETE, &allow);
	assert_string_equal(allow.data, "GET, HEAD, DELETE, OPTIONS");
}

static void test_json_only(void **state)
{
	static const struct {
		const char *type;
		unsigned status;
	} cases[] = {
		{"application/json", 0},
		{"Application/JSON", 0},
		{"application/json; charset=utf-8", 0},
		{"application/json;charset=\"UTF-8\"", 0},
		{"application/json;", 0},
		{NULL, 415},
		{"", 415},
		{"text/plain", 415},
		{"application/jsonp", 415},
		{"application/json charset=utf-8", 415},
		{"application/json; charset=latin1", 415},
		{"application/x-www-form-urlencoded", 415},
		{"text/plain; application/json", 415},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct http_request r = {.path = NULL};

		r.fields[HTTP_FIELD_CONTENT_TYPE] = cases[i].type;
		if (guard_json(&r) != cases[i].status)
			fail_msg("%s is not %u", cases[i].type, cases[i].status);
	}
}

static void test_site(void **state)
{
	static const struct {
		const char *site, *origin;
		unsigned status;
	} cases[] = {
		{NULL, NULL, 0},
		{"same-origin", NULL, 0},
		{"none", NULL, 0},
		{"same-origin", "http://h:1", 0},
		{NULL, "http://h:1", 0},
		{NULL, "http://H:1", 0},
		{"same-site", NULL, 403},
		{"cross-site", NULL, 403},
		{"cross-site", "http://h:1", 403},
		{"Same-Origin", NULL, 403},
		{"", NULL, 403},
		{"none", "http://evil", 403},
		{NULL, "null", 403},
		{NULL, "", 403},
		{NULL, "https://h:1", 403},
		{NULL, "http://h:12", 403},
		{NULL, "http://h:1/", 403},
		{NULL, "http://h", 403},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct http_request r = {.path = NULL};

		r.fields[HTTP_FIELD_HOST] = "h:1";
		r.fields[HTTP_FIELD_SEC_FETCH_SITE] = cases[i].site;
		r.fields[HTTP_FIELD_ORIGIN] = cases[i].origin;
		if (guard_site(&r, false) != cases[i].status)
			fail_msg("case %zu is not %u", i, cases[i].status);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_host),
		cmocka_unit_test(test_host_on_the_usual_port),
		cmocka_unit_test(test_target_path),
		cmocka_unit_test(test_target_parameters),
		cmocka_unit_test(test_accept),
		cmocka_unit_test(test_accept_coding),
		cmocka_unit_test(test_etags),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_json_only),
		cmocka_unit_test(test_site),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
