/* SPDX-License-Identifier: MIT */
/*
 * A benchmark's progress on a terminal: one line of standard error, drawn over and over,
 * at most 80 columns.  Nothing is drawn where standard error is no terminal.
 */
#ifndef TRILANE_CLI_BENCH_PROGRESS_H
#define TRILANE_CLI_BENCH_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "trilane/str.h"

struct bench_progress {
	bool terminal;
	int columns;
	uint64_t started_ns, drawn_ns;
};

void bench_progress_start(struct bench_progress *p);
void bench_progress_draw(struct bench_progress *p, double done, const char *step);
void bench_progress_clear(struct bench_progress *p);
/* The line itself, WIDTH columns at most: "[####    ]  50 %  step, 1:20 left". */
void bench_progress_line(double done, uint64_t elapsed_ns, const char *step, int width,
                         struct str *out);

#endif
