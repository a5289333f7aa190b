/* SPDX-License-Identifier: MIT */
/* The supervisor against workers of every kind of misconduct. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "worker.h"

#include "trilane/banned.h"

#define PATIENCE_NS (20 * NS_PER_S)

static void start(struct worker *w, const char *mode, const atomic_bool *cancelled)
{
	const char *argv[] = {FAKE_WORKER, "--fake", mode, NULL};
	struct worker_launch launch = {FAKE_WORKER, argv, NULL};
	struct error err = ERROR_INIT;
	if (worker_start(w, &launch, cancelled, &err))
		fail_msg("%s", err.text);
}

/* Waits for a message of type WANT and passes over others. */
static int wait_for(struct worker *w, enum message_type want, json_t **message,
                    uint64_t silence_ns, struct error *err)
{
	enum message_type type;
	json_t *m;
	int rc;
	while (!(rc = worker_next(w, silence_ns, &type, &m, err))) {
		if (type == want && message) {
			*message = m;
			return 0;
		}
		json_decref(m);
		if (type == want)
			return 0;
	}
	return rc;
}

static void expect_gone(pid_t pid)
{
	for (int i = 0; i < 5000; i++) {
		if (kill(-pid, 0) < 0 && errno == ESRCH)
			return;
		clock_sleep_ns(NS_PER_MS);
	}
	fail_msg("process group %d is still there", (int)pid);
}

static void test_good(void **state)
{
	(void)state;
	struct worker w;
	struct error err = ERROR_INIT;
	json_t *m = NULL;
	start(&w, "good", NULL);
	pid_t pid = w.proc.pid;
	assert_int_equal(wait_for(&w, MESSAGE_HELLO, &m, PATIENCE_NS, &err), 0);
	assert_string_equal(json_string_value(json_object_get(m, "engine")), "cpu");
	assert_null(json_object_get(m, "unknown"));
	json_decref(m);
	assert_int_equal(wait_for(&w, MESSAGE_READY, NULL, PATIENCE_NS, &err), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(worker_command(&w, "sample", &err), 0);
		assert_int_equal(wait_for(&w, MESSAGE_SAMPLE, &m, PATIENCE_NS, &err), 0);
		assert_int_equal(json_integer_value(json_object_get(m, "steps")), 10);
		json_decref(m);
	}
	assert_int_equal(worker_command(&w, "quit", &err), 0);
	assert_int_equal(wait_for(&w, MESSAGE_RESULT, NULL, PATIENCE_NS, &err), 0);
	worker_end(&w, PATIENCE_NS);
	assert_true(w.end.exited);
	assert_int_equal(w.end.exit_code, 0);
	expect_gone(pid);
}

static void test_misconduct(void **state)
{
	(void)state;
	static const struct {
		const char *mode;
		int rc;
		const char *text;
	} rows[] = {
		{"long-line", ERROR_TOO_LARGE, "a line longer than 64 KiB"},
		{"flood", ERROR_TOO_LARGE, "wrote more than 8 MiB"},
		{"chatter", ERROR_TOO_LARGE, "wrote more than 8 MiB"},
		{"garbage", ERROR_INVALID,
	         "broke the protocol: it sent a line that is no JSON"},
		{"malformed", ERROR_INVALID, "no fitting member \"steps\""},
		{"half-line", ERROR_FAILED, "ended too early with exit code 0"},
		{"abort", ERROR_FAILED, "was killed by SIGABRT"},
		{"exit", ERROR_FAILED, "ended too early with exit code 7"},
		{"forks", ERROR_FAILED, "ended too early with exit code 3"},
		{"closes", ERROR_FAILED, "closed its channel without ending"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct worker w;
		struct error err = ERROR_INIT;
		start(&w, rows[i].mode, NULL);
		pid_t pid = w.proc.pid;
		int rc = wait_for(&w, MESSAGE_RESULT, NULL, PATIENCE_NS, &err);
		if (rc != rows[i].rc || !text_contains(err.text, rows[i].text))
			fail_msg("%s: %d, %s", rows[i].mode, rc, err.text);
		worker_end(&w, 0);
		expect_gone(pid);
	}
}

static void test_lines(void **state)
{
	static const struct {
		const char *line;
		enum message_type type;
		bool fits;
	} rows[] = {
		{"{\"type\":\"novelty\",\"x\":1}", MESSAGE_OTHER, true},
		{"[]", MESSAGE_OTHER, false},
		{"{\"type\":\"sample\",\"steps\":0,\"duration_ns\":1}", MESSAGE_SAMPLE,
	         true},
		{"{\"type\":\"sample\",\"steps\":1.0,\"duration_ns\":1}", MESSAGE_SAMPLE,
	         false},
		{"{\"type\":\"sample\",\"steps\":1}", MESSAGE_SAMPLE, false},
		{"{\"type\":\"result\"}", MESSAGE_RESULT, true},
		{"{\"type\":\"result\",\"inference\":[{\"batch\":1,\"duration_ns\":5}]}",
	         MESSAGE_RESULT, true},
		{"{\"type\":\"result\",\"inference\":[{\"batch\":1}]}", MESSAGE_RESULT,
	         false},
		{"{\"type\":\"result\",\"inference\":[{\"batch\":1,\"duration_ns\":-5}]}",
	         MESSAGE_RESULT, false},
		{"{\"type\":\"result\",\"inference\":[7]}", MESSAGE_RESULT, false},
		{"{\"type\":\"error\",\"code\":\"failed\",\"text\":\"a\\u0000b\"}",
	         MESSAGE_ERROR, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum message_type type = MESSAGE_HELLO;
		json_t *message;
		int rc = message_parse(rows[i].line, strlen(rows[i].line), &type,
		                       &message, NULL);

		if ((rc == 0) != rows[i].fits || (rc == 0 && type != rows[i].type))
			fail_msg("%s: %d", rows[i].line, rc);
		json_decref(message);
	}
}

static void test_last_words(void **state)
{
	(void)state;
	struct worker w;
	struct error err = ERROR_INIT;
	start(&w, "abort", NULL);
	wait_for(&w, MESSAGE_RESULT, NULL, PATIENCE_NS, &err);
	assert_true(text_contains(err.text, "it last said: first words last"));
	assert_null(strchr(err.text, '\033'));
	worker_end(&w, 0);
}

static void test_silence(void **state)
{
	(void)state;
	static const char *const modes[] = {"mute", "hang", "stubborn"};
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct worker w;
		struct error err = ERROR_INIT;
		start(&w, modes[i], NULL);
		pid_t pid = w.proc.pid;
		assert_int_equal(wait_for(&w, MESSAGE_READY, NULL, NS_PER_S / 2, &err),
		                 ERROR_TIMEOUT);
		assert_true(text_contains(err.text, "said nothing for"));
		worker_end(&w, 10 * NS_PER_MS);
		expect_gone(pid);
	}
}

static void test_cancel(void **state)
{
	(void)state;
	struct worker w;
	struct error err = ERROR_INIT;
	atomic_bool cancelled = true;
	start(&w, "hang", &cancelled);
	assert_int_equal(wait_for(&w, MESSAGE_READY, NULL, PATIENCE_NS, &err),
	                 ERROR_CANCELLED);
	worker_end(&w, 0);
	assert_int_equal(w.end.signal, SIGKILL);
}

static void test_command_to_the_dead(void **state)
{
	(void)state;
	struct worker w;
	struct error err = ERROR_INIT;
	start(&w, "exit", NULL);
	while (!proc_poll(&w.proc, NULL))
		clock_sleep_ns(NS_PER_MS);
	assert_int_equal(worker_command(&w, "sample", &err), ERROR_FAILED);
	assert_true(text_contains(err.text, "exit code 7"));
	worker_end(&w, 0);
}

static void test_no_program(void **state)
{
	(void)state;
	struct worker w;
	struct error err = ERROR_INIT;
	const char *argv[] = {"/nonexistent/worker", NULL};
	struct worker_launch launch = {argv[0], argv, NULL};
	assert_int_equal(worker_start(&w, &launch, NULL, &err), ERROR_NOT_FOUND);
	worker_end(&w, 0);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_misconduct),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_last_words),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_command_to_the_dead),
		cmocka_unit_test(test_no_program),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
