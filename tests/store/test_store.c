/* SPDX-License-Identifier: MIT */
/* The store: records, lists, recovery, and every state its file can be found in. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "trilane/cleanup.h"
#include "trilane/fs.h"
#include "trilane/mem.h"
#include "trilane/store.h"

#include "store_private.h"

#include "trilane/banned.h"

struct fixture {
	struct str dir, db;
	struct store *store;
};

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	f->dir = (struct str)STR_INIT;
	f->db = (struct str)STR_INIT;
	struct error err = ERROR_INIT;
	if (fs_make_temporary_dir("trilane-test", &f->dir, &err))
		fail_msg("%s", err.text);
	fs_join(&f->db, f->dir.data, "trilane.db");
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	store_free(f->store);
	chmod(f->dir.data, 0700);
	fs_remove_tree(f->dir.data, NULL);
	str_release(&f->dir);
	str_release(&f->db);
	free(f);
	return 0;
}

static void open_store(struct fixture *f)
{
	struct error err = ERROR_INIT;
	if (store_open(f->dir.data, &f->store, &err))
		fail_msg("%s", err.text);
	assert_int_equal(err.code, ERROR_NONE); /* untouched */
}

static void close_store(struct fixture *f)
{
	store_free(f->store);
	f->store = NULL;
}

static struct job_record a_job(enum job_state state)
{
	struct job_record job = {.kind = JOB_BENCHMARK, .state = state, .progress = 0.25};
	id_new(job.id);
	clock_now(job.created);
	snprintf(job.step, sizeof(job.step), "training cnn");
	return job;
}

static void put(struct fixture *f, const struct job_record *job)
{
	struct error err = ERROR_INIT;
	if (store_job_put(f->store, job, &err))
		fail_msg("%s", err.text);
}

static unsigned count_files(const char *dir, const char *part)
{
	CLEANUP(fs_root_release) struct fs_root root = FS_ROOT_INIT;
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	assert_int_equal(fs_root_open(&root, dir, NULL), 0);
	assert_int_equal(fs_root_list(&root, "/", 0, &list, NULL), 0);
	unsigned n = 0;
	for (size_t i = 0; i < list.count; i++)
		n += text_contains(list.items[i].name, part);
	return n;
}

static void test_job_round_trip(void **state)
{
	struct fixture *f = *state;
	open_store(f);
	struct job_record job = a_job(JOB_QUEUED), got;
	snprintf(job.owner, sizeof(job.owner), "ana");
	snprintf(job.idempotency_key, sizeof(job.idempotency_key),
	         "k'; DROP TABLE jobs; --");
	snprintf(job.body_sha256, sizeof(job.body_sha256), "%064d", 7);
	snprintf(job.request, sizeof(job.request), "{\"imports\":true}");
	put(f, &job);
	assert_int_equal(store_job_get(f->store, job.id, &got, NULL), 0);
	assert_memory_equal(&job, &got, sizeof(job));

	job.state = JOB_DONE;
	job.progress = 1;
	clock_now(job.started);
	clock_now(job.finished);
	snprintf(job.result, sizeof(job.result), "%s", job.id);
	assert_int_equal(store_job_update(f->store, &job, NULL), 0);
	close_store(f);
	open_store(f);
	assert_int_equal(store_job_get(f->store, job.id, &got, NULL), 0);
	assert_memory_equal(&job, &got, sizeof(job));

	struct job_record missing = a_job(JOB_DONE);
	assert_int_equal(store_job_get(f->store, missing.id, &got, NULL),
	                 ERROR_NOT_FOUND);
	assert_int_equal(store_job_update(f->store, &missing, NULL), ERROR_NOT_FOUND);
}

static void test_idempotency_keys(void **state)
{
	struct fixture *f = *state;
	open_store(f);
	struct job_record job = a_job(JOB_QUEUED), old = a_job(JOB_DONE), got;
	snprintf(job.idempotency_key, sizeof(job.idempotency_key), "one");
	snprintf(old.idempotency_key, sizeof(old.idempotency_key), "two");
	clock_format(clock_unix_ms() - 25 * 3600 * 1000, old.created);
	put(f, &job);
	put(f, &old);
	assert_int_equal(store_job_find_key(f->store, JOB_BENCHMARK, "one", &got, NULL),
	                 0);
	assert_string_equal(got.id, job.id);
	assert_int_equal(store_job_find_key(f->store, JOB_REPORT, "one", &got, NULL),
	                 ERROR_NOT_FOUND);
	assert_int_equal(store_job_find_key(f->store, JOB_BENCHMARK, "two", &got, NULL),
	                 ERROR_NOT_FOUND);
	assert_int_equal(store_job_find_key(f->store, JOB_BENCHMARK, "", &got, NULL),
	                 ERROR_NOT_FOUND);
}

static void test_lists(void **state)
{
	struct fixture *f = *state;
	open_store(f);
	char ids[5][ID_SIZE];
	for (int i = 0; i < 5; i++) {
		struct job_record job = a_job(JOB_DONE);
		job.id[9] = (char)('0' + i); /* the time's last characters: an order */
		job.id[8] = '0';
		snprintf(ids[i], ID_SIZE, "%s", job.id);
		put(f, &job);
	}
	CLEANUP_FREE struct job_record *rows = NULL;
	size_t n = 0;
	assert_int_equal(store_job_list(f->store, NULL, 2, &rows, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_string_equal(rows[0].id, ids[4]);
	CLEANUP_FREE struct job_record *rest = NULL;
	assert_int_equal(store_job_list(f->store, rows[1].id, 10, &rest, &n, NULL), 0);
	assert_int_equal(n, 3);
	assert_string_equal(rest[0].id, ids[2]);
	assert_string_equal(rest[2].id, ids[0]);
}

static void test_recovery(void **state)
{
	struct fixture *f = *state;
	open_store(f);
	struct job_record queued = a_job(JOB_QUEUED), running = a_job(JOB_RUNNING);
	struct job_record done = a_job(JOB_DONE), got;
	put(f, &queued);
	put(f, &running);
	put(f, &done);
	unsigned n = 0;
	assert_int_equal(store_job_recover(f->store, "it stopped", &n, NULL), 0);
	assert_int_equal(n, 2);
	store_job_get(f->store, running.id, &got, NULL);
	assert_int_equal(got.state, JOB_FAILED);
	assert_string_equal(got.error, "it stopped");
	assert_true(got.finished[0] != 0);
	store_job_get(f->store, done.id, &got, NULL);
	assert_int_equal(got.state, JOB_DONE);
}

static void test_documents(void **state)
{
	struct fixture *f = *state;
	open_store(f);
	CLEANUP(str_release) struct str text = STR_INIT;
	char id[ID_SIZE], latest[ID_SIZE], now[CLOCK_DATE_SIZE];
	clock_now(now);
	assert_int_equal(
		store_document_latest(f->store, DOCUMENT_REPORT, latest, &text, NULL),
		ERROR_NOT_FOUND);
	for (int i = 0; i < 4; i++) {
		id_new(id);
		id[9] = (char)('0' + i);
		id[8] = '0';
		CLEANUP_FREE char *body =
			xasprintf("{\"n\": %d, \"t\": \"é'\\\"\"}\n", i);
		assert_int_equal(store_document_put(f->store, DOCUMENT_REPORT, id, now,
		                                    body, NULL),
		                 0);
	}
	assert_int_equal(
		store_document_put(f->store, DOCUMENT_REPORT, id, now, "{}", NULL),
		ERROR_EXISTS);
	assert_int_equal(
		store_document_latest(f->store, DOCUMENT_REPORT, latest, &text, NULL), 0);
	assert_string_equal(latest, id);
	assert_string_equal(text.data, "{\"n\": 3, \"t\": \"é'\\\"\"}\n");
	str_clear(&text);
	assert_int_equal(store_document_get(f->store, DOCUMENT_RESULT, id, &text, NULL),
	                 ERROR_NOT_FOUND);
	str_clear(&text);
	assert_int_equal(store_document_get(f->store, DOCUMENT_REPORT, id, &text, NULL),
	                 0);
	assert_string_equal(text.data, "{\"n\": 3, \"t\": \"é'\\\"\"}\n");
	assert_int_equal(store_document_prune(f->store, DOCUMENT_REPORT, 2, NULL), 0);
	struct document_row *rows = NULL;
	size_t n = 0;
	assert_int_equal(
		store_document_list(f->store, DOCUMENT_REPORT, NULL, 10, &rows, &n, NULL),
		0);
	assert_int_equal(n, 2);
	assert_string_equal(rows[0].id, id);
	const char *oldest = rows[1].id;
	struct document_row *none = NULL;
	assert_int_equal(store_document_list(f->store, DOCUMENT_REPORT, oldest, 10, &none,
	                                     &n, NULL),
	                 0);
	assert_int_equal(n, 0);
	assert_int_equal(store_document_list(f->store, DOCUMENT_RESULT, oldest, 10, &none,
	                                     &n, NULL),
	                 ERROR_NOT_FOUND);
	document_rows_free(rows, 2);
}

static void test_private(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	CLEANUP(str_release) struct str dir = STR_INIT;
	fs_join(&dir, f->dir.data, "a/b");
	assert_int_equal(store_open(dir.data, &f->store, NULL), 0);
	assert_int_equal(stat(dir.data, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	close_store(f);
	chmod(f->dir.data, 0755);
	open_store(f);
	assert_int_equal(stat(f->dir.data, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stat(f->db.data, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	close_store(f);
	struct error err = ERROR_INIT;
	chmod(f->dir.data, 01777);
	assert_int_equal(store_open(f->dir.data, &f->store, &err), ERROR_DENIED);
}

static void test_one_program(void **state)
{
	struct fixture *f = *state;
	open_store(f);
	struct store *second = NULL;
	struct error err = ERROR_INIT;
	assert_int_equal(store_open(f->dir.data, &second, &err), ERROR_BUSY);
	assert_true(text_contains(err.text, "another running trilane"));
}

static void test_garbage_moved_aside(void **state)
{
	struct fixture *f = *state;
	const char *garbage =
		"this is not a database at all, not even a little bit of one";
	assert_int_equal(fs_write(f->db.data, garbage, strlen(garbage), 0600, NULL), 0);
	open_store(f);
	assert_int_equal(count_files(f->dir.data, ".damaged-"), 1);
	assert_int_equal(count_files(f->dir.data, ":"), 0); /* Finder shows it as "/" */
	struct job_record job = a_job(JOB_DONE);
	put(f, &job);
}

static void test_damaged_page_moved_aside(void **state)
{
	struct fixture *f = *state;
	open_store(f);
	for (int i = 0; i < 50; i++) {
		struct job_record job = a_job(JOB_DONE);
		put(f, &job);
	}
	close_store(f);
	CLEANUP(str_release) struct str bytes = STR_INIT;
	assert_int_equal(fs_read(f->db.data, 1 << 24, &bytes, NULL), 0);
	assert_true(bytes.len > 8192);
	memset(bytes.data + 4096, 0xa5, bytes.len - 4096);
	assert_int_equal(fs_write(f->db.data, bytes.data, bytes.len, 0600, NULL), 0);
	open_store(f);
	assert_int_equal(count_files(f->dir.data, ".damaged-"), 1);
}

static void run_sql(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void test_foreign_refused(void **state)
{
	struct fixture *f = *state;
	run_sql(f->db.data, "CREATE TABLE books (title TEXT)");
	struct error err = ERROR_INIT;
	assert_int_equal(store_open(f->dir.data, &f->store, &err), ERROR_CONFLICT);
	assert_true(text_contains(err.text, "another program"));
	assert_int_equal(count_files(f->dir.data, ".damaged-"), 0);
}

static void test_newer_refused(void **state)
{
	struct fixture *f = *state;
	open_store(f);
	close_store(f);
	run_sql(f->db.data, "PRAGMA user_version = 999");
	struct error err = ERROR_INIT;
	assert_int_equal(store_open(f->dir.data, &f->store, &err), ERROR_CONFLICT);
	assert_true(text_contains(err.text, "newer version"));
}

static void test_read_only(void **state)
{
	struct fixture *f = *state;
	if (geteuid() == 0) {
		print_message("skipped: the superuser may write everywhere\n");
		skip();
	}
	open_store(f);
	close_store(f);
	chmod(f->db.data, 0400);
	struct error err = ERROR_INIT;
	assert_int_equal(store_open(f->dir.data, &f->store, &err), ERROR_DENIED);
	assert_true(text_contains(err.text, "read-only"));
}

static void test_disk_full(void **state)
{
	struct fixture *f = *state;
	open_store(f);
	int64_t pages = 0;
	assert_int_equal(db_integer(&f->store->db, "PRAGMA page_count", &pages, NULL), 0);
	CLEANUP_FREE char *sql = xasprintf("PRAGMA max_page_count = %d", (int)pages);
	db_execute(&f->store->db, sql, NULL);
	CLEANUP_FREE char *big = xcalloc(1, 1 << 20);
	memset(big, 'x', (1 << 20) - 1);
	char id[ID_SIZE], now[CLOCK_DATE_SIZE];
	id_new(id);
	clock_now(now);
	struct error err = ERROR_INIT;
	assert_int_equal(
		store_document_put(f->store, DOCUMENT_RESULT, id, now, big, &err),
		ERROR_FULL);
	assert_true(text_contains(err.text, "disk is full"));
	CLEANUP(str_release) struct str text = STR_INIT;
	assert_int_equal(store_document_get(f->store, DOCUMENT_RESULT, id, &text, NULL),
	                 ERROR_NOT_FOUND);
}

/* A quota ends a file as a limit does: it is room that is missing, nothing broken. */
static void test_no_more_room_for_a_user(void **state)
{
	struct fixture *f = *state;
	open_store(f);
	struct rlimit before, narrow;
	getrlimit(RLIMIT_FSIZE, &before);
	narrow = before;
	narrow.rlim_cur = 256 * 1024;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &narrow);
	CLEANUP_FREE char *big = xcalloc(1, 1 << 20);
	memset(big, 'x', (1 << 20) - 1);
	struct error err = ERROR_INIT;
	int rc = store_document_put(f->store, DOCUMENT_RESULT,
	                            "01h00000000000000000000009",
	                            "2026-01-01T00:00:00.000Z", big, &err);
	setrlimit(RLIMIT_FSIZE, &before);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(rc, ERROR_FULL);
	assert_true(text_contains(err.text, "no more room"));
}

static void *writer(void *arg)
{
	struct fixture *f = arg;
	for (int i = 0; i < 25; i++) {
		struct job_record job = a_job(JOB_QUEUED), got;
		if (store_job_put(f->store, &job, NULL) ||
		    store_job_get(f->store, job.id, &got, NULL))
			return (void *)1;
	}
	return NULL;
}

static void test_threads(void **state)
{
	struct fixture *f = *state;
	open_store(f);
	pthread_t threads[4];
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, writer, f), 0);
	for (int i = 0; i < 4; i++) {
		void *failed = NULL;
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	CLEANUP_FREE struct job_record *rows = NULL;
	size_t n = 0;
	assert_int_equal(store_job_list(f->store, NULL, 200, &rows, &n, NULL), 0);
	assert_int_equal(n, 100);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_job_round_trip),
		TEST(test_idempotency_keys),
		TEST(test_lists),
		TEST(test_recovery),
		TEST(test_documents),
		TEST(test_private),
		TEST(test_one_program),
		TEST(test_garbage_moved_aside),
		TEST(test_damaged_page_moved_aside),
		TEST(test_foreign_refused),
		TEST(test_newer_refused),
		TEST(test_read_only),
		TEST(test_disk_full),
		TEST(test_no_more_room_for_a_user),
		TEST(test_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
