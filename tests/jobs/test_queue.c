/* SPDX-License-Identifier: MIT */
/* The queue: order, limits, cancelling, keys, events, and what a restart finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "events.h"
#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/fs.h"
#include "trilane/jobs.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

struct fixture {
	struct str dir;
	struct store *store;
	struct jobs *jobs;
	atomic_bool gate;    /* runners wait for it */
	atomic_uint started; /* runs so far */
	atomic_uint heard;   /* calls of the listener */
};

/* Waits for the gate, then does what the request's "do" says. */
static int run_fake(struct job_run *run, char result[ID_SIZE], struct error *err)
{
	struct fixture *f = run->context;
	const char *what = json_string_value(json_object_get(run->request, "do"));
	atomic_fetch_add(&f->started, 1);
	job_run_progress(run, 0.5, "half-way");
	job_run_event(run, "sample", json_pack("{s:i}", "n", 1));
	while (!atomic_load(&f->gate)) {
		if (atomic_load(run->cancelled))
			return error_set(err, ERROR_CANCELLED, "cancelled");
		clock_sleep_ns(NS_PER_MS);
	}
	if (text_equal(what, "fail"))
		return error_set(err, ERROR_FAILED, "it went wrong");
	id_new(result);
	return 0;
}

static void start(struct fixture *f)
{
	struct error err = ERROR_INIT;
	const struct job_runner runner = {JOB_BENCHMARK, run_fake, f};
	if (store_open(f->dir.data, &f->store, &err) ||
	    jobs_new(f->store, &runner, 1, &f->jobs, &err))
		fail_msg("%s", err.text);
}

static void end(struct fixture *f)
{
	jobs_free(f->jobs);
	f->jobs = NULL;
	store_free(f->store);
	f->store = NULL;
}

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	f->dir = (struct str)STR_INIT;
	if (fs_make_temporary_dir("trilane-test", &f->dir, NULL))
		return -1;
	start(f);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	end(f);
	fs_remove_tree(f->dir.data, NULL);
	str_release(&f->dir);
	free(f);
	return 0;
}

static int submit(struct fixture *f, const char *what, const char *key, const char *sha,
                  struct job_record *out, bool *repeated)
{
	json_t *body = json_pack("{s:s}", "do", what);
	struct job_request request = {
		.kind = JOB_BENCHMARK,
		.body = body,
		.idempotency_key = key,
		.body_sha256 = sha,
	};
	int rc = jobs_submit(f->jobs, &request, out, repeated, NULL);
	json_decref(body);
	return rc;
}

static struct job_record submit_one(struct fixture *f, const char *what)
{
	struct job_record job;
	bool repeated;
	assert_int_equal(submit(f, what, NULL, NULL, &job, &repeated), 0);
	assert_false(repeated);
	return job;
}

static struct job_record wait_for(struct fixture *f, const char *id, enum job_state state)
{
	struct job_record job;
	for (int i = 0; i < 20000; i++) {
		assert_int_equal(jobs_get(f->jobs, id, &job, NULL), 0);
		if (job.state == state)
			return job;
		clock_sleep_ns(NS_PER_MS);
	}
	fail_msg("the job never became %s", job_state_name(state));
	return job;
}

static void test_done_and_failed(void **state)
{
	struct fixture *f = *state;
	atomic_store(&f->gate, true);
	struct job_record good = submit_one(f, "work"), bad = submit_one(f, "fail");
	good = wait_for(f, good.id, JOB_DONE);
	assert_true(id_valid(good.result));
	assert_true(good.progress == 1);
	assert_true(strcmp(good.started, good.finished) <= 0);
	bad = wait_for(f, bad.id, JOB_FAILED);
	assert_string_equal(bad.error, "it went wrong");
	assert_string_equal(bad.result, "");
	struct job_record none;
	assert_int_equal(jobs_get(f->jobs, "nothing", &none, NULL), ERROR_NOT_FOUND);
}

static void test_one_at_a_time_and_no_more_than_eight(void **state)
{
	struct fixture *f = *state;
	struct job_record first = submit_one(f, "work"), last;
	wait_for(f, first.id, JOB_RUNNING);
	for (int i = 0; i < JOBS_WAITING; i++)
		last = submit_one(f, "work");
	bool repeated;
	struct job_record refused;
	assert_int_equal(submit(f, "work", NULL, NULL, &refused, &repeated), ERROR_BUSY);
	unsigned waiting, running;
	jobs_counts(f->jobs, &waiting, &running);
	assert_int_equal(waiting, JOBS_WAITING);
	assert_int_equal(running, 1);
	assert_int_equal(atomic_load(&f->started), 1);
	atomic_store(&f->gate, true);
	wait_for(f, last.id, JOB_DONE);
	assert_int_equal(atomic_load(&f->started), 1 + JOBS_WAITING);
}

static void test_cancel(void **state)
{
	struct fixture *f = *state;
	struct job_record running = submit_one(f, "work"), middle = submit_one(f, "work"),
			  waiting = submit_one(f, "work");
	struct job_record out;
	wait_for(f, running.id, JOB_RUNNING);
	assert_string_equal(running.request, "{\"do\":\"work\"}");
	assert_int_equal(jobs_cancel(f->jobs, middle.id, &out, NULL), 0);
	assert_string_equal(out.id, middle.id);
	assert_int_equal(out.state, JOB_CANCELLED);
	assert_int_equal(jobs_get(f->jobs, waiting.id, &out, NULL), 0);
	assert_int_equal(out.state, JOB_QUEUED);
	assert_int_equal(jobs_cancel(f->jobs, waiting.id, &out, NULL), 0);
	assert_string_equal(out.id, waiting.id);
	assert_int_equal(out.state, JOB_CANCELLED);
	assert_int_equal(jobs_cancel(f->jobs, running.id, &out, NULL), 0);
	wait_for(f, running.id, JOB_CANCELLED);
	assert_int_equal(jobs_cancel(f->jobs, running.id, &out, NULL), 0);
	assert_int_equal(out.state, JOB_CANCELLED);
	assert_int_equal(jobs_cancel(f->jobs, "nothing", &out, NULL), ERROR_NOT_FOUND);
	assert_int_equal(atomic_load(&f->started), 1);
}

static void test_idempotency(void **state)
{
	struct fixture *f = *state;
	struct job_record first, second;
	bool repeated;
	assert_int_equal(submit(f, "work", "key", "aa", &first, &repeated), 0);
	assert_false(repeated);
	assert_int_equal(submit(f, "work", "key", "aa", &second, &repeated), 0);
	assert_true(repeated);
	assert_string_equal(first.id, second.id);
	assert_int_equal(submit(f, "work", "key", "bb", &second, &repeated),
	                 ERROR_CONFLICT);
	atomic_store(&f->gate, true);
	wait_for(f, first.id, JOB_DONE);
	assert_int_equal(submit(f, "work", "key", "aa", &second, &repeated), 0);
	assert_true(repeated);
	assert_int_equal(second.state, JOB_DONE);
}

static void count_call(void *context)
{
	struct fixture *f = context;
	uint64_t after = 0;
	CLEANUP(str_release) struct str text = STR_INIT;
	jobs_next_event(f->jobs, &after, &text); /* calling back must not lock up */
	atomic_fetch_add(&f->heard, 1);
}

static void test_events(void **state)
{
	struct fixture *f = *state;
	jobs_set_listener(f->jobs, count_call, f);
	atomic_store(&f->gate, true);
	struct job_record job = submit_one(f, "work");
	wait_for(f, job.id, JOB_DONE);
	jobs_set_listener(f->jobs, NULL, NULL);
	assert_true(atomic_load(&f->heard) >= 4);
	CLEANUP(str_release) struct str text = STR_INIT;
	uint64_t after = 0;
	unsigned n = 0;
	while (jobs_next_event(f->jobs, &after, &text))
		n++;
	assert_int_equal(n, jobs_last_event(f->jobs));
	assert_true(text_starts(text.data, "id: 1\nevent: job\ndata: {"));
	assert_true(text_contains(text.data, "event: sample\ndata: {\"n\":1,\"job\":\""));
	assert_true(text_contains(text.data, "\"state\":\"running\""));
	assert_true(text_contains(text.data, "\"step\":\"half-way\""));
	assert_true(text_contains(text.data, "\"state\":\"done\""));
	uint64_t future = 1000000;
	assert_false(jobs_next_event(f->jobs, &future, &text));
	assert_int_equal(future, jobs_last_event(f->jobs));
}

static void test_ring_forgets_the_oldest(void **state)
{
	(void)state;
	struct event_ring *r = xcalloc(1, sizeof(*r));
	for (int i = 1; i <= EVENTS_KEPT + 10; i++)
		event_ring_add(r, "sample", xasprintf("{\"n\":%d}", i));
	CLEANUP(str_release) struct str text = STR_INIT;
	uint64_t after = 3;
	unsigned n = 0;
	while (event_ring_next(r, &after, &text))
		n++;
	assert_int_equal(n, EVENTS_KEPT);
	assert_true(text_starts(text.data, "id: 11\n"));
	event_ring_add(r, "sample", NULL);
	assert_int_equal(r->last, EVENTS_KEPT + 10);
	event_ring_release(r);
	free(r);
}

static void test_stop_and_restart(void **state)
{
	struct fixture *f = *state;
	struct job_record running = submit_one(f, "work"),
			  waiting = submit_one(f, "work");
	wait_for(f, running.id, JOB_RUNNING);
	end(f);
	start(f);
	struct job_record job;
	assert_int_equal(jobs_get(f->jobs, running.id, &job, NULL), 0);
	assert_int_equal(job.state, JOB_CANCELLED);
	assert_int_equal(jobs_get(f->jobs, waiting.id, &job, NULL), 0);
	assert_int_equal(job.state, JOB_CANCELLED);
	CLEANUP_FREE struct job_record *rows = NULL;
	size_t count = 0;
	assert_int_equal(jobs_list(f->jobs, NULL, 10, &rows, &count, NULL), 0);
	assert_int_equal(count, 2);
}

static void test_what_a_crash_leaves(void **state)
{
	struct fixture *f = *state;
	struct job_record job = {.kind = JOB_BENCHMARK, .state = JOB_RUNNING};
	id_new(job.id);
	clock_now(job.created);
	assert_int_equal(store_job_put(f->store, &job, NULL), 0);
	end(f);
	start(f);
	assert_int_equal(jobs_get(f->jobs, job.id, &job, NULL), 0);
	assert_int_equal(job.state, JOB_FAILED);
	assert_true(text_contains(job.error, "ended before the job did"));
}

static void test_document(void **state)
{
	(void)state;
	struct job_record job = {.kind = JOB_REPORT, .state = JOB_DONE, .progress = 1};
	memcpy(job.id, "abc", 4);
	memcpy(job.result, "def", 4);
	memcpy(job.error, "x\xff", 3);
	json_t *document = job_document(&job);
	json_t *links = json_object_get(document, "links");
	assert_string_equal(json_string_value(json_object_get(links, "self")),
	                    "/api/v1/jobs/abc");
	assert_string_equal(json_string_value(json_object_get(links, "result")),
	                    "/api/v1/reports/def");
	assert_true(json_is_null(json_object_get(document, "started")));
	assert_string_equal(json_string_value(json_object_get(document, "error")),
	                    "x\xef\xbf\xbd");
	json_decref(document);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_done_and_failed),
		TEST(test_one_at_a_time_and_no_more_than_eight),
		TEST(test_cancel),
		TEST(test_idempotency),
		TEST(test_events),
		cmocka_unit_test(test_ring_forgets_the_oldest),
		TEST(test_stop_and_restart),
		TEST(test_what_a_crash_leaves),
		cmocka_unit_test(test_document),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
