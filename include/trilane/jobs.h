/* SPDX-License-Identifier: MIT */
/*
 * Jobs: work that takes longer than a request, one at a time.
 *
 * A queue holds at most JOBS_WAITING jobs; one thread takes them in order.  Every change
 * of a job's state goes to the store first and then out as an event; progress is an event
 * only.  Events are kept in a ring of bounded length: a reader that falls behind loses
 * the oldest.  A job that was running when the program died is `failed` after the next
 * start.
 *
 * jobs_new() starts the thread, jobs_free() cancels what runs (killing its process
 * groups), reaps, and joins.  All functions may be called by any thread.
 *
 * What a job does is a table of runners, given at start, so that the queue knows neither
 * benchmarks nor probes.
 */
#ifndef TRILANE_JOBS_H
#define TRILANE_JOBS_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "trilane/error.h"
#include "trilane/store.h"

enum { JOBS_WAITING = 8 };

struct jobs;

/* What a runner sees of its job.  It lives as long as the runner's call. */
struct job_run {
	const char *id;
	const json_t *request;  /* the validated body; an object */
	atomic_bool *cancelled; /* look at it often; ERROR_CANCELLED when it is set */
	struct jobs *jobs;
	void *context; /* of the runner */
};
/* Reports progress 0 … 1 and a step ("training cnn, epoch 3 of 10"; NULL keeps it). */
void job_run_progress(struct job_run *run, double progress, const char *step);
/* Sends an event of the job's own ("epoch", "sample") with DATA, which it takes. */
void job_run_event(struct job_run *run, const char *type, json_t *data);

struct job_runner {
	enum job_kind kind;
	/* Does the work and stores the document; RESULT becomes its id ("" for none). */
	int (*run)(struct job_run *run, char result[ID_SIZE], struct error *err);
	void *context;
};

/* RUNNERS are copied, at most one a kind; STORE is borrowed and outlives the queue. */
int jobs_new(struct store *store, const struct job_runner *runners, size_t count,
             struct jobs **out, struct error *err);
void jobs_free(struct jobs *j); /* NULL is fine; what waits is cancelled */

struct job_request {
	enum job_kind kind;
	json_t *body;                /* borrowed; copied into the job */
	const char *owner;           /* NULL: unknown */
	const char *idempotency_key; /* NULL: none */
	const char *body_sha256;     /* of the raw body; with a key only */
};
/* ERROR_BUSY when JOBS_WAITING jobs wait already; ERROR_CONFLICT when the key was used
 * with another body.  *REPEATED tells that the key's earlier job is returned. */
int jobs_submit(struct jobs *j, const struct job_request *request, struct job_record *out,
                bool *repeated, struct error *err);
/* The live state: ahead of the store's in progress and step.  ERROR_NOT_FOUND for an id
 * that is none's, here and in jobs_cancel(). */
int jobs_get(struct jobs *j, const char *id, struct job_record *out, struct error *err);
/* As store_job_list(), with the live state. */
int jobs_list(struct jobs *j, const char *before, unsigned limit, struct job_record **out,
              size_t *count, struct error *err);
/* Fine for a job that has ended already (nothing happens): OUT has its state. */
int jobs_cancel(struct jobs *j, const char *id, struct job_record *out,
                struct error *err);
/* Waiting and running ones. */
void jobs_counts(struct jobs *j, unsigned *waiting, unsigned *running);

/* Calls FN with CONTEXT after each new event (from any thread; must not block). */
void jobs_set_listener(struct jobs *j, void (*fn)(void *context), void *context);
/* Appends the first event with an id above AFTER as "id: …\nevent: …\ndata: …\n\n" to OUT
 * and moves AFTER on; false if there is none. */
bool jobs_next_event(struct jobs *j, uint64_t *after, struct str *out);
uint64_t jobs_last_event(struct jobs *j);
/* The document "job" of docs/openapi.json; new reference. */
json_t *job_document(const struct job_record *job);

#endif
