/* SPDX-License-Identifier: MIT */
/* The progress line of trilane bench. */
#include "bench_progress.h"

#include <string.h>
#include <unistd.h>

#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/fs.h"
#include "trilane/platform.h"

#include "trilane/banned.h"

enum { BAR_WIDTH = 20, COLUMNS_MAX = 80 };
#define DRAW_PAUSE_NS (100 * NS_PER_MS)

void bench_progress_start(struct bench_progress *p)
{
	p->terminal = isatty(STDERR_FILENO) == 1;
	p->columns = platform_terminal_columns(STDERR_FILENO);
	if (p->columns > COLUMNS_MAX)
		p->columns = COLUMNS_MAX;
	p->started_ns = clock_monotonic_ns();
	p->drawn_ns = 0;
}

/* What is left, supposing that it goes on as it went. */
static void add_estimate(double done, uint64_t elapsed_ns, struct str *out)
{
	if (done < 0.05 || elapsed_ns < 2 * NS_PER_S)
		return;
	double left_s = (double)elapsed_ns / 1e9 * (1 - done) / done;
	if (left_s < 360000)
		str_addf(out, ", %u:%02u left", (unsigned)left_s / 60,
		         (unsigned)left_s % 60);
}

void bench_progress_line(double done, uint64_t elapsed_ns, const char *step, int width,
                         struct str *out)
{
	CLEANUP(str_release) struct str estimate = STR_INIT;
	CLEANUP(str_release) struct str line = STR_INIT;
	int filled = (int)(done * (double)BAR_WIDTH);
	add_estimate(done, elapsed_ns, &estimate);
	str_add_char(&line, '[');
	for (int i = 0; i < BAR_WIDTH; i++)
		str_add_char(&line, i < filled ? '#' : ' ');
	str_addf(&line, "] %3.0f %%  ", 100 * done);
	int room = width - (int)line.len - (int)estimate.len;
	if (room > 0)
		str_addf(&line, "%.*s%s", room, step, estimate.data);
	str_add_n(out, line.data, line.len < (size_t)width ? line.len : (size_t)width);
}

void bench_progress_draw(struct bench_progress *p, double done, const char *step)
{
	uint64_t now = clock_monotonic_ns();
	if (!p->terminal || now - p->drawn_ns < DRAW_PAUSE_NS)
		return;
	p->drawn_ns = now;
	CLEANUP(str_release) struct str line = STR_INIT;
	str_add(&line, "\r\033[K");
	bench_progress_line(done, now - p->started_ns, step, p->columns - 1, &line);
	fs_write_fd(STDERR_FILENO, line.data, line.len, NULL);
}

void bench_progress_clear(struct bench_progress *p)
{
	if (p->terminal && p->drawn_ns)
		fs_write_fd(STDERR_FILENO, "\r\033[K", 4, NULL);
}
