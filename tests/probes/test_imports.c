/* SPDX-License-Identifier: MIT */
/*
 * The guarded import probes, with stand-ins for interpreters: shell scripts that succeed,
 * fail, crash, hang, or leave children behind.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "python/imports/import_outcome.h"
#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/facts.h"
#include "trilane/fs.h"
#include "trilane/imports.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

/* A report with one interpreter, whose program is the script BODY in DIR. */
static json_t *report_of(const char *dir, const char *body, bool pyarrow, bool plugin)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;

	str_addf(&path, "%s/python", dir);
	str_addf(&text, "#!/bin/sh\n%s\n", body);
	assert_int_equal(fs_write(path.data, text.data, text.len, 0755, NULL), 0);
	json_t *one = json_pack("{s:s, s:s, s:s, s:s, s:{}, s:{}}", "id", "0123", "path",
	                        path.data, "real_path", path.data, "runs_as", "x86_64",
	                        "tensorflow", "packages");
	if (pyarrow)
		fact_set_string(one, "packages.pyarrow.version", "21.0.0");
	if (plugin)
		fact_set_string(one, "plugin.path", "/x");
	return json_pack("{s:[o]}", "interpreters", one);
}

static json_t *imports_of(const json_t *report)
{
	return json_object_get(json_array_get(json_object_get(report, "interpreters"), 0),
	                       "imports");
}

static const char *outcome(const json_t *report, size_t index)
{
	return fact_get_string(json_array_get(imports_of(report), index), "outcome");
}

struct fixture {
	struct source s;
	struct str dir;
};

static int set_up(void **state)
{
	static struct fixture f;

	if (access("/bin/sh", X_OK))
		return 1;
	f.s = (struct source)SOURCE_INIT;
	f.dir = (struct str)STR_INIT;
	if (source_open_live(&f.s, NULL) ||
	    fs_make_temporary_dir("trilane-test", &f.dir, NULL))
		return 1;
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	fs_remove_tree(f->dir.data, NULL);
	str_release(&f->dir);
	source_release(&f->s);
	return 0;
}

static json_t *run(struct fixture *f, const char *body, bool pyarrow, bool plugin,
                   uint64_t deadline_ns)
{
	struct imports_options options = {.deadline_ns = deadline_ns};
	json_t *report = report_of(f->dir.data, body, pyarrow, plugin);

	assert_int_equal(imports_run(&f->s, report, &options, NULL), 0);
	return report;
}

/* The probe's name is the argument behind -B, -Xfaulthandler, -c and the text. */
static void test_fine(void **state)
{
	json_t *report = run(*state,
	                     "echo version 2.18.0; [ \"$5\" = devices ] && echo 'devices "
	                     "[{\"name\": \"cpu\", \"type\": \"CPU\"}]'; exit 0",
	                     true, true, 20 * NS_PER_S);

	assert_int_equal(json_array_size(imports_of(report)), 5);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(outcome(report, i), "ok");
	json_t *devices = json_array_get(imports_of(report), 4);
	assert_string_equal(fact_get_string(devices, "probe"), "devices");
	assert_string_equal(fact_get_string(devices, "version"), "2.18.0");
	assert_int_equal(json_array_size(json_object_get(devices, "devices")), 1);
	json_decref(report);
}

/* What a package prints in the place of devices goes no further. */
static void test_odd_devices(void **state)
{
	json_t *report = run(*state,
	                     "echo version 1; echo \"devices $(printf '[%.0s' $(seq 100))"
	                     "$(printf ']%.0s' $(seq 100))\"; exit 0",
	                     false, false, 20 * NS_PER_S);

	assert_null(json_object_get(json_array_get(imports_of(report), 1), "devices"));
	json_decref(report);
	report = run(
		*state,
		"echo 'devices [1, {\"name\": 2, \"type\": \"GPU\"}, {\"name\": \"a\", "
		"\"type\": \"GPU\", \"more\": [[]]}]'; exit 0",
		false, false, 20 * NS_PER_S);
	json_t *want = json_pack("[{s:s, s:s}]", "name", "a", "type", "GPU");
	assert_true(json_equal(
		json_object_get(json_array_get(imports_of(report), 1), "devices"), want));
	json_decref(want);
	json_decref(report);
}

static void test_odd_record(void **state)
{
	json_t *row = json_pack("{s:s, s:[], s:{}, s:[i], s:{}, s:s}", "probe",
	                        "tensorflow", "exit", "signal", "duration_ns", 1,
	                        "stderr_tail", "devices", "none");
	json_t *out = import_outcome_from_record(row);
	static const char *const unknown[] = {"exit", "signal", "duration_ns",
	                                      "stderr_tail"};

	(void)state;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_true(json_is_null(json_object_get(out, unknown[i])));
	assert_null(json_object_get(out, "devices"));
	json_decref(out);
	json_decref(row);
}

static void test_failed(void **state)
{
	json_t *report = run(*state, "echo ImportError: no >&2; exit 1", false, false,
	                     20 * NS_PER_S);
	json_t *first = json_array_get(imports_of(report), 0);
	json_int_t code = 0;

	assert_string_equal(outcome(report, 0), "failed");
	assert_true(fact_get_integer(first, "exit", &code));
	assert_int_equal(code, 1);
	assert_string_equal(fact_get_string(first, "stderr_tail"), "ImportError: no\n");
	assert_string_equal(outcome(report, 1), "not_run"); /* devices */
	json_decref(report);
}

static void test_crashed(void **state)
{
	json_t *report = run(*state, "kill -ILL $$", false, false, 20 * NS_PER_S);
	json_t *first = json_array_get(imports_of(report), 0);

	assert_string_equal(outcome(report, 0), "crashed");
	assert_string_equal(fact_get_string(first, "signal"), "SIGILL");
	json_decref(report);
}

/* A hang ends at its deadline, and what it started ends with it. */
static void test_hung(void **state)
{
	struct fixture *f = *state;
	CLEANUP(str_release) struct str body = STR_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	int64_t child = 0;

	str_addf(&path, "%s/child", f->dir.data);
	str_addf(&body, "sleep 600 & echo $! > %s; wait", path.data);
	json_t *report = run(f, body.data, false, false, NS_PER_S / 2);
	assert_string_equal(outcome(report, 0), "hung");
	assert_int_equal(fs_read(path.data, 100, &text, NULL), 0);
	str_trim(&text);
	assert_true(text_to_i64(text.data, &child));
	for (int i = 0; i < 100 && kill((pid_t)child, 0) == 0; i++)
		clock_sleep_ns(50 * NS_PER_MS);
	assert_int_not_equal(kill((pid_t)child, 0), 0);
	json_decref(report);
}

/* A clean environment, an empty folder of its own, and nothing left of it. */
static void test_surroundings(void **state)
{
	struct fixture *f = *state;
	CLEANUP(str_release) struct str body = STR_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(strlist_release) struct strlist lines = STRLIST_INIT;

	setenv("TRILANE_TEST_SECRET", "hidden", 1);
	str_addf(&path, "%s/seen", f->dir.data);
	str_addf(&body, "{ pwd; ls -A | wc -l; env; } > %s; touch left-behind",
	         path.data);
	json_t *report = run(f, body.data, false, false, 20 * NS_PER_S);
	unsetenv("TRILANE_TEST_SECRET");
	assert_string_equal(outcome(report, 0), "ok");
	assert_int_equal(fs_read(path.data, 1 << 16, &text, NULL), 0);
	assert_null(strstr(text.data, "hidden"));
	assert_non_null(strstr(text.data, "KERAS_HOME="));
	strlist_split(&lines, text.data, "\n");
	assert_int_not_equal(access(lines.items[0], F_OK), 0); /* the folder is gone */
	json_decref(report);
}

static void test_cannot_run(void **state)
{
	struct fixture *f = *state;
	json_t *report = report_of(f->dir.data, "exit 0", false, false);
	json_t *one = json_array_get(json_object_get(report, "interpreters"), 0);

	fact_set_absent(one, "runs_as", FACT_NOT_APPLICABLE,
	                "this machine cannot run it");
	assert_int_equal(imports_run(&f->s, report, NULL, NULL), 0);
	assert_string_equal(outcome(report, 0), "not_run");
	json_decref(report);
}

static bool stop(void *context, const char *interpreter, const char *probe, double done)
{
	(void)interpreter;
	(void)probe;
	(void)done;
	return ++*(int *)context < 2;
}

static void test_stopped(void **state)
{
	struct fixture *f = *state;
	int calls = 0;
	struct imports_options options = {.step = stop, .context = &calls};
	json_t *report = report_of(f->dir.data, "exit 0", false, false);

	assert_int_equal(imports_run(&f->s, report, &options, NULL), ERROR_CANCELLED);
	assert_int_equal(json_array_size(imports_of(report)), 1);
	json_decref(report);
}

/* The folder of a program that was killed meanwhile goes when the next probe runs. */
static void test_sweep(void **state)
{
	struct fixture *f = *state;
	const char *before = getenv("TMPDIR");
	CLEANUP_FREE char *kept = before ? xstrdup(before) : NULL;
	CLEANUP(str_release) struct str dead = STR_INIT;

	fs_join(&dead, f->dir.data, "trilane-import-000000");
	assert_int_equal(fs_make_dirs(dead.data, 0700, NULL), 0);
	setenv("TMPDIR", f->dir.data, 1);
	json_t *report = run(f, "exit 0", false, false, 20 * NS_PER_S);
	if (kept)
		setenv("TMPDIR", kept, 1);
	else
		unsetenv("TMPDIR");
	assert_string_equal(outcome(report, 0), "ok");
	assert_int_equal(access(dead.data, F_OK), -1);
	json_decref(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fine),         cmocka_unit_test(test_failed),
		cmocka_unit_test(test_crashed),      cmocka_unit_test(test_hung),
		cmocka_unit_test(test_surroundings), cmocka_unit_test(test_cannot_run),
		cmocka_unit_test(test_stopped),      cmocka_unit_test(test_odd_devices),
		cmocka_unit_test(test_odd_record),   cmocka_unit_test(test_sweep),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
