/* SPDX-License-Identifier: MIT */
/*
 * The worker program seen from outside: its lines and their order, its errors, and that
 * it ends when it should.  Trains on five small files, so that nothing takes long.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/fs.h"
#include "trilane/mem.h"
#include "trilane/platform.h"
#include "trilane/proc.h"
#include "trilane/str.h"

#include "trilane/banned.h"

enum { PATIENCE_MS = 120000, LINE_MAX_BYTES = 65536 };

/* A worker being talked to. */
struct talk {
	struct proc proc;
	struct str unread;
	char *data; /* --data */
};

static const char *worker_path(void)
{
	const char *path = getenv("TRILANE_WORKER");

	if (!path)
		skip();
	return path;
}

static char *fixture(void)
{
	const char *tests = getenv("TRILANE_TEST_DATA");

	return xasprintf("%s/bench/data/plain", tests ? tests : "tests");
}

/* Starts PATH with the words of LINE behind it; "DATA" becomes the small data set. */
static void start(struct talk *t, const char *path, const char *line)
{
	CLEANUP(strlist_release) struct strlist words = STRLIST_INIT;
	CLEANUP(strlist_release) struct strlist env = STRLIST_INIT;
	struct error err = ERROR_INIT;
	struct proc_spec spec = {.path = path,
	                         .streams = PROC_STDIN | PROC_STDOUT | PROC_STDERR |
	                                    PROC_FD3};

	*t = (struct talk){.proc = PROC_INIT, .unread = STR_INIT, .data = fixture()};
	strlist_add(&words, path);
	strlist_split(&words, line, " ");
	for (size_t i = 0; i < words.count; i++)
		if (!strcmp(words.items[i], "DATA")) {
			free(words.items[i]);
			words.items[i] = xstrdup(t->data);
		}
	proc_clean_environment(&env);
	spec.argv = (const char *const *)words.items;
	spec.env = (const char *const *)env.items;
	if (proc_start(&t->proc, &spec, &err))
		fail_msg("%s", err.text);
}

static void say(struct talk *t, const char *word)
{
	assert_int_equal(fs_write_fd(t->proc.stdin_fd, word, strlen(word), NULL), 0);
}

/* Reads more; false at the end. */
static bool read_more(struct talk *t)
{
	struct pollfd p = {.fd = t->proc.fd3, .events = POLLIN};
	char bytes[4096];
	ssize_t n;

	if (poll(&p, 1, PATIENCE_MS) != 1)
		fail_msg("the worker is silent");
	n = read(t->proc.fd3, bytes, sizeof(bytes));
	if (n > 0)
		str_add_n(&t->unread, bytes, (size_t)n);
	return n > 0;
}

/* The next line, or NULL at the end; the caller releases it. */
static json_t *next_line(struct talk *t)
{
	char *end;
	json_t *line;

	while (!(end = strchr(t->unread.data, '\n')))
		if (!read_more(t))
			return NULL;
	assert_true(end - t->unread.data < LINE_MAX_BYTES);
	line = json_loadb(t->unread.data, (size_t)(end - t->unread.data),
	                  JSON_REJECT_DUPLICATES, NULL);
	assert_true(json_is_object(line));
	memmove(t->unread.data, end + 1, t->unread.len - (size_t)(end - t->unread.data));
	str_truncate(&t->unread, strlen(t->unread.data));
	return line;
}

/* The next line that is no progress; it must be of TYPE. */
static json_t *expect(struct talk *t, const char *type)
{
	for (;;) {
		json_t *line = next_line(t);
		const char *got = json_string_value(json_object_get(line, "type"));

		if (!line)
			fail_msg("the worker ended where %s was expected", type);
		if (got && !strcmp(got, type))
			return line;
		if (!got || strcmp(got, "progress"))
			fail_msg("%s where %s was expected", json_dumps(line, 0), type);
		json_decref(line);
	}
}

static struct proc_end end(struct talk *t)
{
	struct proc_end e;

	proc_finish(&t->proc, 60 * NS_PER_S, &e);
	str_release(&t->unread);
	free(t->data);
	return e;
}

static double number(json_t *line, const char *key)
{
	json_t *value = json_object_get(line, key);

	if (!json_is_number(value))
		fail_msg("no number %s in %s", key, json_dumps(line, 0));
	return json_number_value(value);
}

static void check_hello(struct talk *t, const char *engine)
{
	json_t *hello = expect(t, "hello");

	assert_true(number(hello, "protocol") == 1);
	assert_string_equal(json_string_value(json_object_get(hello, "arch")),
	                    platform_arch());
	assert_true(json_boolean_value(json_object_get(hello, "translated")) ==
	            platform_translated(NULL));
	assert_string_equal(json_string_value(json_object_get(hello, "engine")), engine);
	assert_true(json_is_boolean(json_object_get(hello, "software_device")));
	assert_true(json_is_boolean(json_object_get(hello, "flush_to_zero")));
	assert_true(number(hello, "threads") >= 1);
	assert_true(json_is_string(json_object_get(hello, "build")));
	json_decref(hello);
}

static void check_training(struct talk *t, int epochs, int steps)
{
	json_t *line = expect(t, "checks");

	assert_true(json_is_true(json_object_get(line, "passed")));
	assert_true(number(line, "gradient_max_error") < 1e-3);
	assert_true(number(line, "oracle_max_error") < 1e-3);
	json_decref(line);
	for (int i = 1; i <= epochs; i++) {
		line = expect(t, "epoch");
		assert_true(number(line, "epoch") == i && number(line, "of") == epochs);
		assert_true(number(line, "loss") > 0 && number(line, "seconds") > 0);
		assert_in_range((uintmax_t)(100 * number(line, "accuracy")), 0, 100);
		json_decref(line);
	}
	line = expect(t, "trained");
	assert_in_range((uintmax_t)(100 * number(line, "test_accuracy")), 0, 100);
	assert_int_equal(json_array_size(json_object_get(line, "first_losses")), steps);
	json_decref(line);
}

static void check_timing(struct talk *t)
{
	json_t *line = expect(t, "ready");

	assert_true(number(line, "cold_ns") > 0 && number(line, "step_ns") > 0);
	assert_true(number(line, "batch") == 2);
	json_decref(line);
	say(t, "sample\nsam");
	say(t, "ple\n");
	for (int i = 0; i < 2; i++) {
		line = expect(t, "sample");
		assert_true(number(line, "steps") >= 1);
		assert_true(number(line, "duration_ns") >= 5e6);
		json_decref(line);
	}
	say(t, "quit\n");
	line = expect(t, "result");
	assert_true(number(line, "peak_memory_bytes") > 1e6);
	assert_true(number(line, "flop_per_sample") > 1e5);
	assert_int_equal(json_array_size(json_object_get(line, "inference")), 2);
	json_decref(line);
	assert_null(next_line(t));
}

/* Five images in batches of two are three steps an epoch. */
static void converse(const char *model, const char *engine)
{
	char *line = xasprintf("--model %s --engine %s --data DATA --batch 2 --epochs 2 "
	                       "--threads 2 --sample-ms 5",
	                       model, engine);
	struct talk t;
	struct proc_end e;

	start(&t, worker_path(), line);
	check_hello(&t, engine);
	check_training(&t, 2, 6);
	check_timing(&t);
	e = end(&t);
	assert_true(e.exited && e.exit_code == 0);
	free(line);
}

static void test_a_whole_conversation(void **state)
{
	(void)state;
	converse("mlp", "cpu");
	converse("cnn", "cpu");
	converse("cnn", "reference");
}

static void test_end_of_input_ends_it(void **state)
{
	struct talk t;
	struct proc_end e;

	(void)state;
	start(&t, worker_path(), "--images 5000 --epochs 100 --threads 1");
	json_decref(expect(&t, "hello")); /* much is left to do */
	e = end(&t);                      /* closes its input first */
	assert_true(e.exited && e.exit_code == 0);
}

/* Has it ended?  One that nobody has reaped yet has. */
static bool has_ended(pid_t pid)
{
	CLEANUP(str_release) struct str stat = STR_INIT;
	char path[64];
	const char *state;

	if (kill(pid, 0) != 0)
		return errno == ESRCH;
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (fs_read(path, 4096, &stat, NULL) != 0)
		return true;
	state = strrchr(stat.data, ')');
	return state && state[1] && state[2] == 'Z';
}

/* A supervisor killed outright takes the worker with it though its input stays open.
 * (The shell would give a background process another input, but for descriptor 5.) */
static void test_death_of_the_parent_ends_it(void **state)
{
	CLEANUP_FREE char *script =
		xasprintf("exec 5<&0; %s --images 5000 --epochs 100 --threads 1 <&5 & "
	                  "echo $!; wait",
	                  worker_path());
	const char *argv[] = {"sh", "-c", script, NULL};
	struct proc_spec spec = {.path = "/bin/sh",
	                         .argv = argv,
	                         .streams = PROC_STDIN | PROC_STDOUT | PROC_FD3};
	struct talk t = {.proc = PROC_INIT, .unread = STR_INIT};
	struct pollfd p;
	char text[32] = "";
	struct proc_end e;
	pid_t pid;

	(void)state;
	if (strcmp(platform_os(), TRILANE_OS_LINUX)) {
		print_message(
			"skipped: only Linux tells a child of its parent's death\n");
		skip();
	}
	assert_int_equal(proc_start(&t.proc, &spec, NULL), 0);
	json_decref(expect(&t, "hello")); /* by now it has asked the system for that */
	p = (struct pollfd){.fd = t.proc.stdout_fd, .events = POLLIN};
	assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
	assert_true(read(t.proc.stdout_fd, text, sizeof(text) - 1) > 0);
	pid = (pid_t)strtol(text, NULL, 10);
	clock_sleep_ns(200 * NS_PER_MS); /* an input at its end would be noticed by now */
	assert_true(pid > 1 && !has_ended(pid));
	assert_int_equal(kill(t.proc.pid, SIGKILL), 0); /* the shell, not the group */
	for (int i = 0; i < PATIENCE_MS / 10 && !has_ended(pid); i++)
		clock_sleep_ns(10 * NS_PER_MS);
	assert_true(has_ended(pid));
	proc_finish(&t.proc, 0, &e);
	str_release(&t.unread);
}

static void assert_error(const char *path, const char *arguments, const char *code,
                         const char *part)
{
	struct talk t;
	struct proc_end e;
	json_t *line;

	start(&t, path, arguments);
	while ((line = next_line(&t)) &&
	       strcmp(json_string_value(json_object_get(line, "type")), "error"))
		json_decref(line);
	assert_non_null(line);
	assert_string_equal(json_string_value(json_object_get(line, "code")), code);
	if (!strstr(json_string_value(json_object_get(line, "text")), part))
		fail_msg("%s lacks %s", json_dumps(line, 0), part);
	json_decref(line);
	assert_null(next_line(&t));
	e = end(&t);
	assert_true(e.exited && e.exit_code == 1);
}

static void test_errors_are_lines(void **state)
{
	const char *path = worker_path();

	(void)state;
	assert_error(path, "--frobnicate", "invalid", "--frobnicate");
	assert_error(path, "--batch 0", "invalid", "1 to 4096");
	assert_error(path, "--engine abacus", "not_found", "abacus");
	assert_error(path, "--data /nowhere/mnist", "not_found", "/nowhere/mnist");
	assert_error(path, "--data DATA --batch 6", "invalid", "the data set has 5");
	assert_error(path, "--data /etc/passwd", "damaged", "/etc/passwd");
}

static void test_unknown_command(void **state)
{
	struct talk t;
	struct proc_end e;
	json_t *line;

	(void)state;
	start(&t, worker_path(), "--data DATA --batch 2 --epochs 1 --sample-ms 1");
	say(&t, "dance\n");
	json_decref(expect(&t, "hello"));
	check_training(&t, 1, 3);
	json_decref(expect(&t, "ready"));
	line = expect(&t, "error");
	assert_string_equal(json_string_value(json_object_get(line, "code")), "invalid");
	json_decref(line);
	e = end(&t);
	assert_true(e.exited);
	assert_int_equal(e.exit_code, 1);
}

/* Standard output of the worker with the words of LINE. */
static void run(const char *line, struct proc_output *o)
{
	CLEANUP(strlist_release) struct strlist words = STRLIST_INIT;
	CLEANUP_FREE char *data = fixture();
	struct proc_spec spec = {.path = worker_path()};
	struct error err = ERROR_INIT;

	strlist_add(&words, worker_path());
	strlist_split(&words, line, " ");
	strlist_add(&words, "--data");
	strlist_add(&words, data);
	spec.argv = (const char *const *)words.items;
	if (proc_run(&spec, NULL, 0, 120 * NS_PER_S, 1 << 20, o, &err))
		fail_msg("%s", err.text);
}

static void test_losses_do_not_depend_on_threads(void **state)
{
	CLEANUP(proc_output_release) struct proc_output one = PROC_OUTPUT_INIT;
	CLEANUP(proc_output_release) struct proc_output three = PROC_OUTPUT_INIT;

	(void)state;
	run("--model cnn --losses 8 --batch 2 --threads 1", &one);
	run("--model cnn --losses 8 --batch 2 --threads 3", &three);
	assert_int_equal(one.end.exit_code, 0);
	assert_true(strlen(one.out.data) > 8 * 4);
	assert_string_equal(one.out.data, three.out.data);
}

static void test_help(void **state)
{
	CLEANUP(proc_output_release) struct proc_output o = PROC_OUTPUT_INIT;

	(void)state;
	run("--help", &o);
	assert_int_equal(o.end.exit_code, 0);
	assert_non_null(strstr(o.out.data, "--sample-ms"));
}

/* The hello of the foreign worker under its translator. */
static void test_a_translated_worker_knows(void **state)
{
	static const char *const qemu[] = {
		"/usr/bin/qemu-aarch64-static", "/usr/bin/qemu-x86_64-static",
		"/usr/bin/qemu-aarch64", "/usr/bin/qemu-x86_64"};
	const char *images = getenv("TRILANE_WORKER_IMAGES");
	bool arm = !strcmp(platform_arch(), "arm64");
	const char *arch = arm ? "x86_64" : "arm64", *translator = NULL;
	CLEANUP_FREE char *image = xasprintf("%s/trilane-worker-linux-%s", images, arch);
	CLEANUP_FREE char *line = xasprintf("%s --images 32", image);
	struct talk t;
	json_t *hello;

	(void)state;
	for (int i = 3; i >= 0; i--)
		if (!!strstr(qemu[i], "x86") == arm && access(qemu[i], X_OK) == 0)
			translator = qemu[i];
	if (!translator || access(image, X_OK) != 0) {
		print_message("skipped: no worker for %s or no translator\n", arch);
		skip();
	}
	start(&t, translator, line);
	hello = expect(&t, "hello");
	assert_string_equal(json_string_value(json_object_get(hello, "arch")), arch);
	assert_true(json_is_true(json_object_get(hello, "translated")));
	json_decref(hello);
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_whole_conversation),
		cmocka_unit_test(test_end_of_input_ends_it),
		cmocka_unit_test(test_death_of_the_parent_ends_it),
		cmocka_unit_test(test_errors_are_lines),
		cmocka_unit_test(test_unknown_command),
		cmocka_unit_test(test_losses_do_not_depend_on_threads),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_a_translated_worker_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
