/* SPDX-License-Identifier: MIT */
/*
 * Benchmarks on a machine where things are broken: what becomes of a lane that lies,
 * dies, hangs or cannot be, that its neighbours go on, and that nothing is left.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/facts.h"
#include "trilane/fs.h"
#include "trilane/mem.h"
#include "trilane/platform.h"
#include "worker_dir.h"

#include "trilane/banned.h"

/* Every way to go wrong, beside a lane that goes on. */
static void test_one_bad_lane(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *mode, *state, *reason;
	} rows[] = {
		{"liar", "failed", "says its engine is reference, not blas"},
		{"foreign", "failed", "the worker says it runs as"},
		{"unsupported", "not_possible", "no Vulkan driver"},
		{"loses-data", "failed", "no data set there"},
		{"wrong", "failed", "computes wrongly: conv strays"},
		{"abort", "failed", "killed by SIGABRT"},
		{"dies-later", "failed", "killed by SIGSEGV"},
		{"killed", "failed", "often because the machine has run out of memory"},
		{"garbage", "failed", "broke the protocol"},
		{"braggart", "failed", "measured nothing"},
		{"unchecked", "failed", "checked nothing"},
		{"silent-start", "failed", "did not begin with a hello"},
	};
	f->spec.models[MODEL_CNN] = false;
	bench_spec_set_lanes(&f->spec, "native,blas", NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		order(f, "blas", rows[i].mode);
		json_t *r = run(f);
		expect_lane(r, "native", "done", NULL);
		expect_lane(r, "blas", rows[i].state, rows[i].reason);
		assert_int_equal(json_array_size(json_object_get(r, "comparisons")), 0);
		const json_t *model =
			json_array_get(json_object_get(lane(r, "blas"), "models"), 0);
		assert_true(fact_is_absent(json_object_get(model, "samples_per_second")));
		json_decref(r);
	}
}

static void test_impossible_on_paper(void **state)
{
	struct fixture *f = *state;
	bench_spec_set_lanes(&f->spec, "native,tensorflow", NULL);
	f->host.images = f->images + 3;
	f->host.image_count = 2;
	json_t *r = run(f);
	expect_lane(r, "native", "done", NULL);
	expect_lane(r, "tensorflow", "not_possible", "no worker for Python");
	assert_int_equal(
		json_array_size(json_object_get(lane(r, "tensorflow"), "models")), 0);
	json_decref(r);
}

/* A report with one interpreter, which is the fake worker too. */
static json_t *report_with_python(void *context)
{
	(void)context;
	return json_pack("{s:[{s:s, s:s, s:{s:s}}]}", "interpreters", "id", "a", "path",
	                 FAKE_WORKER, "verdict", "state", "ready");
}

/* Everything that can be broken at once, and a lane that is not. */
static void test_a_broken_machine(void **state)
{
	struct fixture *f = *state;
	bool macos = text_equal(platform_os(), TRILANE_OS_MACOS);
	static const char *const drivers = "/usr/share/vulkan/icd.d/test.json";
	CLEANUP(str_release) struct str driver = STR_INIT;
	fs_join(&driver, f->root.data, drivers);
	assert_int_equal(unlink(driver.data), 0);
	f->spec.models[MODEL_CNN] = false;
	f->host.report = report_with_python;
	f->host.hello_silence_ns = 2 * NS_PER_S;
	bench_spec_set_lanes(
		&f->spec,
		"native,translated,translated-avx,gpu,tensorflow,tensorflow-gpu,blas",
		NULL);
	order(f, "blas", "killed");
	order(f, "metal", "unsupported");
	order(f, "tensorflow", "mute");
	json_t *r = run(f);
	expect_lane(r, "native", "done", NULL);
	expect_lane(r, "translated", "not_possible", "not installed");
	expect_lane(r, "translated-avx", "not_possible", "Rosetta 2");
	expect_lane(r, "gpu", "not_possible", "no Vulkan driver");
	expect_lane(r, "blas", "failed", "killed by SIGKILL");
	expect_lane(r, "tensorflow", "failed",
	            "importing TensorFlow did not end within 2 s");
	expect_lane(r, "tensorflow-gpu", "not_possible", macos ? "plugin" : "driver");
	assert_int_equal(benchmark_count_lanes(r, "done"), 1);
	assert_string_equal(fact_get_string(lane(r, "gpu"), "remedy") ? "said" : "",
	                    "said");
	json_decref(r);
}

/* A worker that this machine cannot even start. */
static void test_wrong_architecture(void **state)
{
	struct fixture *f = *state;
	static const char elf[64] = "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\377\377";
	char digest[SHA256_HEX_SIZE];
	sha256_hex(elf, sizeof(elf), digest);
	f->images[f->native].bytes = (const unsigned char *)elf;
	f->images[f->native].size = sizeof(elf);
	f->images[f->native].sha256 = digest;
	json_t *r = run(f);
	expect_lane(r, "native", "not_possible", "built for another processor");
	json_decref(r);
}

static void test_damaged_image(void **state)
{
	struct fixture *f = *state;
	f->digest[0] = f->digest[0] == '0' ? '1' : '0';
	json_t *r = run(f);
	expect_lane(r, "native", "failed", "digest differs");
	json_decref(r);
}

/* Folders of programs that are gone go; that of one at work stays. */
static void test_abandoned_folders(void **state)
{
	struct fixture *f = *state;
	CLEANUP(str_release) struct str dead = STR_INIT;
	CLEANUP(str_release) struct str alive = STR_INIT;
	CLEANUP(worker_dir_release) struct worker_dir own = WORKER_DIR_INIT;
	struct stat status;
	const char *before = getenv("TMPDIR");
	CLEANUP_FREE char *kept = before ? xstrdup(before) : NULL;
	fs_join(&dead, f->dir.data, "trilane-worker-000000/data");
	fs_join(&alive, f->dir.data, "trilane-worker-111111");
	assert_int_equal(fs_make_dirs(dead.data, 0700, NULL), 0);
	assert_int_equal(fs_make_dirs(alive.data, 0700, NULL), 0);
	CLEANUP_CLOSE int fd = open(alive.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	setenv("TMPDIR", f->dir.data, 1);
	int rc = worker_dir_open(&own, NULL, NULL);
	if (kept)
		setenv("TMPDIR", kept, 1);
	else
		unsetenv("TMPDIR");
	assert_int_equal(rc, 0);
	assert_int_equal(stat(own.temporary.path.data, &status), 0);
	assert_int_equal(stat(alive.data, &status), 0);
	assert_int_equal(stat(dead.data, &status), -1);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	const struct CMUnitTest tests[] = {
		TEST(test_one_bad_lane),     TEST(test_impossible_on_paper),
		TEST(test_a_broken_machine), TEST(test_wrong_architecture),
		TEST(test_damaged_image),    TEST(test_abandoned_folders),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
