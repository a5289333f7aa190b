/* SPDX-License-Identifier: MIT */
/*
 * A whole benchmark over workers that train nothing, on a machine that is a folder: what
 * test_benchmark.c (that works) and test_broken.c (that does not) share.
 */
#ifndef TRILANE_TESTS_JOBS_FIXTURE_H
#define TRILANE_TESTS_JOBS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "trilane/benchmark.h"
#include "trilane/sha256.h"

struct fixture {
	struct str dir, root, program;
	char digest[SHA256_HEX_SIZE];
	struct embedded_file images[6]; /* sorted: Python's three, then workers */
	size_t native;                  /* which of them this machine runs */
	struct datasets datasets;
	struct benchmark_host host;
	struct bench_spec spec;
	struct benchmark_listener listener;
	atomic_bool cancelled;
	const char *cancel_at; /* type of the event that cancels */
	unsigned epochs, samples, lanes;
	double last_progress;
	bool progress_fell, cancel_waiting;
};

int set_up(void **state);
int tear_down(void **state);
/* What the worker with ENGINE does: "MODE [MICROSECONDS A STEP]". */
void order(struct fixture *f, const char *engine, const char *text);
/* A file of the machine. */
void put(struct fixture *f, const char *path, const char *text);
json_t *run(struct fixture *f);
const json_t *lane(const json_t *result, const char *name);
/* REASON is a part of the lane's; NULL: it has none. */
void expect_lane(const json_t *result, const char *name, const char *state,
                 const char *reason);

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

#endif
