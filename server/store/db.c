/* SPDX-License-Identifier: MIT */
/*
 * The wrapper around SQLite.  Its one decision: codes are translated here, once, into
 * errors that say what to do, so that no other file knows SQLite's.
 */
#include "db.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trilane/cleanup.h"

#include "trilane/banned.h"

enum { BUSY_TIMEOUT_MS = 5000 };

/* What the system said when FILE was last written in vain. */
static int last_errno(struct db *db, int which)
{
	sqlite3_file *file = NULL;
	int number = 0;

	sqlite3_file_control(db->handle, "main", which, &file);
	if (file && file->pMethods)
		file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &number);
	return number;
}

/* SQLite knows a full disk by ENOSPC alone.  A user's quota or a limit on files is the
 * same to whoever waits for room. */
static bool is_out_of_room(struct db *db, int code)
{
	static const int files[] = {SQLITE_FCNTL_JOURNAL_POINTER, /* here the WAL */
	                            SQLITE_FCNTL_FILE_POINTER};

	for (size_t i = 0; i < 2 && code == SQLITE_IOERR_WRITE && db->handle; i++) {
		int number = last_errno(db, files[i]);

		if (number == EDQUOT || number == EFBIG)
			return true;
	}
	return false;
}

static int fail(struct db *db, int code, struct error *err)
{
	static const struct {
		int sqlite;
		enum error_code code;
		const char *text;
	} rows[] = {
		{SQLITE_FULL, ERROR_FULL, "the disk is full"},
		{SQLITE_READONLY, ERROR_DENIED, "it is read-only"},
		{SQLITE_PERM, ERROR_DENIED, "permission denied"},
		{SQLITE_CANTOPEN, ERROR_DENIED, "it cannot be opened"},
		{SQLITE_BUSY, ERROR_BUSY, "another program holds it locked"},
		{SQLITE_LOCKED, ERROR_BUSY, "it is locked"},
		{SQLITE_CORRUPT, ERROR_DAMAGED, "it is damaged"},
		{SQLITE_NOTADB, ERROR_DAMAGED, "it is no database"},
		{SQLITE_NOMEM, ERROR_NO_MEMORY, "out of memory"},
		{SQLITE_TOOBIG, ERROR_TOO_LARGE, "a value is too large"},
		{SQLITE_IOERR, ERROR_FAILED, "reading or writing it failed"},
	};
	if (is_out_of_room(db, code))
		return error_set(err, ERROR_FULL,
		                 "database: there is no more room for this user");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((code & 0xff) == rows[i].sqlite)
			return error_set(err, rows[i].code, "database: %s", rows[i].text);
	if (code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_UNIQUE)
		return error_set(err, ERROR_EXISTS,
		                 "database: the record is there already");
	return error_set(err, ERROR_FAILED, "database: %s",
	                 db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(code));
}

int db_execute(struct db *db, const char *sql, struct error *err)
{
	int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
	return code == SQLITE_OK ? 0
	                         : fail(db, sqlite3_extended_errcode(db->handle), err);
}

int db_integer(struct db *db, const char *sql, int64_t *out, struct error *err)
{
	CLEANUP(db_statement_release) struct db_statement st = DB_STATEMENT_INIT;
	db_prepare(db, &st, sql);
	int rc = db_step(&st, err);
	if (rc == DB_DONE)
		return error_set(err, ERROR_NOT_FOUND, "database: no row");
	if (rc < 0)
		return rc;
	*out = sqlite3_column_int64(st.handle, 0);
	return 0;
}

int64_t db_changes(struct db *db)
{
	return sqlite3_changes(db->handle);
}

/* SQLite would make the file readable by all; one that is there keeps its mode. */
static void create_private(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0)
		close(fd);
}

/* A database without tables and marks is new; another's is not touched. */
static int check_identity(struct db *db, int32_t application_id, struct error *err)
{
	int64_t id = 0, objects = 0;
	int rc = db_integer(db, "PRAGMA application_id", &id, err);
	if (!rc)
		rc = db_integer(db, "SELECT count(*) FROM sqlite_schema", &objects, err);
	if (rc || id == application_id)
		return rc;
	if (id != 0 || objects != 0)
		return error_set(
			err, ERROR_CONFLICT,
			"database: it was made by another program and is left alone");
	char sql[64];
	snprintf(sql, sizeof(sql), "PRAGMA application_id = %d", (int)application_id);
	return db_execute(db, sql, err);
}

static int check_whole(struct db *db, struct error *err)
{
	CLEANUP(db_statement_release) struct db_statement st = DB_STATEMENT_INIT;
	db_prepare(db, &st, "PRAGMA quick_check(1)");
	int rc = db_step(&st, err);
	if (rc < 0)
		return rc;
	char text[200] = "";
	if (rc == DB_ROW)
		db_column_text(&st, 0, text, sizeof(text));
	if (strcmp(text, "ok") == 0)
		return 0;
	return error_set(err, ERROR_DAMAGED, "database: it is damaged (%s)", text);
}

static int configure(struct db *db, int32_t application_id, struct error *err)
{
	sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
	sqlite3_extended_result_codes(db->handle, 1);
	if (sqlite3_db_readonly(db->handle, "main") == 1)
		return fail(db, SQLITE_READONLY, err);
	/* Views and triggers of a doctored file must reach nothing. */
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	int rc = check_identity(db, application_id, err);
	if (!rc)
		rc = check_whole(db, err);
	if (!rc)
		rc = db_execute(db,
		                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
		                "PRAGMA foreign_keys = ON; PRAGMA cache_size = -1024",
		                err);
	return rc;
}

int db_open(struct db *db, const char *path, int32_t application_id, struct error *err)
{
	create_private(path);
	int flags =
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	int code = sqlite3_open_v2(path, &db->handle, flags, NULL);
	int rc = code == SQLITE_OK ? configure(db, application_id, err)
	                           : fail(db, code, err);
	if (rc)
		db_release(db);
	return rc;
}

void db_release(struct db *db)
{
	sqlite3_close(db->handle);
	db->handle = NULL;
}

static int migrate_one(struct db *db, const struct embedded_file *file, size_t number,
                       struct error *err)
{
	int rc = db_execute(db, "BEGIN IMMEDIATE", err);
	if (rc)
		return rc;
	char sql[64];
	snprintf(sql, sizeof(sql), "PRAGMA user_version = %zu", number);
	rc = db_execute(db, (const char *)file->bytes, err);
	if (!rc)
		rc = db_execute(db, sql, err);
	if (!rc)
		rc = db_execute(db, "COMMIT", err);
	if (!rc)
		return 0;
	db_execute(db, "ROLLBACK", NULL);
	error_prefix(err, "migration %s", file->path);
	return rc;
}

int db_migrate(struct db *db, const struct embedded_file *migrations, size_t count,
               struct error *err)
{
	int64_t version = 0;
	int rc = db_integer(db, "PRAGMA user_version", &version, err);
	if (rc)
		return rc;
	if (version < 0 || (uint64_t)version > count)
		return error_set(err, ERROR_CONFLICT,
		                 "database: a newer version of this program made it (its "
		                 "schema is %lld, %zu is known here)",
		                 (long long)version, count);
	for (size_t i = (size_t)version; i < count && !rc; i++)
		rc = migrate_one(db, &migrations[i], i + 1, err);
	return rc;
}

void db_prepare(struct db *db, struct db_statement *st, const char *sql)
{
	*st = (struct db_statement){.db = db};
	int code = sqlite3_prepare_v2(db->handle, sql, -1, &st->handle, NULL);
	if (code == SQLITE_ERROR)
		BUG("statement \"%s\": %s", sql, sqlite3_errmsg(db->handle));
	st->failed = code;
}

static void bound(struct db_statement *st, int code)
{
	if (code == SQLITE_RANGE)
		BUG("statement has fewer than %d parameters", st->bound);
	if (!st->failed)
		st->failed = code;
}

void db_bind_text(struct db_statement *st, const char *text)
{
	if (!st->failed)
		bound(st, sqlite3_bind_text64(st->handle, ++st->bound, text, strlen(text),
		                              SQLITE_TRANSIENT, SQLITE_UTF8));
}

void db_bind_integer(struct db_statement *st, int64_t value)
{
	if (!st->failed)
		bound(st, sqlite3_bind_int64(st->handle, ++st->bound, value));
}

void db_bind_double(struct db_statement *st, double value)
{
	if (!st->failed)
		bound(st, sqlite3_bind_double(st->handle, ++st->bound, value));
}

int db_step(struct db_statement *st, struct error *err)
{
	if (st->failed)
		return fail(st->db, st->failed, err);
	int code = sqlite3_step(st->handle);
	if (code == SQLITE_ROW)
		return DB_ROW;
	if (code == SQLITE_DONE)
		return DB_DONE;
	return fail(st->db, sqlite3_extended_errcode(st->db->handle), err);
}

int db_run(struct db_statement *st, struct error *err)
{
	int rc = db_step(st, err);
	return rc == DB_ROW ? 0 : rc;
}

double db_column_double(struct db_statement *st, int column)
{
	return sqlite3_column_double(st->handle, column);
}

void db_column_text(struct db_statement *st, int column, char *out, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(st->handle, column);
	snprintf(out, size, "%s", text ? text : "");
}

void db_column_add(struct db_statement *st, int column, struct str *out)
{
	const void *text = sqlite3_column_text(st->handle, column);
	str_add_n(out, text ? text : "",
	          (size_t)sqlite3_column_bytes(st->handle, column));
}

void db_statement_release(struct db_statement *st)
{
	sqlite3_finalize(st->handle);
	st->handle = NULL;
}
