/* SPDX-License-Identifier: MIT */
/*
 * Results and reports: text in, the same text out.  Their order is the one in which they
 * came, not that of their ids, which hold the time of a clock that may have jumped.
 */
#include "trilane/store.h"

#include <stdlib.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/mem.h"

#include "store_private.h"

#include "trilane/banned.h"

static const char *kind_name(enum document_kind kind)
{
	return kind == DOCUMENT_RESULT ? "result" : "report";
}

int store_document_put(struct store *s, enum document_kind kind, const char *id,
                       const char *created, const char *text, struct error *err)
{
	CLEANUP(store_let_go) struct store *held = store_hold(s);
	CLEANUP(db_statement_release) struct db_statement st = DB_STATEMENT_INIT;
	db_prepare(&held->db, &st,
	           "INSERT INTO documents (kind, id, created, text) VALUES (?,?,?,?)");
	db_bind_text(&st, kind_name(kind));
	db_bind_text(&st, id);
	db_bind_text(&st, created);
	db_bind_text(&st, text);
	return db_run(&st, err);
}

/* Reads (id, text) of the one row that ST gives. */
static int read_one(struct db_statement *st, enum document_kind kind, char id[ID_SIZE],
                    struct str *text, struct error *err)
{
	int rc = db_step(st, err);
	if (rc == DB_DONE)
		return error_set(err, ERROR_NOT_FOUND, "no such %s", kind_name(kind));
	if (rc < 0)
		return rc;
	if (id)
		db_column_text(st, 0, id, ID_SIZE);
	db_column_add(st, 1, text);
	return str_failed(text) ? error_set(err, ERROR_NO_MEMORY, "out of memory") : 0;
}

int store_document_get(struct store *s, enum document_kind kind, const char *id,
                       struct str *text, struct error *err)
{
	CLEANUP(store_let_go) struct store *held = store_hold(s);
	CLEANUP(db_statement_release) struct db_statement st = DB_STATEMENT_INIT;
	db_prepare(&held->db, &st,
	           "SELECT id, text FROM documents WHERE kind = ? AND id = ?");
	db_bind_text(&st, kind_name(kind));
	db_bind_text(&st, id);
	return read_one(&st, kind, NULL, text, err);
}

int store_document_latest(struct store *s, enum document_kind kind, char id[ID_SIZE],
                          struct str *text, struct error *err)
{
	CLEANUP(store_let_go) struct store *held = store_hold(s);
	CLEANUP(db_statement_release) struct db_statement st = DB_STATEMENT_INIT;
	db_prepare(&held->db, &st,
	           "SELECT id, text FROM documents WHERE kind = ? ORDER BY rowid DESC "
	           "LIMIT 1");
	db_bind_text(&st, kind_name(kind));
	return read_one(&st, kind, id, text, err);
}

/* 0 for NULL and for a document that is there; the text stays where it is. */
static int find_document(struct store *s, enum document_kind kind, const char *id,
                         struct error *err)
{
	CLEANUP(db_statement_release) struct db_statement st = DB_STATEMENT_INIT;
	if (!id)
		return 0;
	db_prepare(&s->db, &st, "SELECT 1 FROM documents WHERE kind = ? AND id = ?");
	db_bind_text(&st, kind_name(kind));
	db_bind_text(&st, id);
	int rc = db_step(&st, err);
	if (rc == DB_DONE)
		return error_set(err, ERROR_NOT_FOUND, "no such %s", kind_name(kind));
	return rc == DB_ROW ? 0 : rc;
}

static void read_row(struct db_statement *st, struct document_row *row)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	db_column_text(st, 0, row->id, sizeof(row->id));
	db_column_text(st, 1, row->created, sizeof(row->created));
	db_column_add(st, 2, &text);
	row->text = xstrdup(text.data);
}

int store_document_list(struct store *s, enum document_kind kind, const char *before,
                        unsigned limit, struct document_row **out, size_t *count,
                        struct error *err)
{
	struct document_row *rows = NULL;
	size_t n = 0, capacity = 0;
	CLEANUP(store_let_go) struct store *held = store_hold(s);
	CLEANUP(db_statement_release) struct db_statement st = DB_STATEMENT_INIT;
	db_prepare(&held->db, &st,
	           "SELECT id, created, text FROM documents "
	           "WHERE kind = ?1 AND (?2 = '' OR rowid < (SELECT rowid FROM documents "
	           "WHERE kind = ?1 AND id = ?2)) ORDER BY rowid DESC LIMIT ?3");
	db_bind_text(&st, kind_name(kind));
	db_bind_text(&st, before ? before : "");
	db_bind_integer(&st, limit);
	int rc;
	while ((rc = db_step(&st, err)) == DB_ROW) {
		rows = array_reserve(rows, &capacity, n + 1, sizeof(*rows));
		read_row(&st, &rows[n++]);
	}
	if (rc == 0 && n == 0)
		rc = find_document(held, kind, before, err);
	if (rc) {
		document_rows_free(rows, n);
		return rc;
	}
	*out = rows;
	*count = n;
	return 0;
}

void document_rows_free(struct document_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(rows[i].text);
	free(rows);
}

int store_document_prune(struct store *s, enum document_kind kind, unsigned keep,
                         struct error *err)
{
	CLEANUP(store_let_go) struct store *held = store_hold(s);
	CLEANUP(db_statement_release) struct db_statement st = DB_STATEMENT_INIT;
	db_prepare(
		&held->db, &st,
		"DELETE FROM documents WHERE kind = ?1 AND rowid < (SELECT rowid FROM "
		"documents WHERE kind = ?1 ORDER BY rowid DESC LIMIT 1 OFFSET ?2 - 1)");
	db_bind_text(&st, kind_name(kind));
	db_bind_integer(&st, keep);
	return db_run(&st, err);
}
