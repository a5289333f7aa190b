/* SPDX-License-Identifier: MIT */
/*
 * The benchmark: trains every model on every lane, then times them against each other.
 *
 * For each model, one lane's worker after the other is started, checked, trained and
 * warmed up; then all of them sleep while randomised blocks wake one at a time
 * (compare.h), and at last each says its result and ends.  A lane that fails or turns out
 * to be impossible is left out with its reason; the others go on.  Only a cancelled run,
 * or one that cannot even begin, has no result.
 *
 * The result is the document "result" of docs/openapi.json.  benchmark_run() is the whole
 * of it, for the command line; benchmark_job() is the queue's runner around it.
 */
#ifndef TRILANE_BENCHMARK_H
#define TRILANE_BENCHMARK_H

#include <jansson.h>
#include <stdatomic.h>

#include "trilane/advice.h"
#include "trilane/datasets.h"
#include "trilane/embedded.h"
#include "trilane/error.h"
#include "trilane/jobs.h"
#include "trilane/spec.h"
#include "trilane/store.h"

/* What stays the same from run to run; borrowed. */
struct benchmark_host {
	const struct embedded_file *images; /* the workers carried along */
	size_t image_count;
	const struct datasets *datasets; /* NULL: the built-in one alone */
	const char *dir; /* private folder for unpacked workers; NULL: a temporary one */
	/* How long a worker may take to say hello; 0: 60 s, and 180 s for Python. */
	uint64_t hello_silence_ns;
	/* Where lanes look for what they need, and runs for each other; NULL: "/". */
	const char *root;
	/* The newest report, a new reference, or NULL; for interpreters.  May be NULL. */
	json_t *(*report)(void *context);
	void *report_context;
	const struct advice *advice; /* judges results; NULL: they get no findings */
};

/* How a run speaks while it works; called by the thread that runs it. */
struct benchmark_listener {
	void (*progress)(void *context, double done, const char *step);
	/* "lane", "epoch" and "sample", with an object that the callee takes. */
	void (*event)(void *context, const char *type, json_t *data);
	void *context;
	atomic_bool *cancelled;
};

/* Can the request be carried out as far as names go?  For handlers: ERROR_INVALID with a
 * text that may go back to the client. */
int benchmark_check(const struct bench_spec *spec, const struct benchmark_host *host,
                    struct error *err);

/* Every lane with whether it is possible on this machine now, as lanes_document(); a new
 * reference.  Reads a few files and starts nothing. */
json_t *benchmark_lanes(const struct benchmark_host *host);

/* *RESULT is a new document with an id of its own. */
int benchmark_run(const struct bench_spec *spec, const struct benchmark_host *host,
                  const struct benchmark_listener *listener, json_t **result,
                  struct error *err);

/* How many lanes of the result are "done", and how many "failed"? */
unsigned benchmark_count_lanes(const json_t *result, const char *state);

/* A job's runner; its context is this.  A run in which lanes failed and none was done is
 * a failed job, whose result can still be read. */
struct benchmark_job {
	const struct benchmark_host *host;
	struct store *store;
	unsigned keep; /* newest results that stay in the store; 0: all */
};
int benchmark_job(struct job_run *run, char result[ID_SIZE], struct error *err);

#endif
