/* SPDX-License-Identifier: MIT */
/* Plans for machines that are not this one: made-up roots, images and reports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/lanes.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

static const struct embedded_file images[] = {
	{"tensorflow_checks.py", "", (const unsigned char *)"x", 1, NULL, 0},
	{"tensorflow_protocol.py", "", (const unsigned char *)"x", 1, NULL, 0},
	{"tensorflow_worker.py", "", (const unsigned char *)"x", 1, NULL, 0},
	{"trilane-worker-linux-arm64", "", (const unsigned char *)"x", 1, NULL, 0},
	{"trilane-worker-linux-x86_64", "", (const unsigned char *)"x", 1, NULL, 0},
	{"trilane-worker-macos-arm64", "", (const unsigned char *)"x", 1, NULL, 0},
	{"trilane-worker-macos-x86_64", "", (const unsigned char *)"x", 1, NULL, 0},
	{NULL, NULL, NULL, 0, NULL, 0},
};

struct fixture {
	struct str dir;
	struct fs_root root;
	struct lane_host host;
	struct lane_plan plan;
	json_t *report;
};

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	f->dir = (struct str)STR_INIT;
	if (fs_make_temporary_dir("trilane-test", &f->dir, NULL) ||
	    fs_root_open(&f->root, f->dir.data, NULL))
		return -1;
	f->host = (struct lane_host){
		.images = images,
		.image_count = 7,
		.os = "Linux",
		.arch = "x86_64",
		.root = &f->root,
		.interpreter = "",
	};
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	lane_plan_release(&f->plan);
	json_decref(f->report);
	fs_root_release(&f->root);
	fs_remove_tree(f->dir.data, NULL);
	str_release(&f->dir);
	free(f);
	return 0;
}

/* A file below the made-up root. */
static void put(struct fixture *f, const char *path, const char *text)
{
	CLEANUP(str_release) struct str full = STR_INIT;
	CLEANUP(str_release) struct str dir = STR_INIT;
	fs_join(&full, f->dir.data, path + 1);
	fs_dir_name(&dir, full.data);
	assert_int_equal(fs_make_dirs(dir.data, 0700, NULL), 0);
	assert_int_equal(fs_write(full.data, text, strlen(text), 0700, NULL), 0);
}

static struct lane_plan *plan(struct fixture *f, enum lane_kind kind)
{
	lane_plan_release(&f->plan);
	lane_plan(kind, &f->host, &f->plan);
	return &f->plan;
}

static void test_native(void **state)
{
	struct fixture *f = *state;
	struct lane_plan *p = plan(f, LANE_NATIVE);
	assert_true(p->possible);
	assert_string_equal(p->images.items[0], "trilane-worker-linux-x86_64");
	assert_string_equal(p->arch, "x86_64");
	assert_false(p->translated);
	assert_string_equal(p->program.data, "");
	f->host.image_count = 4;
	p = plan(f, LANE_NATIVE);
	assert_false(p->possible);
	assert_true(text_contains(p->reason.data, "carries no worker for x86_64"));
}

/* An Intel build of trilane on Apple silicon: native is what the hardware speaks. */
static void test_native_when_translated(void **state)
{
	struct fixture *f = *state;
	f->host.os = "macOS";
	f->host.translated = true;
	struct lane_plan *p = plan(f, LANE_NATIVE);
	assert_string_equal(p->images.items[0], "trilane-worker-macos-arm64");
	p = plan(f, LANE_TRANSLATED);
	assert_true(p->possible);
	assert_string_equal(p->images.items[0], "trilane-worker-macos-x86_64");
	assert_string_equal(p->program.data, "");
}

static void test_qemu(void **state)
{
	struct fixture *f = *state;
	struct lane_plan *p = plan(f, LANE_TRANSLATED);
	assert_false(p->possible);
	assert_true(text_contains(p->reason.data, "qemu-aarch64 is not installed"));
	assert_true(text_contains(p->remedy.data, "qemu-user-static"));
	put(f, "/usr/bin/qemu-aarch64-static", "");
	p = plan(f, LANE_TRANSLATED);
	assert_true(p->possible);
	assert_string_equal(p->program.data, "/usr/bin/qemu-aarch64-static");
	assert_string_equal(p->images.items[0], "trilane-worker-linux-arm64");
	assert_string_equal(p->arch, "arm64");
	assert_true(p->emulated);
	assert_true(p->translated);
	f->host.image_count = 3;
	assert_false(plan(f, LANE_TRANSLATED)->possible);
}

static void test_binfmt(void **state)
{
	struct fixture *f = *state;
	put(f, "/proc/sys/fs/binfmt_misc/qemu-aarch64", "disabled\ninterpreter /q\n");
	assert_false(plan(f, LANE_TRANSLATED)->possible);
	put(f, "/proc/sys/fs/binfmt_misc/qemu-aarch64", "enabled\ninterpreter /q\n");
	struct lane_plan *p = plan(f, LANE_TRANSLATED);
	assert_true(p->possible);
	assert_string_equal(p->program.data, "");
}

static void test_rosetta_for_linux(void **state)
{
	struct fixture *f = *state;
	f->host.arch = "arm64";
	assert_true(text_contains(plan(f, LANE_TRANSLATED)->reason.data, "qemu-x86_64"));
	put(f, "/usr/bin/qemu-x86_64", "");
	assert_string_equal(plan(f, LANE_TRANSLATED)->program.data,
	                    "/usr/bin/qemu-x86_64");
	put(f, "/proc/sys/fs/binfmt_misc/rosetta", "enabled\n");
	struct lane_plan *p = plan(f, LANE_TRANSLATED);
	assert_string_equal(p->program.data, "");
	assert_string_equal(p->images.items[0], "trilane-worker-linux-x86_64");
}

static void test_rosetta(void **state)
{
	struct fixture *f = *state;
	f->host.os = "macOS";
	struct lane_plan *p = plan(f, LANE_TRANSLATED);
	assert_true(text_contains(p->reason.data, "Intel processor"));
	assert_string_equal(p->remedy.data, "");
	f->host.arch = "arm64";
	p = plan(f, LANE_TRANSLATED);
	assert_false(p->possible);
	assert_string_equal(p->finding, "bad-cpu-type-no-rosetta");
	put(f, "/Library/Apple/usr/libexec/oah/libRosettaRuntime", "");
	p = plan(f, LANE_TRANSLATED);
	assert_true(p->possible);
	assert_string_equal(p->program.data, "/usr/bin/arch");
	assert_false(p->emulated);
	assert_string_equal(p->before.items[0], "-x86_64");
	assert_string_equal(p->images.items[0], "trilane-worker-macos-x86_64");
}

/* AVX is an offer of Rosetta's from macOS 15 on, made by a variable. */
static void test_rosetta_with_avx(void **state)
{
	struct fixture *f = *state;
	const char *version = "/System/Library/CoreServices/SystemVersion.plist";
	struct lane_plan *p = plan(f, LANE_TRANSLATED_AVX);
	assert_true(text_contains(p->reason.data, "Only Rosetta 2"));
	f->host.os = "macOS";
	assert_true(text_contains(plan(f, LANE_TRANSLATED_AVX)->reason.data, "Intel"));
	f->host.arch = "arm64";
	assert_true(text_contains(plan(f, LANE_TRANSLATED_AVX)->reason.data,
	                          "Rosetta 2 is not installed"));
	put(f, "/Library/Apple/usr/share/rosetta/rosetta", "");
	put(f, version,
	    "<dict><key>ProductVersion</key>\n<string>14.7.1</string></dict>");
	p = plan(f, LANE_TRANSLATED_AVX);
	assert_true(text_contains(p->reason.data, "this is macOS 14"));
	put(f, version, "<dict><key>ProductVersion</key>\n<string>15.1</string></dict>");
	p = plan(f, LANE_TRANSLATED_AVX);
	assert_true(p->possible);
	assert_string_equal(p->program.data, "/usr/bin/arch");
	assert_string_equal(p->isa, "avx2");
	assert_true(strlist_has(&p->env, "ROSETTA_ADVERTISE_AVX=1"));
	p = plan(f, LANE_TRANSLATED);
	assert_null(p->isa);
	assert_false(strlist_has(&p->env, "ROSETTA_ADVERTISE_AVX=1"));
}

/* On Linux, with a cache of the linker's that names other libraries only, then these. */
static void test_libraries(void **state)
{
	struct fixture *f = *state;
	static const char other[] = "glibc-ld.so.cache1.1\0libc.so.6\0/lib/libc.so.6\0"
				    "/x/libopenblas.so.0.3\0mylibvulkan.so.1";
	static const char both[] = "libopenblas.so.0\0/y/libopenblas.so.0\0"
				   "libvulkan.so.1\0/y/libvulkan.so.1";
	CLEANUP(str_release) struct str cache = STR_INIT;
	unsetenv("VK_DRIVER_FILES");
	unsetenv("VK_ICD_FILENAMES");
	fs_join(&cache, f->dir.data, "etc/ld.so.cache");
	put(f, "/etc/ld.so.cache", "");
	assert_int_equal(fs_write(cache.data, other, sizeof(other), 0600, NULL), 0);
	assert_true(text_contains(plan(f, LANE_BLAS)->reason.data, "OpenBLAS"));
	assert_true(text_contains(plan(f, LANE_GPU)->reason.data, "no Vulkan library"));
	put(f, "/usr/lib/libmkl_rt.so.2", "");
	assert_true(plan(f, LANE_BLAS)->possible);
	assert_int_equal(fs_write(cache.data, both, sizeof(both), 0600, NULL), 0);
	assert_true(text_contains(plan(f, LANE_GPU)->reason.data, "no Vulkan driver"));
	assert_true(text_contains(f->plan.remedy.data, "mesa-vulkan-drivers"));
	put(f, "/usr/share/vulkan/icd.d/README", "");
	assert_false(plan(f, LANE_GPU)->possible);
	put(f, "/usr/share/vulkan/icd.d/radeon.json", "{}");
	assert_true(plan(f, LANE_GPU)->possible);
}

static void test_gpu_and_blas(void **state)
{
	struct fixture *f = *state;
	put(f, "/etc/vulkan/icd.d/nvidia.json", "{}");
	assert_string_equal(plan(f, LANE_GPU)->engine, "vulkan");
	assert_true(f->plan.possible);
	assert_string_equal(plan(f, LANE_BLAS)->engine, "blas");
	assert_true(f->plan.possible);
	f->host.os = "macOS";
	f->host.arch = "arm64";
	assert_string_equal(plan(f, LANE_GPU)->engine, "metal");
	assert_true(strlist_has(&f->plan.env, "LANG=C.UTF-8"));
}

static void give_report(struct fixture *f, const char *text)
{
	json_decref(f->report);
	f->report = json_loads(text, 0, NULL);
	assert_non_null(f->report);
	f->host.report = f->report;
}

static void test_tensorflow(void **state)
{
	struct fixture *f = *state;
	assert_true(
		text_contains(plan(f, LANE_TENSORFLOW)->reason.data, "no report yet"));
	give_report(f, "{\"interpreters\":[]}");
	assert_true(
		text_contains(plan(f, LANE_TENSORFLOW)->reason.data, "No interpreter"));
	give_report(f, "{\"interpreters\":["
	               "{\"id\":\"a\",\"path\":\"/a\",\"verdict\":{\"state\":\"broken\","
	               "\"sentence\":\"The plugin does not load.\"}},"
	               "{\"id\":\"b\",\"path\":\"/b\",\"verdict\":{\"state\":"
	               "\"works-with-limits\"}},"
	               "{\"id\":\"c\",\"path\":\"/c\",\"verdict\":{\"state\":\"ready\"}},"
	               "{\"id\":\"d\",\"path\":\"relative\",\"verdict\":{\"state\":"
	               "\"ready\"}}, 7]}");
	struct lane_plan *p = plan(f, LANE_TENSORFLOW);
	assert_true(p->possible);
	assert_string_equal(p->program.data, "/c");
	assert_true(p->python);
	assert_string_equal(p->device, "cpu");
	assert_int_equal(p->images.count, 3);
	f->host.interpreter = "b";
	assert_string_equal(plan(f, LANE_TENSORFLOW)->program.data, "/b");
	f->host.interpreter = "a";
	p = plan(f, LANE_TENSORFLOW);
	assert_false(p->possible);
	assert_true(text_contains(p->reason.data, "The plugin does not load."));
	f->host.interpreter = "d";
	assert_false(plan(f, LANE_TENSORFLOW)->possible);
	f->host.interpreter = "nowhere";
	p = plan(f, LANE_TENSORFLOW);
	assert_false(p->possible);
	assert_true(text_contains(p->reason.data, "no interpreter with this id"));
}

static void test_tensorflow_gpu(void **state)
{
	struct fixture *f = *state;
	give_report(f, "{\"interpreters\":["
	               "{\"id\":\"a\",\"path\":\"/a\",\"verdict\":{\"state\":\"ready\"}},"
	               "{\"id\":\"b\",\"path\":\"/b\",\"verdict\":{\"state\":\"ready\"},"
	               "\"plugin\":{\"path\":\"/b/metal.dylib\"}},"
	               "{\"id\":\"c\",\"path\":\"/c\",\"verdict\":{\"state\":\"ready\"},"
	               "\"plugin\":{\"path\":\"/c/metal.dylib\","
	               "\"loads_with\":{\"loads\":false}}}]}");
	assert_true(text_contains(plan(f, LANE_TENSORFLOW_GPU)->reason.data, "driver"));
	put(f, "/proc/driver/nvidia/version", "");
	struct lane_plan *p = plan(f, LANE_TENSORFLOW_GPU);
	assert_true(p->possible);
	assert_string_equal(p->device, "gpu");
	assert_string_equal(p->engine, "tensorflow");
	f->host.os = "macOS";
	p = plan(f, LANE_TENSORFLOW_GPU);
	assert_true(p->possible);
	assert_string_equal(p->program.data, "/b");
	assert_string_equal(plan(f, LANE_TENSORFLOW)->program.data, "/b");
	f->host.interpreter = "a";
	p = plan(f, LANE_TENSORFLOW_GPU);
	assert_true(text_contains(p->reason.data, "has no plugin"));
	f->host.interpreter = "c";
	p = plan(f, LANE_TENSORFLOW_GPU);
	assert_true(text_contains(p->reason.data, "does not load"));
}

static bool fits(const struct lane_plan *p, const char *arch, int translated,
                 const char *engine, int protocol)
{
	CLEANUP(str_release) struct str why = STR_INIT;
	json_t *hello = json_pack("{s:i, s:s, s:b, s:s}", "protocol", protocol, "arch",
	                          arch, "translated", translated, "engine", engine);
	bool ok = lane_hello_fits(p, hello, &why);
	assert_int_equal(ok, why.len == 0);
	json_decref(hello);
	return ok;
}

static void test_hello(void **state)
{
	struct fixture *f = *state;
	const struct lane_plan *p = plan(f, LANE_NATIVE);
	assert_true(fits(p, "x86_64", 0, "cpu", 1));
	assert_false(fits(p, "x86_64", 1, "cpu", 1));
	assert_false(fits(p, "arm64", 0, "cpu", 1));
	assert_false(fits(p, "x86_64", 0, "reference", 1));
	assert_false(fits(p, "x86_64", 0, "cpu", 2));
	put(f, "/usr/bin/qemu-aarch64-static", "");
	p = plan(f, LANE_TRANSLATED);
	assert_true(fits(p, "arm64", 1, "cpu", 1));
	assert_false(fits(p, "arm64", 0, "cpu", 1));
	assert_false(fits(p, "x86_64", 0, "cpu", 1));
	give_report(f, "{\"interpreters\":[]}");
	p = plan(f, LANE_TENSORFLOW);
	assert_true(fits(p, "x86_64", 1, "tensorflow", 1));
	assert_true(fits(p, "arm64", 0, "tensorflow", 1));
	f->plan.isa = "avx2";
	assert_false(fits(p, "x86_64", 1, "tensorflow", 1));
	json_t *empty = json_object();
	CLEANUP(str_release) struct str why = STR_INIT;
	assert_false(lane_hello_fits(p, empty, &why));
	json_decref(empty);
}

static void test_document(void **state)
{
	struct fixture *f = *state;
	json_t *list = lanes_document(&f->host);
	assert_int_equal(json_array_size(list), LANE_KIND_COUNT);
	json_t *translated = json_array_get(list, LANE_TRANSLATED);
	assert_true(json_is_false(json_object_get(translated, "possible")));
	assert_true(json_is_string(json_object_get(translated, "reason")));
	assert_true(json_is_null(json_object_get(translated, "finding")));
	json_decref(list);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_native),
		TEST(test_native_when_translated),
		TEST(test_qemu),
		TEST(test_binfmt),
		TEST(test_rosetta_for_linux),
		TEST(test_rosetta),
		TEST(test_rosetta_with_avx),
		TEST(test_libraries),
		TEST(test_gpu_and_blas),
		TEST(test_tensorflow),
		TEST(test_tensorflow_gpu),
		TEST(test_hello),
		TEST(test_document),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
