/* SPDX-License-Identifier: MIT */
/*
 * A whole benchmark over workers that train nothing: its document, its events and
 * progress, how it is cancelled, waits and runs as a job.  What breaks: test_broken.c.
 */
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "machine_lock.h"
#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/facts.h"
#include "trilane/fs.h"
#include "trilane/mem.h"
#include "trilane/platform.h"

#include "trilane/banned.h"

static void test_all_good(void **state)
{
	struct fixture *f = *state;
	bench_spec_set_lanes(&f->spec, "native,blas", NULL);
	order(f, "blas", "good 2000");
	json_t *r = run(f);
	expect_lane(r, "native", "done", NULL);
	expect_lane(r, "blas", "done", NULL);
	assert_int_equal(benchmark_count_lanes(r, "done"), 2);
	const json_t *model =
		json_array_get(json_object_get(lane(r, "native"), "models"), 1);
	assert_string_equal(fact_get_string(model, "model"), "cnn");
	assert_true(fabs(json_number_value(fact_get(model, "step_ns.median")) - 1e6) < 1);
	assert_true(json_is_integer(fact_get(model, "step_ns.median")));
	assert_true(fabs(json_real_value(fact_get(model, "samples_per_second")) - 32000) <
	            1);
	assert_int_equal(json_array_size(fact_get(model, "step_ns.samples")), 8);
	assert_int_equal(json_array_size(fact_get(model, "step_ns.ci95")), 2);
	assert_int_equal(json_array_size(fact_get(model, "training.epochs")), 1);
	assert_true(json_is_true(fact_get(model, "checks.passed")));
	json_int_t n = 0;
	assert_true(fact_get_integer(model, "peak_memory_bytes", &n) && n == 1048576);
	assert_true(fact_get_integer(model, "cold_ns", &n) && n == 1000000);
	const json_t *list = json_object_get(r, "comparisons");
	assert_int_equal(json_array_size(list), 2);
	const json_t *first = json_array_get(list, 0);
	assert_string_equal(fact_get_string(first, "verdict"), "faster");
	assert_true(fabs(json_real_value(fact_get(first, "ratio")) - 2) < 1e-6);
	assert_int_equal(json_array_size(fact_get(first, "ci95")), 2);
	assert_non_null(fact_get_string(r, "trust.grade"));
	assert_non_null(fact_get(r, "environment.load.before"));
	assert_non_null(fact_get(r, "environment.machine"));
	assert_int_equal(f->epochs, 4);
	assert_int_equal(f->samples, 2 * 2 * 8);
	assert_false(f->progress_fell);
	json_decref(r);
}

/* The translator is one that the kernel starts by itself, so that nothing is needed. */
static void test_translated(void **state)
{
	struct fixture *f = *state;
	if (text_equal(platform_os(), TRILANE_OS_MACOS)) {
		print_message(
			"skipped: macOS has no translator that a test could play\n");
		skip();
	}
	put(f, "/proc/sys/fs/binfmt_misc/rosetta", "enabled\n");
	put(f, "/proc/sys/fs/binfmt_misc/qemu-aarch64", "enabled\n");
	bench_spec_set_lanes(&f->spec, "native,translated", NULL);
	json_t *r = run(f);
	const json_t *translated = lane(r, "translated");
	json_int_t first = 0, second = 0;
	expect_lane(r, "translated", "done", NULL);
	assert_true(json_is_true(fact_get(translated, "observed.translated")));
	assert_true(fact_get_integer(translated, "translation.first_start_ns", &first));
	assert_true(fact_get_integer(translated, "translation.second_start_ns", &second));
	assert_true(first > 0 && second > 0);
	assert_non_null(
		json_object_get(json_object_get(translated, "translation"), "cost_ns"));
	assert_true(json_is_null(json_object_get(lane(r, "native"), "translation")));
	json_decref(r);
}

static void test_few_blocks(void **state)
{
	struct fixture *f = *state;
	f->spec.blocks = 2;
	bench_spec_set_lanes(&f->spec, "native,blas", NULL);
	json_t *r = run(f);
	const json_t *model =
		json_array_get(json_object_get(lane(r, "native"), "models"), 0);
	assert_true(fact_is_absent(fact_get(model, "step_ns.ci95")));
	assert_string_equal(fact_get_string(r, "trust.grade"), "D");
	const json_t *first = json_array_get(json_object_get(r, "comparisons"), 0);
	assert_string_equal(fact_get_string(first, "verdict"), "cannot_tell");
	assert_true(fact_is_absent(json_object_get(first, "ci95")));
	json_decref(r);
}

static void test_sweep(void **state)
{
	struct fixture *f = *state;
	f->spec.sweep = true;
	f->spec.models[MODEL_CNN] = false;
	bench_spec_set_lanes(&f->spec, "native,gpu", NULL);
	order(f, text_equal(platform_os(), TRILANE_OS_MACOS) ? "metal" : "vulkan",
	      "good 500");
	json_t *r = run(f);
	const json_t *series = json_array_get(json_object_get(r, "sweep"), 1);
	assert_int_equal(json_array_size(json_object_get(r, "sweep")), 2);
	assert_string_equal(fact_get_string(series, "lane"), "gpu");
	const json_t *points = json_object_get(series, "points");
	assert_int_equal(json_array_size(points), 8);
	const json_t *last = json_array_get(points, 7);
	json_int_t batch = 0;
	assert_true(fact_get_integer(last, "batch", &batch) && batch == 1024);
	assert_true(fabs(json_real_value(fact_get(last, "samples_per_second")) -
	                 2048000) < 1);
	const json_t *crossover = json_array_get(json_object_get(r, "crossovers"), 0);
	assert_true(fact_get_integer(crossover, "batch", &batch) && batch == 8);
	assert_int_equal(json_array_size(json_object_get(crossover, "points")), 8);
	assert_string_equal(
		fact_get_string(crossover, "sentence"),
		"mlp: gpu is faster than native at every batch size from 8 to 1024.");
	assert_int_equal(f->samples, 2 * 8);
	assert_false(f->progress_fell);
	json_decref(r);
}

static void test_cancel(void **state)
{
	struct fixture *f = *state;
	static const char *const moments[] = {"epoch", "sample"};
	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		json_t *result = NULL;
		f->cancel_at = moments[i];
		atomic_store(&f->cancelled, false);
		assert_int_equal(
			benchmark_run(&f->spec, &f->host, &f->listener, &result, NULL),
			ERROR_CANCELLED);
		assert_null(result);
		CLEANUP(str_release) struct str workers = STR_INIT;
		fs_join(&workers, f->dir.data, "workers");
		CLEANUP(fs_root_release) struct fs_root root = FS_ROOT_INIT;
		assert_int_equal(fs_root_open(&root, workers.data, NULL),
		                 ERROR_NOT_FOUND);
	}
}

static void test_lanes(void **state)
{
	struct fixture *f = *state;
	json_t *list = benchmark_lanes(&f->host);
	assert_int_equal(json_array_size(list), LANE_KIND_COUNT);
	const json_t *native = json_array_get(list, LANE_NATIVE);
	assert_true(json_is_true(json_object_get(native, "possible")));
	const json_t *tensorflow = json_array_get(list, LANE_TENSORFLOW);
	assert_true(json_is_false(json_object_get(tensorflow, "possible")));
	json_decref(list);
}

static void no_wait(void *context)
{
	(void)context;
}

static void test_one_at_a_time(void **state)
{
	struct fixture *f = *state;
	json_t *result = NULL;
	CLEANUP_CLOSE int fd = -1;
	f->cancel_waiting = true;
	put(f, "/tmp/present", "");
	assert_int_equal(machine_lock_take(f->root.data, NULL, no_wait, NULL, &fd, NULL),
	                 0);
	assert_true(fd >= 0);
	assert_int_equal(benchmark_run(&f->spec, &f->host, &f->listener, &result, NULL),
	                 ERROR_CANCELLED);
	assert_int_equal(f->samples, 0);
}

/* A lock that is no file of ours is nobody's, held or not. */
static void test_no_file_to_lock(void **state)
{
	struct fixture *f = *state;
	CLEANUP_FREE char *path =
		xasprintf("%s/tmp/trilane-benchmark-%u.lock", f->root.data, geteuid());
	CLEANUP_CLOSE int holder = -1, fd = -1;
	put(f, "/tmp/present", "");
	assert_int_equal(mkfifo(path, 0600), 0);
	holder = open(path, O_RDWR);
	assert_int_equal(flock(holder, LOCK_EX), 0);
	assert_int_equal(machine_lock_take(f->root.data, NULL, no_wait, NULL, &fd, NULL),
	                 0);
	assert_int_equal(fd, -1);
}

static void test_check(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;
	assert_int_equal(benchmark_check(&f->spec, &f->host, &err), 0);
	snprintf(f->spec.data, sizeof(f->spec.data), "unknown-set");
	assert_int_equal(benchmark_check(&f->spec, &f->host, &err), ERROR_INVALID);
	assert_true(text_contains(err.text, "digits, fake"));
	assert_false(text_contains(err.text, "unknown-set"));
}

static void test_as_a_job(void **state)
{
	struct fixture *f = *state;
	CLEANUP(str_release) struct str dir = STR_INIT;
	struct store *store = NULL;
	struct jobs *jobs = NULL;
	fs_join(&dir, f->dir.data, "store");
	assert_int_equal(store_open(dir.data, &store, NULL), 0);
	struct benchmark_job context = {&f->host, store, 10};
	struct job_runner runner = {JOB_BENCHMARK, benchmark_job, &context};
	assert_int_equal(jobs_new(store, &runner, 1, &jobs, NULL), 0);
	static const struct {
		const char *mode;
		enum job_state state;
	} rows[] = {{"good", JOB_DONE}, {"abort", JOB_FAILED}};
	for (size_t i = 0; i < 2; i++) {
		struct job_record job;
		bool repeated;
		json_t *body = json_pack("{s:s, s:b, s:[s]}", "data", "fake", "quick", 1,
		                         "models", "mlp");
		struct job_request request = {.kind = JOB_BENCHMARK, .body = body};
		order(f, "cpu", rows[i].mode);
		assert_int_equal(jobs_submit(jobs, &request, &job, &repeated, NULL), 0);
		json_decref(body);
		do {
			clock_sleep_ns(NS_PER_MS);
			assert_int_equal(jobs_get(jobs, job.id, &job, NULL), 0);
		} while (!job_state_is_final(job.state));
		assert_int_equal(job.state, rows[i].state);
		CLEANUP(str_release) struct str text = STR_INIT;
		assert_int_equal(store_document_get(store, DOCUMENT_RESULT, job.result,
		                                    &text, NULL),
		                 0);
		assert_true(id_valid(job.result));
		assert_true(text_contains(text.data, job.result));
	}
	jobs_free(jobs);
	store_free(store);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	const struct CMUnitTest tests[] = {
		TEST(test_all_good),        TEST(test_translated),
		TEST(test_few_blocks),      TEST(test_sweep),
		TEST(test_cancel),          TEST(test_one_at_a_time),
		TEST(test_no_file_to_lock), TEST(test_check),
		TEST(test_lanes),           TEST(test_as_a_job),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
