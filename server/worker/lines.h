/* SPDX-License-Identifier: MIT */
/*
 * The protocol's lines (docs/worker-protocol.md), one function a type, one write a line.
 *
 * What cannot be written is not reported: whoever should read it is gone, and the end of
 * standard input says so.
 */
#ifndef WORKER_LINES_H
#define WORKER_LINES_H

#include <stdint.h>

#include "trilane/checks.h"
#include "trilane/engine.h"

enum { PROTOCOL_VERSION = 1 };

/* Where lines go: descriptor 3, or standard output if that is not open.  To be asked
 * before anything is opened. */
int lines_choose_fd(void);

struct lines {
	int fd;
};

struct epoch_line {
	unsigned epoch, of; /* from 1 */
	double loss, accuracy, seconds;
};

struct trained_line {
	double test_accuracy, test_loss;
	const float *first_losses;
	unsigned first_count;
};

struct ready_line {
	uint64_t cold_ns, step_ns, steps;
	unsigned batch;
};

struct latency {
	unsigned batch;
	uint64_t duration_ns;
};

struct result_line {
	uint64_t peak_memory_bytes;
	double flop_per_sample;
	const struct latency *inference;
	unsigned inference_count;
};

/* IMAGES: the most of each set that are used; 0: all. */
void lines_hello(const struct lines *l, const struct engine_info *info, uint64_t images);
void lines_progress(const struct lines *l, const char *step, double done);
void lines_checks(const struct lines *l, const struct check_report *report);
void lines_epoch(const struct lines *l, const struct epoch_line *epoch);
void lines_trained(const struct lines *l, const struct trained_line *trained);
void lines_ready(const struct lines *l, const struct ready_line *ready);
void lines_sample(const struct lines *l, uint64_t steps, uint64_t duration_ns);
void lines_result(const struct lines *l, const struct result_line *result);
void lines_error(const struct lines *l, const char *code, const char *text);

#endif
