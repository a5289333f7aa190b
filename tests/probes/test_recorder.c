/* SPDX-License-Identifier: MIT */
/*
 * The recorder.  The machine recorded is itself a recording, made here and full of names
 * and numbers that must not come through; what was recorded replays to the same report.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/probes.h"
#include "trilane/recorder.h"

static const char *const secrets[] = {
	"kirstenb",
	"Kirstens-MacBook",
	"C02XK1ABJG5J",
	"8F1C2B3A-1122-3344-5566-778899AABBCC",
	"00008103-000A1B2C3D4E001E",
	"/Users/kirstenb",
	"hunter2",
	"tok-4711",
	"Love Letters",
	"tax-2025",
};

static const char profiler[] =
	"{\"SPHardwareDataType\":[{\"chip_type\":\"Apple "
	"M1\",\"machine_model\":\"Mac1,1\","
	"\"platform_UUID\":\"8F1C2B3A-1122-3344-5566-778899AABBCC\","
	"\"provisioning_UDID\":\"00008103-000A1B2C3D4E001E\","
	"\"serial_number\":\"C02XK1ABJG5J\"}],\"SPDisplaysDataType\":[]}";

struct fixture {
	struct str from, to;
};

static void put(const char *dir, const char *name, const char *text)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str parent = STR_INIT;

	fs_join(&path, dir, name);
	fs_dir_name(&parent, path.data);
	assert_int_equal(fs_make_dirs(parent.data, 0700, NULL), 0);
	assert_int_equal(fs_write(path.data, text, strlen(text), 0600, NULL), 0);
}

static void put_link(const char *dir, const char *name, const char *target)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	fs_join(&path, dir, name);
	assert_int_equal(symlink(target, path.data), 0);
}

static void make_machine(const char *dir)
{
	put(dir, "recording.json",
	    "{\"schema\":\"trilane/recording/1\",\"os\":\"macOS\",\"arch\":\"arm64\","
	    "\"process_arch\":\"arm64\",\"translated\":false,\"home\":\"/Users/"
	    "kirstenb\"}");
	put(dir, "sysctl.txt",
	    "hw.memsize: 8589934592\nhw.optional.arm64: 1\n"
	    "kern.hostname: Kirstens-MacBook.local\nhw.physicalcpu: 8\n"
	    "machdep.cpu.brand_string: Apple M1\n"
	    "kern.osproductversion: 14.4\n");
	put(dir, "environment.json",
	    "{\"PATH\":\"/Users/kirstenb/bin:/usr/bin\",\"CUDA_HOME\":\"/Users/kirstenb/"
	    "cuda\","
	    "\"UV_INDEX_PASSWORD\":\"hunter2\"}");
	put(dir, "commands/uname -a", "Darwin Kirstens-MacBook.local 23.4.0 arm64\n");
	put(dir, "commands/pmset -g batt",
	    "Now drawing from 'Battery Power'\n"
	    " -InternalBattery-0 (id=4711)\t61%; x\n");
	put(dir, "commands/system_profiler SPHardwareDataType SPDisplaysDataType -json",
	    profiler);
	put(dir, "commands/vm_stat", "nothing\n");
	put(dir, "commands/vm_stat.exit", "1\n");
	put(dir, "root/Users/kirstenb/.condarc",
	    "subdir: osx-64\nchannels: "
	    "[https://kirstenb:hunter2@x.example/t/tok-4711/main]\n");
	put(dir, "root/Users/kirstenb/real/miniforge3/condabin/conda", "#!python\n");
	put(dir, "root/Users/kirstenb/real/miniforge3/conda-meta/conda-24.1.0-py_0.json",
	    "{\"subdir\":\"osx-arm64\",\"link\":\"/Users/kirstenb/pkgs\"}");
	put_link(dir, "root/Users/kirstenb/miniforge3",
	         "/Users/kirstenb/real/miniforge3");
	put(dir, "root/Users/kirstenb/Love Letters/1.txt", "dear");
	put(dir, "root/Users/kirstenb/tax-2025.pdf", "much");
	put(dir, "root/Users/kirstenb/bin/uv", "program");
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->from = (struct str)STR_INIT;
	f->to = (struct str)STR_INIT;
	*state = f;
	if (fs_make_temporary_dir("trilane-from", &f->from, NULL) < 0)
		return -1;
	make_machine(f->from.data);
	return fs_make_temporary_dir("trilane-to", &f->to, NULL);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	fs_remove_tree(f->from.data, NULL);
	fs_remove_tree(f->to.data, NULL);
	str_release(&f->from);
	str_release(&f->to);
	free(f);
	return 0;
}

/* Probes S and forgets what differs from run to run. */
static json_t *probe(struct source *s)
{
	json_t *report = json_object();

	probes_run(s, report, NULL, NULL);
	json_object_del(report, "probes");
	return report;
}

static json_t *record(struct fixture *f, const struct redaction *redaction)
{
	CLEANUP(source_release) struct source s = SOURCE_INIT;
	CLEANUP(fs_list_release) struct fs_list home = FS_LIST_INIT;
	struct source_recorder *recorder = NULL;
	struct error err = ERROR_INIT;
	json_t *report;

	assert_int_equal(source_open_recording(&s, f->from.data, &err), 0);
	if (recorder_new(&recorder, f->to.data, redaction, &err) < 0)
		fail_msg("%s", err.text);
	recorder_attach(recorder, &s);
	report = probe(&s);
	assert_int_equal(source_list(&s, "/Users/kirstenb", &home, NULL), 0);
	assert_true(home.count >= 5);
	if (recorder_finish(recorder, "arm64", &err) < 0)
		fail_msg("%s", err.text);
	recorder_free(recorder);
	return report;
}

static void look_for_secrets(const char *where, const char *bytes, size_t n)
{
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		size_t size = strlen(secrets[i]);

		for (size_t at = 0; at + size <= n; at++)
			if (strncasecmp(bytes + at, secrets[i], size) == 0)
				fail_msg("%s holds %s", where, secrets[i]);
	}
}

/* Every name, link and byte below PATH of ROOT; returns the number of files. */
static int scan(const struct fs_root *root, const char *path)
{
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	int files = 0;

	assert_int_equal(fs_root_list(root, path, 0, &list, NULL), 0);
	for (size_t i = 0; i < list.count; i++) {
		CLEANUP(str_release) struct str child = STR_INIT;
		CLEANUP(str_release) struct str bytes = STR_INIT;

		fs_join(&child, path, list.items[i].name);
		look_for_secrets(child.data, child.data, child.len);
		if (list.items[i].kind == FS_KIND_DIR) {
			files += scan(root, child.data);
			continue;
		}
		if (list.items[i].kind == FS_KIND_LINK)
			fs_root_read_link(root, child.data, &bytes, NULL);
		else
			assert_int_equal(
				fs_root_read(root, child.data, 1 << 24, &bytes, NULL), 0);
		look_for_secrets(child.data, bytes.data, bytes.len);
		files++;
	}
	return files;
}

static void no_secret_comes_through(void **state)
{
	struct fixture *f = *state;
	CLEANUP(redaction_release) struct redaction redaction = REDACTION_INIT;
	CLEANUP(fs_root_release) struct fs_root root = FS_ROOT_INIT;

	redaction_init(&redaction, "kirstenb", "Kirstens-MacBook.local",
	               "/Users/kirstenb");
	json_decref(record(f, &redaction));
	assert_int_equal(fs_root_open(&root, f->to.data, NULL), 0);
	assert_true(scan(&root, "/") > 8);
}

static void a_recording_replays_to_the_same_report(void **state)
{
	struct fixture *f = *state;
	CLEANUP(redaction_release) struct redaction redaction = REDACTION_INIT;
	CLEANUP(source_release) struct source s = SOURCE_INIT;
	CLEANUP(str_release) struct str before = STR_INIT;
	CLEANUP_FREE char *after = NULL;
	CLEANUP_FREE char *text = NULL;
	json_t *first, *second;

	redaction_init(&redaction, "kirstenb", "Kirstens-MacBook.local",
	               "/Users/kirstenb");
	first = record(f, &redaction);
	assert_int_equal(source_open_recording(&s, f->to.data, NULL), 0);
	second = probe(&s);
	text = document_text(first, true);
	str_add(&before, text);
	redact_str(&redaction, &before);
	after = document_text(second, true);
	assert_string_equal(before.data, after);
	assert_string_equal(fact_get_string(second, "machine.tools.conda.subdir"),
	                    "osx-64");
	assert_string_equal(fact_get_string(second, "machine.tools.conda.platform"),
	                    "osx-arm64");
	json_decref(first);
	json_decref(second);
}

static void the_folder_must_be_new_or_empty(void **state)
{
	struct fixture *f = *state;
	struct source_recorder *recorder = NULL;
	struct redaction none = REDACTION_INIT;
	struct error err = ERROR_INIT;

	put(f->to.data, "mine.txt", "x");
	assert_int_equal(recorder_new(&recorder, f->to.data, &none, &err), ERROR_EXISTS);
	assert_null(recorder);
	assert_true(recorder_new(&recorder, "/nonexistent/a/b", &none, &err) < 0);
}

#define WITH_MACHINE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MACHINE(no_secret_comes_through),
		WITH_MACHINE(a_recording_replays_to_the_same_report),
		WITH_MACHINE(the_folder_must_be_new_or_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
