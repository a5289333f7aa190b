/* SPDX-License-Identifier: MIT */
/* Heads on the wire: good ones, the ways to be wrong, and every prefix of a good one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "chunks.h"
#include "head.h"
#include "trilane/cleanup.h"
#include "trilane/http.h"

#include "trilane/banned.h"

#define LINE "GET / HTTP/1.1\r\n"
#define HEAD LINE "Host: a\r\n"

static unsigned check(const char *bytes, size_t n)
{
	struct head head = {.size = 0};

	return head_check(bytes, n, &head);
}

static const struct {
	const char *text;
	unsigned status;
} cases[] = {
	{LINE "Host: a\r\n\r\n", HEAD_GOOD},
	{"\r\n" HEAD "\r\n", HEAD_GOOD},
	{"GET / HTTP/1.0\r\n\r\n", HEAD_GOOD},
	{"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", HEAD_GOOD},
	{HEAD "A:b\r\nC: \t d \t\r\nE:\r\n\r\n", HEAD_GOOD},
	{HEAD "Content-Length: 5\r\n\r\nhello", HEAD_GOOD},
	{HEAD "Transfer-Encoding: CHUNKED\r\n\r\n", HEAD_GOOD},
	{HEAD "X: \xc3\xa9\r\n\r\n", HEAD_GOOD},
	/* not whole yet */
	{"", HEAD_MORE},
	{"\r", HEAD_MORE},
	{"GE", HEAD_MORE},
	{"GET / HTTP/1.1\r", HEAD_MORE},
	{LINE "Host", HEAD_MORE},
	/* request lines */
	{"GARBAGE\r\n", 400},
	{"\x16\x03\x01\x02", 400},
	{"GET\r", 400},
	{"GET /\r\n", 400},
	{"GET / HTTP/1.1\n\n", 400},
	{"GET  / HTTP/1.1\r\n", 400},
	{"GET / \r\n", 400},
	{" GET / HTTP/1.1\r\n", 400},
	{"GET /a b HTTP/1.1\r\n", 400},
	{"GET /\xff HTTP/1.1\r\n", 400},
	{"GET /\t HTTP/1.1\r\n", 400},
	{"G(T / HTTP/1.1\r\n", 400},
	{"GET / http/1.1\r\n", 400},
	{"GET / HTTP/11\r\n", 400},
	{"GET / HTTP/1.1 \r\n", 400},
	{"GET / HTTP/1.1\r\r\n", 400},
	{"GET / HTTP/2.0\r\n", 505},
	{"GET / HTTP/1.2\r\n", 505},
	{"GET / HTTP/0.9\r\n", 505},
	{"ABCDEFGHIJKLMNOPQRSTUVWXYZ / HTTP/1.1\r\n", 501},
	{"ABCDEFGHIJKLMNOPQRSTUVWXYZ", 501},
	/* fields */
	{LINE "Host a\r\n", 400},
	{LINE "Host : a\r\n", 400},
	{LINE " Host: a\r\n", 400},
	{LINE "A: b\r\n c\r\n", 400},
	{LINE ": b\r\n", 400},
	{LINE "A\0B: c\r\n", HEAD_MORE}, /* the string ends at the zero; see below */
	{LINE "A: b\x01\r\n", 400},
	{LINE "A: b\x7f\r\n", 400},
	{LINE "A: b\n", 400},
	{LINE "A: b\rc\r\n", 400},
	{LINE "Host: a\r\nhost: a\r\n", 400},
	{LINE "Sec-Fetch-Site: none\r\nSec-Fetch-Site: none\r\n", 400},
	{LINE "\r\n", 400},
	{LINE "A: b\r\n\r\n", 400},
	/* framing */
	{HEAD "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 400},
	{HEAD "Content-Length: 5, 5\r\n\r\n", 400},
	{HEAD "Content-Length: +5\r\n\r\n", 400},
	{HEAD "Content-Length: -1\r\n\r\n", 400},
	{HEAD "Content-Length: 0x5\r\n\r\n", 400},
	{HEAD "Content-Length:\r\n\r\n", 400},
	{HEAD "Content-Length: 99999999999999999999\r\n\r\n", 400},
	{HEAD "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
	{HEAD "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
	{HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
	{HEAD "Transfer-Encoding: chunked, identity\r\n\r\n", 501},
	{HEAD "Transfer-Encoding: xchunked\r\n\r\n", 501},
	{HEAD "Transfer-Encoding: \x0b"
              "chunked\r\n\r\n",
         400},
	{"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
	{HEAD "Expect: tea\r\n\r\n", 417},
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned status = check(cases[i].text, strlen(cases[i].text));

		if (status != cases[i].status)
			fail_msg("%s: %u, not %u", cases[i].text, status,
			         cases[i].status);
	}
}

static void test_zero_bytes(void **state)
{
	static const char in_name[] = HEAD "A\0B: c\r\n\r\n";
	static const char in_value[] = HEAD "A: c\0d\r\n\r\n";
	static const char in_target[] = "GET /\0 HTTP/1.1\r\n\r\n";

	(void)state;
	assert_int_equal(check(in_name, sizeof(in_name) - 1), 400);
	assert_int_equal(check(in_value, sizeof(in_value) - 1), 400);
	assert_int_equal(check(in_target, sizeof(in_target) - 1), 400);
}

static void test_every_prefix_is_incomplete(void **state)
{
	static const char head[] =
		"POST /api/v1/benchmarks HTTP/1.1\r\nHost: localhost:1\r\n"
		"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n";

	(void)state;
	for (size_t n = 0; n < sizeof(head) - 1; n++)
		assert_int_equal(check(head, n), HEAD_MORE);
	assert_int_equal(check(head, sizeof(head) - 1), HEAD_GOOD);
}

static void test_limits(void **state)
{
	CLEANUP(str_release) struct str target = STR_INIT;
	CLEANUP(str_release) struct str partial = STR_INIT;
	CLEANUP(str_release) struct str fields = STR_INIT;
	CLEANUP(str_release) struct str long_field = STR_INIT;

	(void)state;
	str_add(&target, "GET /");
	for (int i = 0; i < HTTP_TARGET_MAX; i++)
		str_add_char(&target, 'a');
	str_add_n(&partial, target.data, target.len);
	for (int i = 0; i < 100; i++)
		str_add_char(&partial, 'a');
	str_add(&target, " HTTP/1.1\r\n\r\n");
	assert_int_equal(check(target.data, target.len), 414);
	assert_int_equal(check(partial.data, partial.len), 414);
	str_add(&fields, LINE);
	for (int i = 0; i <= HTTP_FIELDS_MAX; i++)
		str_addf(&fields, "X-%d: y\r\n", i);
	assert_int_equal(check(fields.data, fields.len), 431);
	str_add(&long_field, LINE "X: ");
	for (int i = 0; i <= HTTP_HEAD_MAX; i++)
		str_add_char(&long_field, 'a');
	assert_int_equal(check(long_field.data, long_field.len), 431);
}

static void test_what_follows(void **state)
{
	static const char text[] =
		"\r\n" HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
	struct head head = {.size = 0};

	(void)state;
	assert_int_equal(head_check(text, sizeof(text) - 1, &head), HEAD_GOOD);
	assert_string_equal(text + head.size, "0\r\n\r\n");
	assert_true(head.chunked);
	assert_false(head.expect);
}

static const struct {
	const char *text;
	unsigned status;
} bodies[] = {
	{"0\r\n\r\n", HEAD_GOOD},
	{"2\r\n{}\r\n0\r\n\r\n", HEAD_GOOD},
	{"00A;a=\"b\"\r\n0123456789\r\n0\r\n\r\nGET /", HEAD_GOOD},
	{"2\r\n\r\n\r\n0\r\nX: y\r\n\r\n", HEAD_GOOD},
	{"", HEAD_MORE},
	{"2\r\n{}", HEAD_MORE},
	{"ffffffff\r\n{}", HEAD_MORE},
	{"0\r\nX: y\r\n", HEAD_MORE},
	{"zz\r\n", 400},
	{"\r\n", 400},
	{" 2\r\n", 400},
	{"2 \r\n", 400},
	{"+2\r\n", 400},
	{"-1\r\n", 400},
	{"0x2\r\n", 400},
	{"000000002\r\n", 400},
	{"2\n{}\n0\n\n", 400},
	{"2\r{}", HEAD_MORE},
	{"2;a\rb\r\n{}", 400},
	{"2\r\n{}x", 400},
	{"2\r\n{}\rx", 400},
	{"2\r\n{}\n0\r\n\r\n", 400},
	{"0\r\nX\r\n\r\n", 400},
	{"0\r\n X: y\r\n\r\n", 400},
	{"0\r\nX: y\n\r\n", 400},
};

static void test_chunks(void **state)
{
	CLEANUP(str_release) struct str line = STR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		unsigned status = chunks_check(bodies[i].text, strlen(bodies[i].text));

		if (status != bodies[i].status)
			fail_msg("%s: %u", bodies[i].text, status);
	}
	str_add(&line, "1;");
	for (int i = 0; i < 300; i++)
		str_add_char(&line, 'a');
	assert_int_equal(chunks_check(line.data, line.len), 400);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_zero_bytes),
		cmocka_unit_test(test_every_prefix_is_incomplete),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_what_follows),
		cmocka_unit_test(test_chunks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
