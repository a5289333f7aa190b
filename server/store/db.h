/* SPDX-License-Identifier: MIT */
/*
 * The only user of SQLite: opening, migrating, and statements whose values are bound.
 *
 *	CLEANUP(db_statement_release) struct db_statement st = DB_STATEMENT_INIT;
 *	db_prepare(&db, &st, "SELECT text FROM documents WHERE id = ?");
 *	db_bind_text(&st, id);
 *	while ((rc = db_step(&st, err)) == DB_ROW)
 *		db_column_text(&st, 0, out, sizeof(out));
 *
 * Preparing and binding are sticky: the first failure is kept and db_step() reports it.
 * SQL is constant text of this program; nothing from outside is ever part of it.
 * A struct db is used by one thread at a time (the store's lock sees to it).
 */
#ifndef TRILANE_DB_H
#define TRILANE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trilane/embedded.h"
#include "trilane/error.h"
#include "trilane/str.h"

struct sqlite3;
struct sqlite3_stmt;

struct db {
	struct sqlite3 *handle; /* NULL when closed */
};

/* Opens, or makes, the database at PATH: WAL, synchronous FULL, foreign keys, a busy
 * timeout; refuses what APPLICATION_ID does not mark as ours.  ERROR_DAMAGED is a file
 * that is no database or fails its check; ERROR_CONFLICT one of another program or of
 * a newer version. */
int db_open(struct db *db, const char *path, int32_t application_id, struct error *err);
void db_release(struct db *db);
/* Runs the migrations that the database has not seen, each in a transaction: file number
 * N of the table (sorted by name, from 1) leads to user_version N. */
int db_migrate(struct db *db, const struct embedded_file *migrations, size_t count,
               struct error *err);
int db_execute(struct db *db, const char *sql, struct error *err); /* constant text */
int db_integer(struct db *db, const char *sql, int64_t *out, struct error *err);
int64_t db_changes(struct db *db); /* rows touched by the last statement */

enum { DB_DONE = 0, DB_ROW = 1 };

struct db_statement {
	struct sqlite3_stmt *handle;
	struct db *db;
	int bound;  /* parameters so far */
	int failed; /* SQLite's code of the first failure; 0: none */
};
#define DB_STATEMENT_INIT \
	{ \
		.handle = NULL \
	}

void db_prepare(struct db *db, struct db_statement *st, const char *sql);
/* The next parameter, in order.  Text is copied by SQLite. */
void db_bind_text(struct db_statement *st, const char *text);
void db_bind_integer(struct db_statement *st, int64_t value);
void db_bind_double(struct db_statement *st, double value);
/* DB_ROW, DB_DONE or an error. */
int db_step(struct db_statement *st, struct error *err);
/* Runs a statement that gives no rows. */
int db_run(struct db_statement *st, struct error *err);
double db_column_double(struct db_statement *st, int column);
/* Copies, cut to SIZE - 1 bytes. */
void db_column_text(struct db_statement *st, int column, char *out, size_t size);
void db_column_add(struct db_statement *st, int column, struct str *out);
void db_statement_release(struct db_statement *st);

#endif
