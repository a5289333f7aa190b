/* SPDX-License-Identifier: MIT */
/*
 * The queue: a short array of waiting jobs, one that runs, and the thread that runs it.
 *
 * One lock guards all of it.  It is never held while a runner works; the store is called
 * under it, so that the order of changes is the same in the store and in the events.
 * The listener has a lock of its own, taken only when the queue's is free, so that it may
 * call back into the queue.
 */
#include "trilane/jobs.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "job.h"
#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/facts.h"
#include "trilane/log.h"
#include "trilane/mem.h"
#include "unsaved.h"

#include "trilane/banned.h"

enum { RUNNERS_MAX = 4 };
#define SAVE_AGAIN_NS           (500 * NS_PER_MS)
#define PROGRESS_EVENT_PAUSE_NS (100 * NS_PER_MS)

struct jobs {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
	bool stopping;
	struct store *store;
	struct job_runner runners[RUNNERS_MAX];
	size_t runner_count;
	struct job *waiting[JOBS_WAITING];
	unsigned waiting_count;
	struct job *running; /* NULL: idle */
	struct unsaved unsaved;
	char last_id[ID_SIZE];
	struct event_ring events;

	pthread_mutex_t listener_lock;
	void (*listener)(void *context);
	void *listener_context;
};

static struct jobs *hold(struct jobs *j)
{
	pthread_mutex_lock(&j->lock);
	return j;
}

static void let_go(struct jobs *const *held)
{
	pthread_mutex_unlock(&(*held)->lock);
}

/* --- events --- */

/* Call it without the queue's lock. */
static void notify(struct jobs *j)
{
	pthread_mutex_lock(&j->listener_lock);
	if (j->listener)
		j->listener(j->listener_context);
	pthread_mutex_unlock(&j->listener_lock);
}

void jobs_set_listener(struct jobs *j, void (*fn)(void *context), void *context)
{
	pthread_mutex_lock(&j->listener_lock);
	j->listener = fn;
	j->listener_context = context;
	pthread_mutex_unlock(&j->listener_lock);
}

bool jobs_next_event(struct jobs *j, uint64_t *after, struct str *out)
{
	CLEANUP(let_go) struct jobs *held = hold(j);
	return event_ring_next(&held->events, after, out);
}

uint64_t jobs_last_event(struct jobs *j)
{
	CLEANUP(let_go) struct jobs *held = hold(j);
	return held->events.last;
}

static void add_job_event(struct jobs *j, struct job *job)
{
	json_t *document = job_document(&job->record);
	event_ring_add(&j->events, "job", document_text(document, false));
	json_decref(document);
	job->told_ns = clock_monotonic_ns();
}

/* The store first, then the event.  A store that fails loses no job. */
static void publish(struct jobs *j, struct job *job)
{
	struct error err = ERROR_INIT;
	unsaved_try(&j->unsaved, j->store);
	if (store_job_update(j->store, &job->record, &err)) {
		log_warning("job %s: %s", job->record.id, err.text);
		if (job_state_is_final(job->record.state))
			unsaved_keep(&j->unsaved, &job->record);
	}
	add_job_event(j, job);
}

/* --- what a runner calls --- */

void job_run_progress(struct job_run *run, double progress, const char *step)
{
	struct jobs *j = run->jobs;
	bool told = false;
	{
		CLEANUP(let_go) struct jobs *held = hold(j);
		struct job *job = held->running;
		bool new_step = step && !text_equal(step, job->record.step);
		if (isfinite(progress))
			job->record.progress = fmin(fmax(progress, 0), 1);
		if (new_step)
			snprintf(job->record.step, sizeof(job->record.step), "%s", step);
		told = new_step ||
		       clock_monotonic_ns() - job->told_ns > PROGRESS_EVENT_PAUSE_NS;
		if (told)
			add_job_event(held, job);
	}
	if (told)
		notify(j);
}

void job_run_event(struct job_run *run, const char *type, json_t *data)
{
	json_object_set_new(data, "job", json_string(run->id));
	char *text = document_text(data, false);
	json_decref(data);
	{
		CLEANUP(let_go) struct jobs *held = hold(run->jobs);
		event_ring_add(&held->events, type, text);
	}
	notify(run->jobs);
}

/* --- the thread --- */

static struct job *take_first(struct jobs *j)
{
	struct job *job = j->waiting[0];
	j->waiting_count--;
	memmove(j->waiting, j->waiting + 1, j->waiting_count * sizeof(j->waiting[0]));
	return job;
}

static void wait_for_change(struct jobs *j)
{
	if (j->unsaved.count == 0) {
		pthread_cond_wait(&j->changed, &j->lock);
		return;
	}
	pthread_mutex_unlock(&j->lock);
	clock_sleep_ns(SAVE_AGAIN_NS);
	pthread_mutex_lock(&j->lock);
	unsaved_try(&j->unsaved, j->store);
}

/* The next job, marked as running; NULL when it is time to end. */
static struct job *next_job(struct jobs *j)
{
	CLEANUP(let_go) struct jobs *held = hold(j);
	while (!held->stopping && held->waiting_count == 0)
		wait_for_change(held);
	if (held->stopping)
		return NULL;
	struct job *job = take_first(held);
	held->running = job;
	job->record.state = JOB_RUNNING;
	clock_now(job->record.started);
	publish(held, job);
	return job;
}

static const struct job_runner *find_runner(const struct jobs *j, enum job_kind kind)
{
	for (size_t i = 0; i < j->runner_count; i++)
		if (j->runners[i].kind == kind)
			return &j->runners[i];
	return NULL;
}

static int run_job(struct jobs *j, struct job *job, char result[ID_SIZE],
                   struct error *err)
{
	const struct job_runner *runner = find_runner(j, job->record.kind);
	struct job_run run = {
		.id = job->record.id,
		.request = job->request,
		.cancelled = &job->cancelled,
		.jobs = j,
		.context = runner->context,
	};
	return runner->run(&run, result, err);
}

static void end_job(struct jobs *j, struct job *job, int rc, const char *result,
                    const struct error *err)
{
	{
		CLEANUP(let_go) struct jobs *held = hold(j);
		struct job_record *r = &job->record;
		r->state = !rc                     ? JOB_DONE
		           : rc == ERROR_CANCELLED ? JOB_CANCELLED
		                                   : JOB_FAILED;
		if (r->state == JOB_DONE)
			r->progress = 1;
		if (r->state == JOB_FAILED)
			snprintf(r->error, sizeof(r->error), "%s", err->text);
		snprintf(r->result, sizeof(r->result), "%s", result);
		r->step[0] = '\0';
		clock_now(r->finished);
		publish(held, job);
		held->running = NULL;
	}
	notify(j);
	job_free(job);
}

static void *work(void *arg)
{
	struct jobs *j = arg;
	struct job *job;
	while ((job = next_job(j)) != NULL) {
		struct error err = ERROR_INIT;
		char result[ID_SIZE] = "";
		notify(j);
		int rc = run_job(j, job, result, &err);
		end_job(j, job, rc, result, &err);
	}
	return NULL;
}

/* --- life --- */

static int recover(struct store *store, struct error *err)
{
	unsigned count = 0;
	int rc = store_job_recover(store, "the program ended before the job did", &count,
	                           err);
	if (!rc && count)
		log_info("%u job%s of an earlier run marked as failed", count,
		         count == 1 ? "" : "s");
	return rc;
}

static void find_last_id(struct jobs *j)
{
	CLEANUP_FREE struct job_record *rows = NULL;
	size_t count = 0;
	if (!store_job_list(j->store, NULL, 1, &rows, &count, NULL) && count)
		memcpy(j->last_id, rows[0].id, ID_SIZE);
}

int jobs_new(struct store *store, const struct job_runner *runners, size_t count,
             struct jobs **out, struct error *err)
{
	if (count > RUNNERS_MAX)
		BUG("%zu runners", count);
	int rc = recover(store, err);
	if (rc)
		return rc;
	struct jobs *j = xcalloc(1, sizeof(*j));
	j->store = store;
	find_last_id(j);
	memcpy(j->runners, runners, count * sizeof(*runners));
	j->runner_count = count;
	pthread_mutex_init(&j->lock, NULL);
	pthread_mutex_init(&j->listener_lock, NULL);
	pthread_cond_init(&j->changed, NULL);
	int errnum = pthread_create(&j->thread, NULL, work, j);
	if (errnum) {
		free(j);
		return error_set_errno(err, errnum,
		                       "cannot start the thread of the jobs");
	}
	*out = j;
	return 0;
}

static void cancel_waiting(struct jobs *j, struct job *job, const char *reason)
{
	job->record.state = JOB_CANCELLED;
	snprintf(job->record.error, sizeof(job->record.error), "%s", reason);
	clock_now(job->record.finished);
	publish(j, job);
}

static void stop(struct jobs *j)
{
	CLEANUP(let_go) struct jobs *held = hold(j);
	held->stopping = true;
	if (held->running)
		atomic_store(&held->running->cancelled, true);
	while (held->waiting_count) {
		struct job *job = take_first(held);
		cancel_waiting(held, job, "the program was stopped");
		job_free(job);
	}
	pthread_cond_signal(&held->changed);
}

void jobs_free(struct jobs *j)
{
	if (!j)
		return;
	stop(j);
	pthread_join(j->thread, NULL);
	event_ring_release(&j->events);
	pthread_cond_destroy(&j->changed);
	pthread_mutex_destroy(&j->listener_lock);
	pthread_mutex_destroy(&j->lock);
	free(j);
}

/* --- requests --- */

/* The live job with this id, waiting or running; its index among the waiting in *AT. */
static struct job *find_live(struct jobs *j, const char *id, unsigned *at)
{
	*at = JOBS_WAITING;
	if (j->running && text_equal(j->running->record.id, id))
		return j->running;
	for (unsigned i = 0; i < j->waiting_count; i++) {
		if (text_equal(j->waiting[i]->record.id, id)) {
			*at = i;
			return j->waiting[i];
		}
	}
	return NULL;
}

/* What is known here of a job, and better than in the store; NULL: nothing. */
static const struct job_record *find_known(struct jobs *j, const char *id)
{
	unsigned at;
	const struct job *job = find_live(j, id, &at);
	return job ? &job->record : unsaved_find(&j->unsaved, id);
}

static int get(struct jobs *j, const char *id, struct job_record *out, struct error *err)
{
	const struct job_record *known = find_known(j, id);
	if (!known)
		return store_job_get(j->store, id, out, err);
	*out = *known;
	return 0;
}

int jobs_get(struct jobs *j, const char *id, struct job_record *out, struct error *err)
{
	CLEANUP(let_go) struct jobs *held = hold(j);
	return get(held, id, out, err);
}

/* Was the key used before?  ERROR_NOT_FOUND if not. */
static int find_repeated(struct jobs *j, const struct job_request *request,
                         struct job_record *out, struct error *err)
{
	if (!request->idempotency_key || !request->idempotency_key[0])
		return ERROR_NOT_FOUND;
	int rc = store_job_find_key(j->store, request->kind, request->idempotency_key,
	                            out, err);
	if (rc)
		return rc;
	if (!text_equal(out->body_sha256, request->body_sha256))
		return error_set(err, ERROR_CONFLICT,
		                 "the idempotency key was used with another request");
	return get(j, out->id, out, err);
}

static int enqueue(struct jobs *j, const struct job_request *request,
                   struct job_record *out, struct error *err)
{
	if (!find_runner(j, request->kind))
		return error_set(err, ERROR_UNSUPPORTED,
		                 "this program runs no such jobs");
	if (j->stopping || j->waiting_count == JOBS_WAITING)
		return error_set(err, ERROR_BUSY, "%d jobs wait already", JOBS_WAITING);
	struct job *job = job_new(request, j->last_id);
	int rc = store_job_put(j->store, &job->record, err);
	if (rc) {
		job_free(job);
		return rc;
	}
	memcpy(j->last_id, job->record.id, ID_SIZE);
	j->waiting[j->waiting_count++] = job;
	*out = job->record;
	add_job_event(j, job);
	pthread_cond_signal(&j->changed);
	return 0;
}

static int submit(struct jobs *j, const struct job_request *request,
                  struct job_record *out, bool *repeated, struct error *err)
{
	CLEANUP(let_go) struct jobs *held = hold(j);
	struct error ignored = ERROR_INIT;
	int rc = find_repeated(held, request, out, &ignored);
	*repeated = !rc;
	if (rc == ERROR_NOT_FOUND)
		return enqueue(held, request, out, err);
	if (rc && err)
		*err = ignored;
	return rc;
}

int jobs_submit(struct jobs *j, const struct job_request *request, struct job_record *out,
                bool *repeated, struct error *err)
{
	int rc = submit(j, request, out, repeated, err);
	if (!rc && !*repeated)
		notify(j);
	return rc;
}

int jobs_list(struct jobs *j, const char *before, unsigned limit, struct job_record **out,
              size_t *count, struct error *err)
{
	CLEANUP(let_go) struct jobs *held = hold(j);
	int rc = store_job_list(held->store, before, limit, out, count, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < *count; i++) {
		const struct job_record *known = find_known(held, (*out)[i].id);
		if (known)
			(*out)[i] = *known;
	}
	return 0;
}

static int cancel(struct jobs *j, const char *id, struct job_record *out,
                  struct error *err)
{
	CLEANUP(let_go) struct jobs *held = hold(j);
	unsigned at;
	struct job *job = find_live(held, id, &at);
	if (!job)
		return get(held, id, out, err);
	atomic_store(&job->cancelled, true);
	if (at < held->waiting_count) {
		held->waiting_count--;
		memmove(held->waiting + at, held->waiting + at + 1,
		        (held->waiting_count - at) * sizeof(held->waiting[0]));
		cancel_waiting(held, job, "");
		*out = job->record;
		job_free(job);
		return 0;
	}
	*out = job->record;
	return 0;
}

int jobs_cancel(struct jobs *j, const char *id, struct job_record *out, struct error *err)
{
	int rc = cancel(j, id, out, err);
	notify(j);
	return rc;
}

void jobs_counts(struct jobs *j, unsigned *waiting, unsigned *running)
{
	CLEANUP(let_go) struct jobs *held = hold(j);
	*waiting = held->waiting_count;
	*running = held->running ? 1 : 0;
}
