/* SPDX-License-Identifier: MIT */
/* The source: recordings that are sound, damaged, or meant to do harm. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "source_private.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/probes.h"
#include "trilane/source.h"

static const char sound[] =
	"{\"schema\":\"trilane/recording/1\",\"os\":\"macOS\",\"arch\":\"arm64\","
	"\"process_arch\":\"aarch64\",\"translated\":false,\"home\":\"/Users/me\"}";

struct fixture {
	struct str dir;
};

static int make_dir(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->dir = (struct str)STR_INIT;
	*state = f;
	return fs_make_temporary_dir("trilane-source", &f->dir, NULL);
}

static int remove_dir(void **state)
{
	struct fixture *f = *state;

	fs_remove_tree(f->dir.data, NULL);
	str_release(&f->dir);
	free(f);
	return 0;
}

static const char *in_dir(struct fixture *f, const char *name, struct str *path)
{
	str_clear(path);
	fs_join(path, f->dir.data, name);
	return path->data;
}

static void put(struct fixture *f, const char *name, const char *text)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str parent = STR_INIT;

	in_dir(f, name, &path);
	fs_dir_name(&parent, path.data);
	assert_int_equal(fs_make_dirs(parent.data, 0700, NULL), 0);
	assert_int_equal(fs_write(path.data, text, strlen(text), 0600, NULL), 0);
}

static void put_link(struct fixture *f, const char *name, const char *target)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str parent = STR_INIT;

	in_dir(f, name, &path);
	fs_dir_name(&parent, path.data);
	assert_int_equal(fs_make_dirs(parent.data, 0700, NULL), 0);
	assert_int_equal(symlink(target, path.data), 0);
}

static void reads_what_is_recorded(void **state)
{
	struct fixture *f = *state;
	CLEANUP(source_release) struct source s = SOURCE_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	static const char *const argv[] = {"sw_vers", NULL};
	static const char *const failing[] = {"vm_stat", NULL};

	put(f, "recording.json", sound);
	put(f, "sysctl.txt",
	    "hw.memsize: 17\r\nhw.model = Mac1,1\nrubbish\n: x\nkern.x: a: b\n");
	put(f, "environment.json",
	    "{\"PATH\":\"/bin\",\"SECRET\":\"x\",\"UV_TOKEN\":\"x\"}");
	put(f, "commands/sw_vers", "ProductVersion: 14\n");
	put(f, "commands/vm_stat", "what it said");
	put(f, "commands/vm_stat.exit", "3\n");
	put(f, "root/etc/x", "file");
	assert_int_equal(source_open_recording(&s, f->dir.data, NULL), 0);
	assert_int_equal(s.os, SOURCE_MACOS);
	assert_string_equal(s.process_arch, "arm64");
	assert_true(source_sysctl(&s, "hw.memsize", &text));
	assert_string_equal(text.data, "17");
	assert_true(source_sysctl(&s, "hw.model", &text));
	assert_string_equal(text.data, "Mac1,1");
	assert_true(source_sysctl(&s, "kern.x", &text));
	assert_string_equal(text.data, "a: b");
	assert_false(source_sysctl(&s, "hw.none", &text));
	assert_string_equal(source_env(&s, "PATH"), "/bin");
	assert_null(source_env(&s, "SECRET"));
	assert_null(source_env(&s, "UV_TOKEN"));
	str_clear(&text);
	assert_int_equal(source_command(&s, argv, &text, NULL), 0);
	assert_string_equal(text.data, "ProductVersion: 14\n");
	str_clear(&text);
	assert_int_equal(source_command(&s, failing, &text, NULL), ERROR_FAILED);
	assert_string_equal(text.data, "what it said");
	str_clear(&text);
	assert_int_equal(source_read(&s, "/etc/x", 100, &text, NULL), 0);
	assert_string_equal(text.data, "file");
	assert_false(source_is_file(&s, "/etc/y"));
}

static void expect_refusal(struct fixture *f, const char *words)
{
	struct source s = SOURCE_INIT;
	struct error err = ERROR_INIT;

	assert_true(source_open_recording(&s, f->dir.data, &err) < 0);
	if (!strstr(err.text, words))
		fail_msg("\"%s\" does not say \"%s\"", err.text, words);
	source_release(&s);
}

static void says_what_is_wrong_with_recording_json(void **state)
{
	struct fixture *f = *state;
	static const char *const damaged[] = {
		"", "{", "[]", "null", "{\"schema\":1}", "\xff\xfe", "{\"a\":1,\"a\":2}"};

	expect_refusal(f, "recording.json");
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		put(f, "recording.json", damaged[i]);
		expect_refusal(f, "recording.json");
	}
	put(f, "recording.json", "{\"schema\":\"trilane/recording/2\"}");
	expect_refusal(f, "schema");
	put(f, "recording.json",
	    "{\"schema\":\"trilane/recording/1\",\"os\":\"Plan 9\"}");
	expect_refusal(f, "os");
}

static void a_recording_may_lack_everything_else(void **state)
{
	struct fixture *f = *state;
	CLEANUP(source_release) struct source s = SOURCE_INIT;
	json_t *report = json_object();

	put(f, "recording.json",
	    "{\"schema\":\"trilane/recording/1\",\"os\":\"Linux\","
	    "\"home\":7,\"arch\":{},\"translated\":\"yes\"}");
	put(f, "environment.json", "[1,");
	assert_int_equal(source_open_recording(&s, f->dir.data, NULL), 0);
	assert_false(source_is_file(&s, "/etc/os-release"));
	assert_true(probes_run(&s, report, NULL, NULL));
	assert_string_equal(fact_get_string(report, "machine.os.name"), "Linux");
	json_decref(report);
}

/* What lies outside and must not be read, listed or even seen. */
static void nothing_outside_is_reached(void **state)
{
	struct fixture *f = *state;
	CLEANUP(source_release) struct source s = SOURCE_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	static const char *const argv[] = {"sw_vers", NULL};
	struct fs_info info;

	put(f, "recording.json", sound);
	put(f, "secret", "outside of root");
	put_link(f, "root/absolute", "/etc/passwd");
	put_link(f, "root/up", "../secret");
	put_link(f, "root/folder", "../../../../../../../etc");
	put_link(f, "root/loop", "loop");
	put_link(f, "root/a", "b");
	put_link(f, "root/b", "a");
	put_link(f, "commands/sw_vers", "../../../../../../../etc/passwd");
	put_link(f, "sysctl.txt", "/etc/passwd");
	assert_int_equal(source_open_recording(&s, f->dir.data, NULL), 0);
	assert_true(source_read(&s, "/absolute", 1000, &text, NULL) < 0);
	assert_true(source_read(&s, "/up", 1000, &text, NULL) < 0);
	assert_true(source_read(&s, "/../secret", 1000, &text, NULL) < 0);
	assert_true(source_read(&s, "/../../../../etc/passwd", 1000, &text, NULL) < 0);
	assert_true(source_list(&s, "/folder", &list, NULL) < 0);
	assert_true(source_info(&s, "/loop", &info, NULL) < 0);
	assert_true(source_resolve(&s, "/a/x", &text, NULL) < 0);
	assert_true(source_command(&s, argv, &text, NULL) < 0);
	assert_int_equal(s.sysctls.count, 0);
	assert_int_equal(text.len, 0);
}

static void root_must_be_a_folder_of_its_own(void **state)
{
	struct fixture *f = *state;

	put(f, "recording.json", sound);
	put_link(f, "root", "/");
	expect_refusal(f, "root");
}

static void recording_json_must_be_a_file_of_its_own(void **state)
{
	struct fixture *f = *state;

	put_link(f, "recording.json", "/etc/passwd");
	expect_refusal(f, "recording.json");
}

static void fifos_and_huge_files_end_in_errors(void **state)
{
	struct fixture *f = *state;
	CLEANUP(source_release) struct source s = SOURCE_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	json_t *report = json_object();

	put(f, "recording.json", "{\"schema\":\"trilane/recording/1\",\"os\":\"Linux\"}");
	put(f, "root/proc/x", "");
	assert_int_equal(mkfifo(in_dir(f, "root/proc/cpuinfo", &path), 0600), 0);
	assert_int_equal(mkfifo(in_dir(f, "environment.json", &path), 0600), 0);
	put(f, "root/proc/meminfo", "");
	assert_int_equal(truncate(in_dir(f, "root/proc/meminfo", &path), 1 << 30), 0);
	put(f, "root/etc/os-release", "");
	assert_int_equal(
		truncate(in_dir(f, "root/etc/os-release", &path), INT64_C(1) << 40), 0);
	assert_int_equal(source_open_recording(&s, f->dir.data, NULL), 0);
	assert_true(source_read(&s, "/proc/cpuinfo", 1000, &text, NULL) < 0);
	assert_int_equal(source_read(&s, "/proc/meminfo", 1000, &text, NULL),
	                 ERROR_TOO_LARGE);
	assert_true(probes_run(&s, report, NULL, NULL));
	assert_true(fact_is_absent(json_object_get(
		json_object_get(json_object_get(report, "machine"), "memory"),
		"total_bytes")));
	json_decref(report);
}

struct stop {
	int calls;
};

static bool stop_at_third(void *context, const char *name, double done)
{
	struct stop *stop = context;

	assert_non_null(name);
	assert_true(done >= 0 && done < 1);
	return ++stop->calls < 3;
}

static void probing_can_be_stopped_between_probes(void **state)
{
	struct fixture *f = *state;
	CLEANUP(source_release) struct source s = SOURCE_INIT;
	struct stop stop = {0};
	json_t *report = json_object();

	put(f, "recording.json", sound);
	assert_int_equal(source_open_recording(&s, f->dir.data, NULL), 0);
	assert_false(probes_run(&s, report, stop_at_third, &stop));
	assert_int_equal(json_array_size(json_object_get(report, "probes")), 2);
	json_decref(report);
}

static void live_reads_this_machine(void **state)
{
	CLEANUP(source_release) struct source s = SOURCE_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	json_t *report = json_object();
	json_int_t cores;

	(void)state;
	assert_int_equal(source_open_live(&s, NULL), 0);
	assert_true(s.live);
	assert_int_equal(source_read_side(&s, "imports.jsonl", 10, &text, NULL),
	                 ERROR_NOT_FOUND);
	assert_true(source_is_dir(&s, "/"));
	assert_true(probes_run(&s, report, NULL, NULL));
	assert_non_null(fact_get_string(report, "machine.arch"));
	assert_true(fact_get_integer(report, "machine.cores.total", &cores));
	assert_true(cores >= 1);
	json_decref(report);
}

#define WITH_DIR(test) cmocka_unit_test_setup_teardown(test, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DIR(reads_what_is_recorded),
		WITH_DIR(says_what_is_wrong_with_recording_json),
		WITH_DIR(a_recording_may_lack_everything_else),
		WITH_DIR(nothing_outside_is_reached),
		WITH_DIR(root_must_be_a_folder_of_its_own),
		WITH_DIR(recording_json_must_be_a_file_of_its_own),
		WITH_DIR(fifos_and_huge_files_end_in_errors),
		WITH_DIR(probing_can_be_stopped_between_probes),
		cmocka_unit_test(live_reads_this_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
