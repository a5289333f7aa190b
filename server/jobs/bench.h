/* SPDX-License-Identifier: MIT */
/*
 * Inside of the benchmark: the state of a run, shared by its stages.
 *
 *	benchmark.c    the order of things
 *	sweep.c        a model at other batch sizes
 *	blocks.c       one model: its lanes trained, then timed
 *	training.c     bringing one lane to `ready`
 *	result.c       the document
 *	notes.c        what is said beside its numbers
 *	environment.c  the circumstances
 *	state.c        the lanes of a run, and how it speaks
 *
 * Each calls only files below it in this list.
 */
#ifndef TRILANE_JOBS_BENCH_H
#define TRILANE_JOBS_BENCH_H

#include "trilane/benchmark.h"
#include "trilane/compare.h"
#include "trilane/lanes.h"
#include "worker.h"
#include "worker_dir.h"

enum outcome {
	OUTCOME_OPEN, /* nothing has gone wrong so far */
	OUTCOME_DONE,
	OUTCOME_NOT_POSSIBLE,
	OUTCOME_FAILED,
};

/* One model on one lane. */
struct model_run {
	enum outcome outcome;
	struct str reason;
	struct worker worker; /* alive between its start and its result */
	bool alive, greeted;
	json_t *checks, *trained, *ready, *end; /* its lines; NULL until they come */
	json_t *epochs;                         /* a list of lines */
	double step_ns[SPEC_BLOCKS_MAX];
	unsigned samples;
};

struct lane_run {
	enum lane_kind kind;
	struct lane_plan plan;
	json_t *hello; /* of the first worker that said one */
	/* A translated worker's first two, from launch to hello; 0: not known. */
	uint64_t starts_ns[2];
	struct model_run models[MODEL_COUNT];
};

/* The machine as it was at one moment. */
struct moment {
	json_t *report; /* machine facts, as the probes see them */
	double load;    /* NAN if unknown */
	char date[CLOCK_DATE_SIZE];
};

struct bench {
	const struct bench_spec *spec;
	const struct benchmark_host *host;
	const struct benchmark_listener *listener;
	struct worker_dir dir;
	int lock_fd; /* of the machine; -1: none */
	bool waited; /* for it, and said so */
	struct fs_root root;
	json_t *report;        /* newest; NULL: none */
	const char *data;      /* the workers' --data */
	struct str data_files; /* the same as files, for those that need them; "": none */
	unsigned threads;
	struct lane_run lanes[LANE_KIND_COUNT];
	unsigned lane_count;
	struct moment before, after;
	unsigned images;    /* that every lane trains on; 0: all */
	json_t *sweep;      /* a list; a series for each lane and model swept */
	json_t *crossovers; /* a list; one for each model swept on both lanes */
	double base, share; /* progress: where the present part begins, and its size */
};

/* --- state.c --- */

bool bench_cancelled(const struct bench *b);
/* Progress within the present part, 0 … 1. */
void bench_progress(struct bench *b, double done, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void bench_event(struct bench *b, const char *type, json_t *data); /* takes DATA */

/* What the lanes have to know of this machine; borrows from B. */
struct lane_host bench_lane_host(const struct bench *b);
/* Plans the lane and adds it; bench_release_lanes() ends what is alive. */
void bench_add_lane(struct bench *b, enum lane_kind kind);
void bench_release_lanes(struct bench *b);
/* Ends the model's worker and keeps why; OUTCOME_DONE has no reason. */
void model_end(struct bench *b, struct lane_run *lane, enum model model,
               enum outcome outcome, const char *reason);

const char *outcome_name(enum outcome outcome);
/* The models' outcomes and the plan as one. */
enum outcome lane_outcome(const struct lane_run *lane, const struct bench_spec *spec);
/* Is its device the processor behind a GPU's interface? */
bool lane_is_software(const struct lane_run *lane);
/* Its name in sentences: a software device is not called a GPU. */
const char *lane_shown_name(const struct lane_run *lane);
/* How many images of the data set's 60,000 the lane trains on; 0: all. */
unsigned bench_images(const struct bench *b, const struct lane_run *lane);

/* --- the stages ---
 * They return ERROR_CANCELLED or 0: what else goes wrong is an outcome of the lane. */

int bench_train(struct bench *b, struct lane_run *lane, enum model model,
                struct error *err);
/* Trains and measures one model; progress goes from BASE to BASE + SHARE. */
int bench_run_model(struct bench *b, enum model model, double base, double share,
                    struct error *err);
int bench_sweep(struct bench *b, enum model model, struct error *err);

/* --- the document --- */

void moment_take(struct moment *m);
void moment_release(struct moment *m);
/* A report with machine.memory as it is now; new reference. */
json_t *memory_now(void);
json_t *environment_document(const struct bench *b);
json_t *lane_notes(const struct bench *b, const struct lane_run *lane);
/* "ci95" of a comparison: its bounds, or an absence. */
json_t *bench_interval(const struct comparison *c);
/* Adds "samples_per_second" and "step_ns" to O. */
void bench_add_times(json_t *o, const struct bench *b, const struct model_run *m);
json_t *bench_result(const struct bench *b);

#endif
