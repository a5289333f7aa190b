/* SPDX-License-Identifier: MIT */
/*
 * What training would need of memory, and whether the machine has it: a sentence before
 * an out-of-memory, not after.  Pure functions; the machine comes as a report.
 *
 * The need of a process that trains is
 *
 *	base + data set + parameters x 4 bytes x (weights, gradients, Adam's two moments
 *	and a gradient for each thread) + batch x values x 4 bytes x copies
 *
 * where VALUES are the numbers of the input and of all layers' outputs for one sample.
 * BASE and COPIES belong to what runs it and were measured as the largest resident set on
 * Linux x86-64, batch 32 to 4096: this program's worker, and tensorflow 2.21 (CPU), whose
 * import alone takes 486 MiB.  The estimate is meant to be right within a quarter and
 * rather too high.  Sums that do not fit 64 bits saturate.
 */
#ifndef TRILANE_MEMORY_NEED_H
#define TRILANE_MEMORY_NEED_H

#include <jansson.h>
#include <stdint.h>

#include "trilane/spec.h"

struct memory_model {
	uint64_t parameters;
	uint64_t values_per_sample;
};

enum memory_runtime { MEMORY_WORKER, MEMORY_TENSORFLOW };

/* The reference models: DESIGN's MLP and CNN on 28 x 28 images. */
struct memory_model memory_model_of(enum model model);

/* Of one process; DATA_BYTES as it holds them, THREADS at least 1. */
uint64_t memory_need(const struct memory_model *model, enum memory_runtime runtime,
                     uint64_t batch, uint64_t threads, uint64_t data_bytes);
/* Of a whole benchmark: all lanes of a model are there at once, the models one after the
 * other.  THREADS is what 0 in the spec stands for. */
uint64_t memory_need_of_spec(const struct bench_spec *spec, unsigned threads);

enum memory_state { MEMORY_FITS, MEMORY_TIGHT, MEMORY_TOO_LARGE, MEMORY_UNKNOWN };
const char *memory_state_name(enum memory_state state); /* "fits", "too_large", … */

struct memory_verdict {
	enum memory_state state;
	uint64_t need_bytes;
	uint64_t available_bytes; /* 0 if unknown */
	char sentence[320];
};

/* NEED against what machine.memory of REPORT says is available: it fits up to four fifths
 * of it while nothing swaps for memory, and is too large beyond all of it. */
void memory_judge(const json_t *report, uint64_t need_bytes,
                  struct memory_verdict *verdict);

#endif
