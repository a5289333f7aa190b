/* SPDX-License-Identifier: MIT */
/*
 * The store: jobs, results and reports in one SQLite database below the data folder.
 *
 * DIR/trilane.db in WAL mode, synchronous FULL, so that what was acknowledged is there
 * after kill -9 and after power loss.  The folder has mode 0700.  A database that another
 * program made is refused; one that is damaged is moved aside (trilane.db.damaged-DATE)
 * with a warning, never deleted, and a new one begun.  Migrations run at opening.
 *
 * Documents are stored as the JSON text that clients get, byte for byte, so that a result
 * never changes.  One struct store may be used by any number of threads: calls are
 * serialised inside.  Text handed out is appended to the caller's struct str.
 */
#ifndef TRILANE_STORE_H
#define TRILANE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "trilane/clock.h"
#include "trilane/error.h"
#include "trilane/id.h"
#include "trilane/str.h"

struct store;

/* Makes DIR if need be.  ERROR_BUSY: another program has it; ERROR_DENIED: it is shared
 * with other users, or not to be written; ERROR_CONFLICT: its database is another
 * program's, or a newer version's. */
int store_open(const char *dir, struct store **out, struct error *err);
void store_free(struct store *s); /* NULL is fine; nobody may be in a call */

/* Of every call below: ERROR_BUSY after five seconds in which another program held the
 * database, ERROR_FULL for a full disk, ERROR_DAMAGED for a database that became so. */

/* --- jobs --- */

enum job_kind { JOB_BENCHMARK, JOB_REPORT };
enum job_state { JOB_QUEUED, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_CANCELLED };

const char *job_kind_name(enum job_kind kind);
const char *job_state_name(enum job_state state);
bool job_state_is_final(enum job_state state);

struct job_record {
	char id[ID_SIZE];
	enum job_kind kind;
	enum job_state state;
	double progress; /* 0 … 1 */
	char step[160];  /* what is being done, for people */
	char created[CLOCK_DATE_SIZE];
	char started[CLOCK_DATE_SIZE]; /* "" while not yet */
	char finished[CLOCK_DATE_SIZE];
	char error[400];          /* "" if none */
	char result[ID_SIZE];     /* id of the result or report; "" if none */
	char owner[64];           /* who asked, where that is known; "" otherwise */
	char idempotency_key[65]; /* "" if none */
	char body_sha256[65];     /* of the request's body */
	char request[1024];       /* what was asked for: a JSON object; "" if longer */
};

/* Inserts or replaces by id. */
int store_job_put(struct store *s, const struct job_record *job, struct error *err);
/* State, progress, step, times, error and result; ERROR_NOT_FOUND if it was never put, as
 * in store_job_get(). */
int store_job_update(struct store *s, const struct job_record *job, struct error *err);
int store_job_get(struct store *s, const char *id, struct job_record *out,
                  struct error *err);
/* The job made with this key in the last 24 hours: ERROR_NOT_FOUND if none. */
int store_job_find_key(struct store *s, enum job_kind kind, const char *key,
                       struct job_record *out, struct error *err);
/* Newest first, at most LIMIT, those older than BEFORE (an id; NULL: all).  The caller
 * frees *OUT, which is NULL for none. */
int store_job_list(struct store *s, const char *before, unsigned limit,
                   struct job_record **out, size_t *count, struct error *err);
/* Marks what was queued or running when the program last ended as failed, and keeps the
 * newest 1,000 jobs.  *COUNT, unless NULL, is how many it marked. */
int store_job_recover(struct store *s, const char *reason, unsigned *count,
                      struct error *err);

/* --- results and reports --- */

enum document_kind { DOCUMENT_RESULT, DOCUMENT_REPORT };

/* ERROR_EXISTS for an id that is there already: documents do not change. */
int store_document_put(struct store *s, enum document_kind kind, const char *id,
                       const char *created, const char *text, struct error *err);
/* ERROR_NOT_FOUND if there is none of this kind and id. */
int store_document_get(struct store *s, enum document_kind kind, const char *id,
                       struct str *text, struct error *err);
/* The newest; ERROR_NOT_FOUND if there is none.  ID may be NULL. */
int store_document_latest(struct store *s, enum document_kind kind, char id[ID_SIZE],
                          struct str *text, struct error *err);

struct document_row {
	char id[ID_SIZE];
	char created[CLOCK_DATE_SIZE];
	char *text; /* owned by the row */
};
/* Newest first, older than BEFORE (NULL: all), at most LIMIT; ERROR_NOT_FOUND if there is
 * no BEFORE. */
int store_document_list(struct store *s, enum document_kind kind, const char *before,
                        unsigned limit, struct document_row **out, size_t *count,
                        struct error *err);
void document_rows_free(struct document_row *rows, size_t count);
/* Keeps the newest KEEP of the kind. */
int store_document_prune(struct store *s, enum document_kind kind, unsigned keep,
                         struct error *err);

#endif
