/* SPDX-License-Identifier: MIT */
/*
 * Child processes: what to run is a struct, and nothing of ours leaks into it.
 *
 * A child is started by posix_spawn with an absolute path, exactly the environment given,
 * its own process group, default signals, and no descriptor of ours beyond those asked
 * for.  No shell anywhere.
 *
 * proc_run() runs one to its end and collects what it says, within a deadline and a
 * ceiling.  proc_start() hands out the pipes for a conversation; then the caller polls
 * the descriptors, and proc_finish() ends the process group (SIGTERM, a grace, SIGKILL)
 * and reaps.  A struct proc belongs to one thread at a time, except that proc_kill() may
 * be called by any thread between proc_start() and proc_finish().
 */
#ifndef TRILANE_PROC_H
#define TRILANE_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "trilane/error.h"
#include "trilane/str.h"

enum proc_stream {
	PROC_STDIN = 1 << 0,  /* a pipe to write to; otherwise /dev/null */
	PROC_STDOUT = 1 << 1, /* a pipe to read from; otherwise /dev/null */
	PROC_STDERR = 1 << 2, /* likewise */
	PROC_FD3 =
		1 << 3, /* a pipe to read from: the worker protocol; otherwise closed */
};

struct proc_limits {
	/* 0 in each: as inherited.  Set where the system can do that to another process
	 * (Linux), when the child runs already. */
	uint64_t address_space_bytes;
	uint64_t cpu_s;
	uint64_t file_bytes;
	uint64_t open_files;
	bool no_core;
};

struct proc_spec {
	const char *path;        /* absolute, no search in PATH */
	const char *const *argv; /* NULL-terminated; argv[0] included */
	const char *const *env;  /* NULL-terminated, complete; NULL: empty */
	const char *dir;         /* working folder; NULL: "/" */
	unsigned streams;        /* enum proc_stream, or-ed */
	struct proc_limits limits;
};

/* How a child ended. */
struct proc_end {
	bool exited;
	int exit_code;   /* if exited */
	int signal;      /* otherwise */
	bool timed_out;  /* we killed it at its deadline */
	bool overflowed; /* we killed it at its output ceiling */
	uint64_t duration_ns;
	uint64_t peak_memory_bytes; /* largest resident set, from wait4 */
};

struct proc {
	pid_t pid;                               /* also its process group; 0 when none */
	int stdin_fd, stdout_fd, stderr_fd, fd3; /* -1 where not asked for; ours are
						    non-blocking and close-on-exec */
	uint64_t started_ns;
};
#define PROC_INIT \
	{ \
		.stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1, .fd3 = -1 \
	}

/* ERROR_NOT_FOUND: no such program; ERROR_DENIED; ERROR_UNSUPPORTED: it is built for
 * another system or processor. */
int proc_start(struct proc *p, const struct proc_spec *spec, struct error *err);
/* Sends SIGNAL to the process group; nothing if it has ended. */
void proc_kill(const struct proc *p, int signal);
/* True, with the end, if the child has ended by itself; never blocks. */
bool proc_poll(struct proc *p, struct proc_end *end);
/* Closes the child's input, waits until GRACE_NS have passed, then SIGTERM, as long
 * again, then SIGKILL to the whole group; reaps and closes the pipes.  P is PROC_INIT. */
void proc_finish(struct proc *p, uint64_t grace_ns, struct proc_end *end);

struct proc_output {
	struct str out, err; /* limits set by proc_run() */
	struct proc_end end;
};
#define PROC_OUTPUT_INIT \
	{ \
		.out = STR_INIT, .err = STR_INIT \
	}
void proc_output_release(struct proc_output *o);

/* Runs to the end, with streams of its own choice.  0 if the child ran, however it ended:
 * look at END.  DEADLINE_NS counts from the start.  INPUT may be NULL: then the child's
 * is empty.  Each stream keeps at most LIMIT bytes; a child that writes more is killed.
 */
int proc_run(const struct proc_spec *spec, const void *input, size_t input_size,
             uint64_t deadline_ns, size_t limit, struct proc_output *output,
             struct error *err);

/* "exit code 3", "killed by SIGILL (illegal instruction)", "timed out after 20 s". */
void proc_describe_end(const struct proc_end *end, struct str *out);
/* "SIGILL"; "signal 77" for one without a name, in BUFFER. */
const char *proc_signal_name(int number, char buffer[24]);
/* A minimal environment (PATH, HOME, TMPDIR, LANG=C.UTF-8 …) from the caller's own. */
void proc_clean_environment(struct strlist *env);

#endif
