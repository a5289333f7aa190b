/* SPDX-License-Identifier: MIT */
/*
 * The conversation with one worker.  A single loop reads both pipes, because a worker
 * that fills the one nobody reads would stand still; its tick of 100 ms is what notices
 * a cancelled job, and is rare enough not to disturb what is measured meanwhile.
 */
#include "worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "trilane/cleanup.h"
#include "trilane/clock.h"

#include "trilane/banned.h"

enum { TICK_MS = 100, CHUNK = 16 * 1024 };
#define GRACE_AFTER_EOF_NS (2 * NS_PER_S)

int worker_start(struct worker *w, const struct worker_launch *launch,
                 const atomic_bool *cancelled, struct error *err)
{
	struct proc_spec spec = {
		.path = launch->path,
		.argv = launch->argv,
		.env = launch->env,
		.streams = PROC_STDIN | PROC_STDERR | PROC_FD3,
		.limits = {.no_core = true},
	};
	*w = (struct worker)WORKER_INIT;
	w->cancelled = cancelled;
	w->lines.limit = WORKER_LINE_MAX + CHUNK;
	return proc_start(&w->proc, &spec, err);
}

/* Keeps the last bytes of what the worker says to people. */
static void keep_tail(struct worker *w, const char *bytes, size_t n)
{
	if (n > WORKER_TAIL_SIZE) {
		bytes += n - WORKER_TAIL_SIZE;
		n = WORKER_TAIL_SIZE;
	}
	if (w->tail_len + n > WORKER_TAIL_SIZE) {
		size_t drop = w->tail_len + n - WORKER_TAIL_SIZE;
		memmove(w->tail, w->tail + drop, w->tail_len - drop);
		w->tail_len -= drop;
	}
	memcpy(w->tail + w->tail_len, bytes, n);
	w->tail_len += n;
}

/* One chunk of FD into BUFFER; 0: nothing now; closes *FD at its end. */
static size_t read_chunk(int *fd, char buffer[CHUNK])
{
	if (*fd < 0)
		return 0;
	ssize_t n;
	do
		n = read(*fd, buffer, CHUNK);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		return (size_t)n;
	if (n == 0 || errno != EAGAIN) {
		close(*fd);
		*fd = -1;
	}
	return 0;
}

static bool read_some(struct worker *w)
{
	char buffer[CHUNK];
	size_t said = read_chunk(&w->proc.stderr_fd, buffer);
	keep_tail(w, buffer, said);
	w->said_bytes += said;
	size_t n = read_chunk(&w->proc.fd3, buffer);
	str_add_n(&w->lines, buffer, n);
	w->read_bytes += n;
	return n || said;
}

/* The last lines of standard error, on one line. */
static void add_last_words(const struct worker *w, struct str *out)
{
	CLEANUP(str_release) struct str tail = STR_INIT;
	str_add_utf8(&tail, w->tail, w->tail_len);
	str_trim(&tail);
	if (!tail.len)
		return;
	enum { SHOWN = 240 };
	const char *from = tail.len > SHOWN ? tail.data + tail.len - SHOWN : tail.data;
	while ((*from & 0xc0) == 0x80) /* not in the middle of a character */
		from++;
	str_addf(out, "; it last said: %s%s", from == tail.data ? "" : "…", from);
	for (char *c = out->data; *c; c++)
		if (*c == '\n' || *c == '\t')
			*c = ' ';
}

static int explain(const struct worker *w, enum error_code code, const char *what,
                   struct error *err)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	str_addf(&text, "the worker %s", what);
	add_last_words(w, &text);
	return error_set(err, code, "%s", text.data);
}

static bool is_within_total(const struct worker *w)
{
	return w->read_bytes <= WORKER_TOTAL_MAX && w->said_bytes <= WORKER_TOTAL_MAX;
}

static int explain_end(struct worker *w, struct error *err)
{
	CLEANUP(str_release) struct str what = STR_INIT;
	struct proc_end end;
	const uint64_t until = clock_monotonic_ns() + GRACE_AFTER_EOF_NS;
	while (!proc_poll(&w->proc, &end)) {
		if (clock_monotonic_ns() > until)
			return explain(w, ERROR_FAILED,
			               "closed its channel without ending", err);
		clock_sleep_ns(NS_PER_MS);
	}
	while (is_within_total(w) && read_some(w))
		; /* a child it left may go on for ever */
	if (end.exited)
		str_add(&what, "ended too early with ");
	else
		str_add(&what, "was ");
	proc_describe_end(&end, &what);
	if (!end.exited && end.signal == SIGKILL)
		str_add(&what, ", often because the machine has run out of memory");
	return explain(w, ERROR_FAILED, what.data, err);
}

/* Is there a whole line?  Its length without the newline. */
static bool find_line(const struct worker *w, size_t *n)
{
	const char *end = memchr(w->lines.data, '\n', w->lines.len);
	if (!end)
		return false;
	*n = (size_t)(end - w->lines.data);
	return true;
}

static void drop_line(struct worker *w, size_t n)
{
	size_t left = w->lines.len - n - 1;
	memmove(w->lines.data, w->lines.data + n + 1, left);
	str_truncate(&w->lines, left);
}

static int check_bounds(const struct worker *w, struct error *err)
{
	size_t n;
	if (!find_line(w, &n))
		n = w->lines.len;
	if (n > WORKER_LINE_MAX)
		return explain(w, ERROR_TOO_LARGE, "sent a line longer than 64 KiB", err);
	if (!is_within_total(w))
		return explain(w, ERROR_TOO_LARGE, "wrote more than 8 MiB", err);
	return 0;
}

static int take_message(struct worker *w, size_t n, enum message_type *type,
                        json_t **message, struct error *err)
{
	struct error why = ERROR_INIT;
	int rc = message_parse(w->lines.data, n, type, message, &why);
	drop_line(w, n);
	if (!rc)
		return 0;
	CLEANUP(str_release) struct str what = STR_INIT;
	str_addf(&what, "broke the protocol: %s", why.text);
	return explain(w, ERROR_INVALID, what.data, err);
}

static void wait_for_input(const struct worker *w, uint64_t until_ns)
{
	struct pollfd fds[2] = {{.fd = w->proc.fd3, .events = POLLIN},
	                        {.fd = w->proc.stderr_fd, .events = POLLIN}};
	uint64_t now = clock_monotonic_ns();
	uint64_t left_ms = until_ns > now ? (until_ns - now) / NS_PER_MS + 1 : 0;
	poll(fds, 2, left_ms < TICK_MS ? (int)left_ms : TICK_MS);
}

static int explain_silence(const struct worker *w, uint64_t silence_ns, struct error *err)
{
	CLEANUP(str_release) struct str what = STR_INIT;
	str_addf(&what, "said nothing for %.0f s and was stopped",
	         (double)silence_ns / 1e9);
	return explain(w, ERROR_TIMEOUT, what.data, err);
}

/* One turn: reads, then decides whether the conversation is over. */
static int turn(struct worker *w, uint64_t until_ns, uint64_t silence_ns,
                struct error *err)
{
	if (w->cancelled && atomic_load(w->cancelled))
		return error_set(err, ERROR_CANCELLED, "cancelled");
	bool alive = !proc_poll(&w->proc, NULL);
	bool something = read_some(w);
	int rc = check_bounds(w, err);
	if (rc || something)
		return rc;
	if (!alive || w->proc.fd3 < 0)
		return explain_end(w, err);
	if (clock_monotonic_ns() >= until_ns)
		return explain_silence(w, silence_ns, err);
	wait_for_input(w, until_ns);
	return 0;
}

int worker_next(struct worker *w, uint64_t silence_ns, enum message_type *type,
                json_t **message, struct error *err)
{
	const uint64_t until_ns = clock_monotonic_ns() + silence_ns;
	for (;;) {
		size_t n;
		int rc = check_bounds(w, err);
		if (!rc && !find_line(w, &n)) {
			rc = turn(w, until_ns, silence_ns, err);
			if (rc)
				return rc;
			continue;
		}
		if (!rc)
			rc = take_message(w, n, type, message, err);
		if (rc)
			return rc;
		if (*type != MESSAGE_OTHER)
			return 0;
		json_decref(*message);
	}
}

int worker_command(struct worker *w, const char *word, struct error *err)
{
	CLEANUP(str_release) struct str line = STR_INIT;
	str_addf(&line, "%s\n", word);
	ssize_t n = write(w->proc.stdin_fd, line.data, line.len);
	if (n == (ssize_t)line.len)
		return 0;
	if (n < 0 && errno == EPIPE)
		return explain_end(w, err);
	return explain(w, ERROR_FAILED, "does not read its commands", err);
}

void worker_end(struct worker *w, uint64_t grace_ns)
{
	if (!grace_ns)
		proc_kill(&w->proc, SIGKILL);
	if (w->proc.pid)
		proc_finish(&w->proc, grace_ns, &w->end);
	str_release(&w->lines);
}
