/* SPDX-License-Identifier: MIT */
/*
 * Job records.  Columns are written and read in one fixed order, COLUMNS.
 */
#include "trilane/store.h"

#include <stdlib.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/mem.h"

#include "store_private.h"

#include "trilane/banned.h"

#define COLUMNS \
	"id, kind, state, progress, step, created, started, finished, error, result, " \
	"owner, idempotency_key, body_sha256, request"

enum { JOBS_KEPT = 1000, KEY_LIFE_MS = 24 * 3600 * 1000 };

static const char *const kind_names[] = {
	[JOB_BENCHMARK] = "benchmark",
	[JOB_REPORT] = "report",
};

static const char *const state_names[] = {
	[JOB_QUEUED] = "queued", [JOB_RUNNING] = "running",     [JOB_DONE] = "done",
	[JOB_FAILED] = "failed", [JOB_CANCELLED] = "cancelled",
};

const char *job_kind_name(enum job_kind kind)
{
	return kind_names[kind];
}

const char *job_state_name(enum job_state state)
{
	return state_names[state];
}

bool job_state_is_final(enum job_state state)
{
	return state == JOB_DONE || state == JOB_FAILED || state == JOB_CANCELLED;
}

/* The schema's CHECK holds what the database has to these names. */
static int index_of(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return 0;
}

static void read_record(struct db_statement *st, struct job_record *job)
{
	char name[16];
	memset(job, 0, sizeof(*job));
	db_column_text(st, 0, job->id, sizeof(job->id));
	db_column_text(st, 1, name, sizeof(name));
	job->kind = (enum job_kind)index_of(kind_names, 2, name);
	db_column_text(st, 2, name, sizeof(name));
	job->state = (enum job_state)index_of(state_names, 5, name);
	job->progress = db_column_double(st, 3);
	db_column_text(st, 4, job->step, sizeof(job->step));
	db_column_text(st, 5, job->created, sizeof(job->created));
	db_column_text(st, 6, job->started, sizeof(job->started));
	db_column_text(st, 7, job->finished, sizeof(job->finished));
	db_column_text(st, 8, job->error, sizeof(job->error));
	db_column_text(st, 9, job->result, sizeof(job->result));
	db_column_text(st, 10, job->owner, sizeof(job->owner));
	db_column_text(st, 11, job->idempotency_key, sizeof(job->idempotency_key));
	db_column_text(st, 12, job->body_sha256, sizeof(job->body_sha256));
	db_column_text(st, 13, job->request, sizeof(job->request));
}

int store_job_put(struct store *s, const struct job_record *job, struct error *err)
{
	CLEANUP(store_let_go) struct store *held = store_hold(s);
	CLEANUP(db_statement_release) struct db_statement st = DB_STATEMENT_INIT;
	db_prepare(&held->db, &st,
	           "INSERT OR REPLACE INTO jobs (" COLUMNS ") "
	           "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
	db_bind_text(&st, job->id);
	db_bind_text(&st, job_kind_name(job->kind));
	db_bind_text(&st, job_state_name(job->state));
	db_bind_double(&st, job->progress);
	const char *texts[] = {
		job->step,        job->created, job->started, job->finished,
		job->error,       job->result,  job->owner,   job->idempotency_key,
		job->body_sha256, job->request,
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		db_bind_text(&st, texts[i]);
	return db_run(&st, err);
}

int store_job_update(struct store *s, const struct job_record *job, struct error *err)
{
	CLEANUP(store_let_go) struct store *held = store_hold(s);
	CLEANUP(db_statement_release) struct db_statement st = DB_STATEMENT_INIT;
	db_prepare(&held->db, &st,
	           "UPDATE jobs SET state = ?, progress = ?, step = ?, started = ?, "
	           "finished = ?, error = ?, result = ? WHERE id = ?");
	db_bind_text(&st, job_state_name(job->state));
	db_bind_double(&st, job->progress);
	db_bind_text(&st, job->step);
	db_bind_text(&st, job->started);
	db_bind_text(&st, job->finished);
	db_bind_text(&st, job->error);
	db_bind_text(&st, job->result);
	db_bind_text(&st, job->id);
	int rc = db_run(&st, err);
	if (!rc && db_changes(&held->db) == 0)
		rc = error_set(err, ERROR_NOT_FOUND, "no such job");
	return rc;
}

/* Reads the one record that the prepared ST gives. */
static int read_one(struct db_statement *st, struct job_record *out, struct error *err)
{
	int rc = db_step(st, err);
	if (rc == DB_DONE)
		return error_set(err, ERROR_NOT_FOUND, "no such job");
	if (rc < 0)
		return rc;
	read_record(st, out);
	return 0;
}

int store_job_get(struct store *s, const char *id, struct job_record *out,
                  struct error *err)
{
	CLEANUP(store_let_go) struct store *held = store_hold(s);
	CLEANUP(db_statement_release) struct db_statement st = DB_STATEMENT_INIT;
	db_prepare(&held->db, &st, "SELECT " COLUMNS " FROM jobs WHERE id = ?");
	db_bind_text(&st, id);
	return read_one(&st, out, err);
}

int store_job_find_key(struct store *s, enum job_kind kind, const char *key,
                       struct job_record *out, struct error *err)
{
	char since[CLOCK_DATE_SIZE];
	clock_format(clock_unix_ms() - KEY_LIFE_MS, since);
	CLEANUP(store_let_go) struct store *held = store_hold(s);
	CLEANUP(db_statement_release) struct db_statement st = DB_STATEMENT_INIT;
	db_prepare(&held->db, &st,
	           "SELECT " COLUMNS " FROM jobs WHERE kind = ? AND idempotency_key = ? "
	           "AND idempotency_key <> '' AND created >= ? ORDER BY id DESC LIMIT 1");
	db_bind_text(&st, job_kind_name(kind));
	db_bind_text(&st, key);
	db_bind_text(&st, since);
	return read_one(&st, out, err);
}

int store_job_list(struct store *s, const char *before, unsigned limit,
                   struct job_record **out, size_t *count, struct error *err)
{
	struct job_record *rows = NULL;
	size_t n = 0, capacity = 0;
	CLEANUP(store_let_go) struct store *held = store_hold(s);
	CLEANUP(db_statement_release) struct db_statement st = DB_STATEMENT_INIT;
	db_prepare(&held->db, &st,
	           "SELECT " COLUMNS " FROM jobs WHERE ?1 = '' OR id < ?1 "
	           "ORDER BY id DESC LIMIT ?2");
	db_bind_text(&st, before ? before : "");
	db_bind_integer(&st, limit);
	int rc;
	while ((rc = db_step(&st, err)) == DB_ROW) {
		rows = array_reserve(rows, &capacity, n + 1, sizeof(*rows));
		read_record(&st, &rows[n++]);
	}
	if (rc) {
		free(rows);
		return rc;
	}
	*out = rows;
	*count = n;
	return 0;
}

static int prune_jobs(struct store *s, struct error *err)
{
	CLEANUP(db_statement_release) struct db_statement st = DB_STATEMENT_INIT;
	db_prepare(&s->db, &st,
	           "DELETE FROM jobs WHERE id < (SELECT id FROM jobs ORDER BY id DESC "
	           "LIMIT 1 OFFSET ?)");
	db_bind_integer(&st, JOBS_KEPT - 1);
	return db_run(&st, err);
}

int store_job_recover(struct store *s, const char *reason, unsigned *count,
                      struct error *err)
{
	char now[CLOCK_DATE_SIZE];
	clock_now(now);
	CLEANUP(store_let_go) struct store *held = store_hold(s);
	CLEANUP(db_statement_release) struct db_statement st = DB_STATEMENT_INIT;
	db_prepare(&held->db, &st,
	           "UPDATE jobs SET state = 'failed', error = ?, finished = ? "
	           "WHERE state IN ('queued', 'running')");
	db_bind_text(&st, reason);
	db_bind_text(&st, now);
	int rc = db_run(&st, err);
	if (!rc && count)
		*count = (unsigned)db_changes(&held->db);
	if (!rc)
		rc = prune_jobs(held, err);
	return rc;
}
