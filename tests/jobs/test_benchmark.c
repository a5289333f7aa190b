/* SPDX-License-Identifier: MIT */
/*
 * A whole benchmark over workers that train nothing: what becomes of a lane that lies,
 * dies, hangs or cannot be, and of its neighbours.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "machine_lock.h"
#include "trilane/benchmark.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/fs.h"
#include "trilane/mem.h"
#include "trilane/platform.h"
#include "trilane/sha256.h"
#include "worker_dir.h"

#include "trilane/banned.h"

struct fixture {
	struct str dir, root, program;
	char digest[SHA256_HEX_SIZE];
	struct embedded_file images[6]; /* sorted: Python's three, then workers */
	size_t native;                  /* which of them this machine runs */
	struct datasets datasets;
	struct benchmark_host host;
	struct bench_spec spec;
	struct benchmark_listener listener;
	atomic_bool cancelled;
	const char *cancel_at; /* type of the event that cancels */
	unsigned epochs, samples, lanes;
	double last_progress;
	bool progress_fell, cancel_waiting;
};

static void on_progress(void *context, double done, const char *step)
{
	struct fixture *f = context;
	assert_non_null(step);
	if (f->cancel_waiting && text_contains(step, "waiting for another benchmark"))
		atomic_store(&f->cancelled, true);
	if (done < f->last_progress - 1e-9 || done > 1)
		f->progress_fell = true;
	f->last_progress = done;
}

static void on_event(void *context, const char *type, json_t *data)
{
	struct fixture *f = context;
	f->epochs += text_equal(type, "epoch");
	f->samples += text_equal(type, "sample");
	f->lanes += text_equal(type, "lane");
	assert_non_null(json_object_get(data, "lane"));
	if (text_equal(type, f->cancel_at))
		atomic_store(&f->cancelled, true);
	json_decref(data);
}

/* A machine with a Vulkan driver, whatever this one has. */
static int make_root(struct fixture *f)
{
	CLEANUP(str_release) struct str drivers = STR_INIT;
	CLEANUP(str_release) struct str manifest = STR_INIT;
	fs_join(&f->root, f->dir.data, "root");
	fs_join(&drivers, f->root.data, "usr/share/vulkan/icd.d");
	fs_join(&manifest, drivers.data, "test.json");
	int rc = fs_make_dirs(drivers.data, 0700, NULL);
	return rc ? rc : fs_write(manifest.data, "{}", 2, 0600, NULL);
}

/* The workers of both architectures are one program, which looks at its name. */
static void add_images(struct fixture *f)
{
	static const char *const names[2][2] = {
		{"trilane-worker-linux-arm64", "trilane-worker-linux-x86_64"},
		{"trilane-worker-macos-arm64", "trilane-worker-macos-x86_64"}};
	static const char *const python[] = {
		"tensorflow_checks.py", "tensorflow_protocol.py", "tensorflow_worker.py"};
	bool macos = text_equal(platform_os(), TRILANE_OS_MACOS);
	for (size_t i = 0; i < 5; i++)
		f->images[i] = (struct embedded_file){
			.path = i < 3 ? python[i] : names[macos][i - 3],
			.sha256 = f->digest,
			.bytes = (unsigned char *)f->program.data,
			.size = f->program.len};
	f->native = text_ends(f->images[3].path, platform_arch()) ? 3 : 4;
}

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	f->dir = f->root = f->program = (struct str)STR_INIT;
	if (fs_make_temporary_dir("trilane-test", &f->dir, NULL) ||
	    fs_read(FAKE_WORKER, 64 << 20, &f->program, NULL))
		return -1;
	sha256_hex(f->program.data, f->program.len, f->digest);
	add_images(f);
	if (datasets_add_path(&f->datasets, "fake", f->dir.data, NULL))
		return -1;
	if (make_root(f))
		return -1;
	f->host = (struct benchmark_host){
		.images = f->images,
		.image_count = 5,
		.datasets = &f->datasets,
		.dir = f->dir.data,
		.root = f->root.data,
	};
	f->listener =
		(struct benchmark_listener){on_progress, on_event, f, &f->cancelled};
	bench_spec_init(&f->spec);
	f->spec.blocks = 8;
	snprintf(f->spec.data, sizeof(f->spec.data), "fake");
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	fs_remove_tree(f->dir.data, NULL);
	datasets_release(&f->datasets);
	str_release(&f->dir);
	str_release(&f->root);
	str_release(&f->program);
	free(f);
	return 0;
}

/* What the worker with ENGINE does: "MODE [MICROSECONDS A STEP]". */
static void order(struct fixture *f, const char *engine, const char *text)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	fs_join(&path, f->dir.data, engine);
	assert_int_equal(fs_write(path.data, text, strlen(text), 0600, NULL), 0);
}

static json_t *run(struct fixture *f)
{
	json_t *result = NULL;
	struct error err = ERROR_INIT;
	if (benchmark_run(&f->spec, &f->host, &f->listener, &result, &err))
		fail_msg("%s", err.text);
	return result;
}

static const json_t *lane(const json_t *result, const char *name)
{
	size_t at;
	json_t *item;
	json_array_foreach(
		json_object_get(result, "lanes"), at,
		item) if (text_equal(fact_get_string(item, "lane"), name)) return item;
	fail_msg("no lane %s", name);
	return NULL;
}

static void expect_lane(const json_t *result, const char *name, const char *state,
                        const char *reason)
{
	const json_t *l = lane(result, name);
	const char *said = fact_get_string(l, "reason");
	assert_string_equal(fact_get_string(l, "state"), state);
	if (!reason)
		assert_null(said);
	else if (!said || !text_contains(said, reason))
		fail_msg("%s: \"%s\"", name, said ? said : "null");
}

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
	assert_non_null(fact_get_string(r, "trust.grade"));
	assert_non_null(fact_get(r, "environment.load.before"));
	assert_non_null(fact_get(r, "environment.machine"));
	assert_int_equal(f->epochs, 4);
	assert_int_equal(f->samples, 2 * 2 * 8);
	assert_false(f->progress_fell);
	json_decref(r);
}

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
		{"wrong", "failed", "computes wrongly: conv strays"},
		{"abort", "failed", "killed by SIGABRT"},
		{"dies-later", "failed", "killed by SIGSEGV"},
		{"killed", "failed", "often because the machine has run out of memory"},
		{"garbage", "failed", "broke the protocol"},
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

static void put(struct fixture *f, const char *path, const char *text)
{
	CLEANUP(str_release) struct str full = STR_INIT;
	CLEANUP(str_release) struct str dir = STR_INIT;
	fs_join(&full, f->root.data, path);
	fs_dir_name(&dir, full.data);
	assert_int_equal(fs_make_dirs(dir.data, 0700, NULL), 0);
	assert_int_equal(fs_write(full.data, text, strlen(text), 0600, NULL), 0);
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
	assert_int_equal(stat(own.path.data, &status), 0);
	assert_int_equal(stat(alive.data, &status), 0);
	assert_int_equal(stat(dead.data, &status), -1);
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

static void test_damaged_image(void **state)
{
	struct fixture *f = *state;
	f->digest[0] = f->digest[0] == '0' ? '1' : '0';
	json_t *r = run(f);
	expect_lane(r, "native", "failed", "digest differs");
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
	assert_int_equal(machine_lock_take(NULL, no_wait, NULL, &fd, NULL), 0);
	if (fd < 0) {
		print_message("skipped: /tmp takes no lock of this user\n");
		skip();
	}
	assert_int_equal(benchmark_run(&f->spec, &f->host, &f->listener, &result, NULL),
	                 ERROR_CANCELLED);
	assert_int_equal(f->samples, 0);
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
		assert_true(text_contains(text.data, job.result));
	}
	jobs_free(jobs);
	store_free(store);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	const struct CMUnitTest tests[] = {
		TEST(test_all_good),
		TEST(test_one_bad_lane),
		TEST(test_impossible_on_paper),
		TEST(test_a_broken_machine),
		TEST(test_wrong_architecture),
		TEST(test_translated),
		TEST(test_abandoned_folders),
		TEST(test_few_blocks),
		TEST(test_damaged_image),
		TEST(test_sweep),
		TEST(test_cancel),
		TEST(test_one_at_a_time),
		TEST(test_check),
		TEST(test_lanes),
		TEST(test_as_a_job),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
