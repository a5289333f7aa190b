/* SPDX-License-Identifier: MIT */
/*
 * The server over real sockets: answers, keep-alive, refusals by the gate, streams that
 * wake, and a stop with a stream open.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "trilane/cleanup.h"
#include "trilane/http.h"

#include "trilane/banned.h"

static _Atomic uint64_t events;

static bool next_event(void *context, uint64_t *position, struct str *out)
{
	(void)context;
	if (*position >= atomic_load(&events))
		return false;
	str_addf(out, "id: %d\ndata: x\n\n", (int)++*position);
	return true;
}

static unsigned get_events(void *context, const struct http_request *request,
                           struct http_response *r)
{
	(void)context;
	(void)request;
	r->type = "text/event-stream";
	r->stream.next = next_event;
	return 200;
}

static unsigned get_hello(void *context, const struct http_request *request,
                          struct http_response *r)
{
	(void)context;
	(void)request;
	str_add(&r->body, "hello");
	r->type = "text/plain";
	http_response_hash(r);
	return 200;
}

static unsigned post_back(void *context, const struct http_request *request,
                          struct http_response *r)
{
	(void)context;
	str_addf(&r->body, "%zu", request->body.len);
	r->type = "text/plain";
	return 200;
}

static const struct http_route routes[] = {
	{HTTP_GET, "/events", HTTP_VIEW, 0, NULL, get_events},
	{HTTP_GET, "/hello", HTTP_PUBLIC, 0, NULL, get_hello},
	{HTTP_POST, "/post", HTTP_RUN, 1000, NULL, post_back},
};

static const struct http_config config = {
	.routes = routes,
	.route_count = sizeof(routes) / sizeof(routes[0]),
};

static int connect_to(const struct http_server *s)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	struct timeval timeout = {.tv_sec = 10};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_port = htons(http_server_port(s));
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static void say(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(int fd, const char *format, ...)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	va_list args;

	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	assert_int_equal(send(fd, text.data, text.len, MSG_NOSIGNAL), (ssize_t)text.len);
}

/* Reads until TEXT is there, or to the end with NULL. */
static bool hear(int fd, struct str *heard, const char *text)
{
	char buffer[4096];
	ssize_t n;

	while (!text || !strstr(heard->data, text)) {
		n = recv(fd, buffer, sizeof(buffer), 0);
		if (n <= 0)
			return !text && n == 0;
		str_add_n(heard, buffer, (size_t)n);
	}
	return true;
}

static struct http_server *start(void)
{
	struct http_server *s = NULL;
	struct error err = ERROR_INIT;

	atomic_store(&events, 0);
	if (http_server_new(&config, &s, &err))
		fail_msg("%s", err.text);
	return s;
}

static void test_answers_and_keeps_alive(void **state)
{
	struct http_server *s = start();
	CLEANUP(str_release) struct str heard = STR_INIT;
	CLEANUP_CLOSE int fd = connect_to(s);
	unsigned port = http_server_port(s);

	(void)state;
	say(fd, "GET /hello HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", port);
	assert_true(hear(fd, &heard, "hello"));
	assert_non_null(strstr(heard.data, "HTTP/1.1 200 OK"));
	assert_non_null(
		strstr(heard.data, "Content-Security-Policy: default-src 'none'"));
	assert_non_null(strstr(heard.data, "Content-Length: 5"));
	str_clear(&heard);
	say(fd,
	    "POST /post HTTP/1.1\r\nHost: localhost:%u\r\nContent-Type: "
	    "application/json\r\nContent-Length: 3\r\n\r\nabc",
	    port);
	if (!hear(fd, &heard, "\r\n\r\n3"))
		fail_msg("%s", heard.data);
	str_clear(&heard);
	say(fd,
	    "POST /post HTTP/1.1\r\nHost: localhost:%u\r\nContent-Type: "
	    "application/json\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
	    port);
	if (!hear(fd, &heard, "\r\n\r\n3"))
		fail_msg("%s", heard.data);
	http_server_free(s);
}

/* The whole body is sent before the answer is read: nothing may be lost to a reset. */
static void test_too_large_is_told(void **state)
{
	struct http_server *s = start();
	CLEANUP(str_release) struct str heard = STR_INIT;
	CLEANUP(str_release) struct str body = STR_INIT;
	CLEANUP_CLOSE int fd = connect_to(s);

	(void)state;
	for (int i = 0; i < 300000; i++)
		str_add_char(&body, 'x');
	say(fd,
	    "POST /post HTTP/1.1\r\nHost: localhost:%u\r\nContent-Type: "
	    "application/json\r\nContent-Length: %zu\r\n\r\n%s",
	    http_server_port(s), body.len, body.data);
	assert_true(hear(fd, &heard, "body-too-large"));
	assert_non_null(strstr(heard.data, "HTTP/1.1 413"));
	http_server_free(s);
}

static void test_gate_refuses_with_a_problem(void **state)
{
	struct http_server *s = start();
	CLEANUP(str_release) struct str heard = STR_INIT;
	CLEANUP_CLOSE int fd = connect_to(s);

	(void)state;
	say(fd, "GARBAGE\r\n");
	assert_true(hear(fd, &heard, NULL));
	assert_non_null(strstr(heard.data, "HTTP/1.1 400 Bad Request"));
	assert_non_null(strstr(heard.data, "application/problem+json"));
	assert_non_null(strstr(heard.data, "nosniff"));
	http_server_free(s);
}

static void test_head_in_pieces(void **state)
{
	struct http_server *s = start();
	CLEANUP(str_release) struct str heard = STR_INIT;
	CLEANUP(str_release) struct str head = STR_INIT;
	CLEANUP_CLOSE int fd = connect_to(s);

	(void)state;
	str_addf(&head, "GET /hello HTTP/1.1\r\nHost: localhost:%u\r\n\r\n",
	         http_server_port(s));
	for (size_t i = 0; i < head.len; i++) {
		say(fd, "%c", head.data[i]);
		usleep(1000);
	}
	assert_true(hear(fd, &heard, "hello"));
	http_server_free(s);
}

static void test_stream_wakes_and_ends(void **state)
{
	struct http_server *s = start();
	CLEANUP(str_release) struct str heard = STR_INIT;
	CLEANUP_CLOSE int fd = connect_to(s);

	(void)state;
	say(fd, "GET /events HTTP/1.1\r\nHost: localhost:%u\r\n\r\n",
	    http_server_port(s));
	assert_true(hear(fd, &heard, "retry: "));
	for (uint64_t i = 1; i <= 3; i++) {
		CLEANUP(str_release) struct str line = STR_INIT;

		str_addf(&line, "id: %d\n", (int)i);
		atomic_store(&events, i);
		http_server_wake(s);
		assert_true(hear(fd, &heard, line.data));
	}
	http_server_free(s); /* does not hang, and the stream ends */
	assert_true(hear(fd, &heard, NULL));
}

static void test_streams_are_limited(void **state)
{
	struct http_server *s = start();
	CLEANUP(str_release) struct str heard = STR_INIT;
	int fds[HTTP_STREAMS + 1];

	(void)state;
	for (int i = 0; i <= HTTP_STREAMS; i++) {
		fds[i] = connect_to(s);
		str_clear(&heard);
		say(fds[i], "GET /events HTTP/1.1\r\nHost: localhost:%u\r\n\r\n",
		    http_server_port(s));
		assert_true(hear(fds[i], &heard, "\r\n\r\n"));
	}
	assert_non_null(strstr(heard.data, "HTTP/1.1 429"));
	assert_non_null(strstr(heard.data, "Retry-After"));
	for (int i = 0; i <= HTTP_STREAMS; i++)
		close(fds[i]);
	http_server_free(s);
}

static void test_port_in_use(void **state)
{
	struct http_server *s = start();
	struct http_config again = config;
	struct http_server *other = NULL;
	struct error err = ERROR_INIT;

	(void)state;
	again.port = http_server_port(s);
	assert_int_equal(http_server_new(&again, &other, &err), ERROR_EXISTS);
	assert_non_null(strstr(err.text, "in use"));
	http_server_free(s);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers_and_keeps_alive),
		cmocka_unit_test(test_too_large_is_told),
		cmocka_unit_test(test_gate_refuses_with_a_problem),
		cmocka_unit_test(test_head_in_pieces),
		cmocka_unit_test(test_stream_wakes_and_ends),
		cmocka_unit_test(test_streams_are_limited),
		cmocka_unit_test(test_port_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
