/* SPDX-License-Identifier: MIT */
/*
 * Running a child to its end, and words for how it ended.  The loop ends when the child
 * has ended, not when its pipes have: a grandchild may hold those open for ever.
 */
#include "trilane/proc.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trilane/clock.h"

#include "trilane/banned.h"

void proc_output_release(struct proc_output *o)
{
	str_release(&o->out);
	str_release(&o->err);
}

/* A run in progress. */
struct run {
	struct proc p;
	struct proc_output *output;
	const char *input;
	size_t input_left;
	uint64_t deadline_ns; /* on the monotonic clock */
};

static void close_stream(int *fd)
{
	close(*fd);
	*fd = -1;
}

/* Moves what is there from *FD to OUT; closes it at its end. */
static void drain(int *fd, struct str *out)
{
	char buffer[16384];
	ssize_t n;

	while (*fd >= 0 && !str_failed(out)) {
		n = read(*fd, buffer, sizeof(buffer));
		if (n > 0)
			str_add_n(out, buffer, (size_t)n);
		else if (n < 0 && errno == EINTR)
			continue;
		else if (n < 0 && errno == EAGAIN)
			return;
		else
			close_stream(fd);
	}
}

static void feed(struct run *r)
{
	ssize_t n;

	if (r->p.stdin_fd < 0)
		return;
	n = r->input_left ? write(r->p.stdin_fd, r->input, r->input_left) : 0;
	if (n > 0) {
		r->input += n;
		r->input_left -= (size_t)n;
	}
	if (r->input_left == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_stream(&r->p.stdin_fd);
}

static int wait_ms(const struct run *r)
{
	uint64_t now = clock_monotonic_ns();
	uint64_t left = r->deadline_ns > now ? (r->deadline_ns - now) / NS_PER_MS + 1 : 0;

	return left < 20 ? (int)left : 20;
}

static void pump(struct run *r)
{
	struct pollfd fds[3] = {{.fd = r->p.stdout_fd, .events = POLLIN},
	                        {.fd = r->p.stderr_fd, .events = POLLIN},
	                        {.fd = r->p.stdin_fd, .events = POLLOUT}};

	poll(fds, 3, wait_ms(r));
	feed(r);
	drain(&r->p.stdout_fd, &r->output->out);
	drain(&r->p.stderr_fd, &r->output->err);
}

static bool overflowed(const struct run *r)
{
	return str_failed(&r->output->out) || str_failed(&r->output->err);
}

int proc_run(const struct proc_spec *spec, const void *input, size_t input_size,
             uint64_t deadline_ns, size_t limit, struct proc_output *output,
             struct error *err)
{
	struct run r = {.output = output, .input = input, .input_left = input_size};
	struct proc_spec with_streams = *spec;
	bool late = false;
	int rc;

	with_streams.streams = PROC_STDOUT | PROC_STDERR | (input ? PROC_STDIN : 0);
	output->out.limit = output->err.limit = limit;
	rc = proc_start(&r.p, &with_streams, err);
	if (rc != 0)
		return rc;
	r.deadline_ns = r.p.started_ns + deadline_ns;
	while (!proc_poll(&r.p, NULL) && !overflowed(&r) && !late) {
		pump(&r);
		late = clock_monotonic_ns() >= r.deadline_ns;
	}
	late = late && !proc_poll(&r.p, NULL);
	proc_kill(&r.p, SIGKILL);
	drain(&r.p.stdout_fd, &output->out);
	drain(&r.p.stderr_fd, &output->err);
	proc_finish(&r.p, 0, &output->end);
	output->end.timed_out = late;
	output->end.overflowed = overflowed(&r);
	return 0;
}

static const struct signal_name {
	int number;
	const char *name, *meaning;
} signal_names[] = {
	{SIGABRT, "SIGABRT", "abort"},
	{SIGALRM, "SIGALRM", "alarm"},
	{SIGBUS, "SIGBUS", "bus error"},
	{SIGFPE, "SIGFPE", "arithmetic error"},
	{SIGHUP, "SIGHUP", "hang-up"},
	{SIGILL, "SIGILL", "illegal instruction"},
	{SIGINT, "SIGINT", "interrupt"},
	{SIGKILL, "SIGKILL", "killed by the system or a user"},
	{SIGPIPE, "SIGPIPE", "broken pipe"},
	{SIGQUIT, "SIGQUIT", "quit"},
	{SIGSEGV, "SIGSEGV", "segmentation fault"},
	{SIGSYS, "SIGSYS", "bad system call"},
	{SIGTERM, "SIGTERM", "asked to end"},
	{SIGTRAP, "SIGTRAP", "trap"},
	{SIGXCPU, "SIGXCPU", "processor time limit"},
	{SIGXFSZ, "SIGXFSZ", "file size limit"},
};

static const struct signal_name *find_signal(int number)
{
	for (size_t i = 0; i < sizeof(signal_names) / sizeof(signal_names[0]); i++)
		if (signal_names[i].number == number)
			return &signal_names[i];
	return NULL;
}

const char *proc_signal_name(int number, char buffer[24])
{
	const struct signal_name *known = find_signal(number);

	if (known)
		return known->name;
	snprintf(buffer, 24, "signal %d", number);
	return buffer;
}

void proc_describe_end(const struct proc_end *end, struct str *out)
{
	const struct signal_name *known = find_signal(end->signal);
	char buffer[24];

	if (end->timed_out)
		str_addf(out, "timed out after %.1f s", (double)end->duration_ns / 1e9);
	else if (end->overflowed)
		str_add(out, "stopped because it printed too much");
	else if (end->exited)
		str_addf(out, "exit code %d", end->exit_code);
	else
		str_addf(out, "killed by %s%s%s%s", proc_signal_name(end->signal, buffer),
		         known ? " (" : "", known ? known->meaning : "",
		         known ? ")" : "");
}

void proc_clean_environment(struct strlist *env)
{
	static const char *const kept[] = {
		"HOME", "LOGNAME",       "USER",    "TMPDIR",
		"TZ",   "SSL_CERT_FILE", "DISPLAY", "SYSTEM_VERSION_COMPAT"};

	strlist_add(env, "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin");
	strlist_add(env, "LANG=C.UTF-8");
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		const char *value = getenv(kept[i]);

		if (value)
			strlist_addf(env, "%s=%s", kept[i], value);
	}
}
