/* SPDX-License-Identifier: MIT */
/*
 * What training would need of memory, and whether the machine has it: a sentence before
 * an out-of-memory, not after.  Pure functions; the machine comes as a report.
 *
 * The need of a process that trains is
 *
 *	base + data set + parameters x 4 bytes x (weights, gradients, Adam's two moments
 *	and a gradient for each thread) + batch x 4 bytes x what is kept of a sample
 *
 * What is kept of a sample belongs to what runs it: the tuned kernels work through a
 * batch in pieces and keep its input only; BLAS and the GPU also the features before the
 * last layer, the GPU the inputs of 16 steps; TensorFlow all layers' outputs, thrice.
 * Measured as the largest resident set on Linux x86-64, batch 32 to 4096: this program's
 * worker (the GPU with Mesa's software device), and tensorflow 2.21 (CPU), whose import
 * alone takes 486 MiB.  The estimate is meant to be right within a quarter and rather too
 * high.  Sums that do not fit 64 bits saturate.
 */
#ifndef TRILANE_MEMORY_NEED_H
#define TRILANE_MEMORY_NEED_H

#include <jansson.h>
#include <stdint.h>

#include "trilane/spec.h"

struct memory_model {
	uint64_t parameters;
	uint64_t inputs;   /* of a sample */
	uint64_t features; /* before the last layer, and its outputs */
	uint64_t values;   /* the input and the outputs of all layers */
};

enum memory_runtime {
	MEMORY_WORKER, /* the tuned kernels */
	MEMORY_BLAS,
	MEMORY_GPU,
	MEMORY_TENSORFLOW,
};

/* The reference models, as engine.h has them: MLP and CNN on images of 28 x 28. */
struct memory_model memory_model_of(enum model model);

/* Of one process; DATA_BYTES as it holds them, THREADS at least 1. */
uint64_t memory_need(const struct memory_model *model, enum memory_runtime runtime,
                     uint64_t batch, uint64_t threads, uint64_t data_bytes);
/* Of one lane's worker with MNIST's data set, or one of its size. */
uint64_t memory_need_of_lane(enum model model, enum lane_kind lane, uint64_t batch,
                             uint64_t threads);
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
