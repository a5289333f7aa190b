/* SPDX-License-Identifier: MIT */
/* Children: output, ends, deadlines, ceilings, groups, descriptors. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "descriptors.h"
#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/proc.h"

/* Runs SCRIPT in the shell, which is here only the thing under observation. */
static void run(const char *script, const char *input, uint64_t deadline_ns, size_t limit,
                struct proc_output *o)
{
	const char *argv[] = {"sh", "-c", script, NULL};
	const char *env[] = {"PATH=/usr/bin:/bin", "WHAT=x", NULL};
	struct proc_spec spec = {.path = "/bin/sh", .argv = argv, .env = env, .dir = "/"};
	struct error err = ERROR_INIT;

	if (proc_run(&spec, input, input ? strlen(input) : 0, deadline_ns, limit, o,
	             &err) != 0)
		fail_msg("%s", err.text);
}

static void assert_end(const struct proc_output *o, const char *expected)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	proc_describe_end(&o->end, &text);
	assert_string_equal(text.data, expected);
}

static void output_input_and_exit_code_come_back(void **state)
{
	CLEANUP(proc_output_release) struct proc_output o = PROC_OUTPUT_INIT;

	(void)state;
	run("cat; echo \"$WHAT $PWD\"; echo e >&2; exit 3", "in\n", 10 * NS_PER_S, 1000,
	    &o);
	assert_string_equal(o.out.data, "in\nx /\n");
	assert_string_equal(o.err.data, "e\n");
	assert_end(&o, "exit code 3");
	assert_true(o.end.peak_memory_bytes > 100000);
}

static void signals_are_named(void **state)
{
	CLEANUP(proc_output_release) struct proc_output o = PROC_OUTPUT_INIT;

	(void)state;
	run("kill -ILL $$", NULL, 10 * NS_PER_S, 1000, &o);
	assert_end(&o, "killed by SIGILL (illegal instruction)");
}

static void deadline_kills_the_whole_group(void **state)
{
	CLEANUP(proc_output_release) struct proc_output o = PROC_OUTPUT_INIT;
	int pid;

	(void)state;
	run("sleep 1000 & echo $!; trap '' TERM; sleep 1000", NULL, NS_PER_S / 2, 1000,
	    &o);
	assert_true(o.end.timed_out);
	pid = (int)strtol(o.out.data, NULL, 10);
	assert_true(pid > 1);
	/* A dead grandchild may wait for init to reap it; it must not run. */
	for (int i = 0; i < 500 && kill(pid, 0) == 0; i++)
		clock_sleep_ns(10 * NS_PER_MS);
	assert_int_not_equal(kill(pid, 0), 0);
}

static void a_grandchild_holding_the_pipe_does_not_hang_us(void **state)
{
	CLEANUP(proc_output_release) struct proc_output o = PROC_OUTPUT_INIT;

	(void)state;
	run("sleep 1000 & echo done", NULL, 60 * NS_PER_S, 1000, &o);
	assert_string_equal(o.out.data, "done\n");
	assert_end(&o, "exit code 0");
}

static void a_flood_is_stopped(void **state)
{
	CLEANUP(proc_output_release) struct proc_output o = PROC_OUTPUT_INIT;

	(void)state;
	run("while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done", NULL, 60 * NS_PER_S,
	    100000, &o);
	assert_true(o.end.overflowed);
	assert_true(o.out.len <= 100000);
}

static void our_descriptors_stay_ours(void **state)
{
	CLEANUP(proc_output_release) struct proc_output o = PROC_OUTPUT_INIT;
	int leaky = open("/dev/null", O_RDONLY); /* on purpose without O_CLOEXEC */

	(void)state;
	assert_true(leaky > 2);
	run("ls /dev/fd/", NULL, 10 * NS_PER_S, 1000, &o);
	close(leaky);
	/* 0, 1, 2, and the descriptor with which ls reads the folder. */
	assert_string_equal(o.out.data, "0\n1\n2\n3\n");
}

static void no_descriptor_is_left_behind(void **state)
{
	const int before = count_open();
	const char *argv[] = {"x", NULL};
	struct proc_spec nowhere = {.path = "/nonexistent/x",
	                            .argv = argv,
	                            .streams = PROC_STDIN | PROC_STDOUT | PROC_STDERR |
	                                       PROC_FD3};
	struct proc p = PROC_INIT;

	(void)state;
	for (int i = 0; i < 3; i++) {
		CLEANUP(proc_output_release) struct proc_output o = PROC_OUTPUT_INIT;

		run("cat", "word", 60 * NS_PER_S, 1000, &o);
		assert_string_equal(o.out.data, "word");
		assert_int_equal(proc_start(&p, &nowhere, NULL), ERROR_NOT_FOUND);
	}
	assert_int_equal(count_open(), before);
}

static void a_missing_program_is_an_error(void **state)
{
	CLEANUP(proc_output_release) struct proc_output o = PROC_OUTPUT_INIT;
	const char *argv[] = {"x", NULL};
	struct proc_spec spec = {.path = "/nonexistent/x", .argv = argv};
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(proc_run(&spec, NULL, 0, NS_PER_S, 10, &o, &err),
	                 ERROR_NOT_FOUND);
	assert_string_equal(err.text,
	                    "cannot start /nonexistent/x: No such file or directory");
}

static void conversation_over_descriptor_three(void **state)
{
	const char *argv[] = {"sh", "-c", "read w; echo \"got $w\" >&3", NULL};
	struct proc_spec spec = {
		.path = "/bin/sh", .argv = argv, .streams = PROC_STDIN | PROC_FD3};
	struct proc p = PROC_INIT;
	struct proc_end end;
	char line[32] = "";
	ssize_t n = -1;

	(void)state;
	assert_int_equal(proc_start(&p, &spec, NULL), 0);
	assert_int_equal(write(p.stdin_fd, "word\n", 5), 5);
	for (int i = 0; i < 1000 && n < 0; i++) {
		n = read(p.fd3, line, sizeof(line) - 1);
		clock_sleep_ns(5 * NS_PER_MS);
	}
	assert_string_equal(line, "got word\n");
	proc_finish(&p, NS_PER_S, &end);
	assert_true(end.exited && end.exit_code == 0);
	assert_int_equal(p.pid, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_input_and_exit_code_come_back),
		cmocka_unit_test(signals_are_named),
		cmocka_unit_test(deadline_kills_the_whole_group),
		cmocka_unit_test(a_grandchild_holding_the_pipe_does_not_hang_us),
		cmocka_unit_test(a_flood_is_stopped),
		cmocka_unit_test(our_descriptors_stay_ours),
		cmocka_unit_test(no_descriptor_is_left_behind),
		cmocka_unit_test(a_missing_program_is_an_error),
		cmocka_unit_test(conversation_over_descriptor_three),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
