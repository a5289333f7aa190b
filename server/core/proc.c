/* SPDX-License-Identifier: MIT */
/*
 * Starting and ending children.  A child that has ended stays unreaped until
 * proc_finish(), so that its number, and the group's, cannot become somebody else's while
 * any thread might still send a signal to it.
 */
#include "trilane/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc_internal.h"
#include "trilane/clock.h"
#include "trilane/fs.h"

#include "trilane/banned.h"

/* The streams in the order of the child's descriptors. */
enum { STREAMS = 4 };
static const unsigned stream_bits[STREAMS] = {PROC_STDIN, PROC_STDOUT, PROC_STDERR,
                                              PROC_FD3};

struct ends {
	int ours[STREAMS], theirs[STREAMS]; /* -1: none */
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_all(int fds[STREAMS])
{
	for (int i = 0; i < STREAMS; i++)
		close_fd(&fds[i]);
}

/* Above 3, so that a dup2 to a stream's number cannot run over another stream's end. */
static int lift(int *fd)
{
	int high;

	if (*fd > STREAMS)
		return 0;
	high = fcntl(*fd, F_DUPFD_CLOEXEC, STREAMS + 1);
	if (high < 0)
		return -1;
	close(*fd);
	*fd = high;
	return 0;
}

static int make_pipe(struct ends *e, int i)
{
	int pair[2];

	if (proc_platform_pipe(pair) != 0)
		return -1;
	e->ours[i] = i == 0 ? pair[1] : pair[0];
	e->theirs[i] = i == 0 ? pair[0] : pair[1];
	if (lift(&e->ours[i]) != 0 || lift(&e->theirs[i]) != 0 ||
	    fcntl(e->ours[i], F_SETFL, O_NONBLOCK) != 0)
		return -1;
	return 0;
}

static int add_streams(posix_spawn_file_actions_t *actions, const struct ends *e)
{
	int rc = 0;

	for (int i = 0; i < STREAMS && rc == 0; i++) {
		if (e->theirs[i] >= 0)
			rc = posix_spawn_file_actions_adddup2(actions, e->theirs[i], i);
		else if (i < 3)
			rc = posix_spawn_file_actions_addopen(actions, i, "/dev/null",
			                                      O_RDWR, 0);
	}
	return rc;
}

/* Own process group, nothing blocked, no signal ignored. */
static int set_attributes(posix_spawnattr_t *attributes, short flags)
{
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	sigdelset(&all, SIGKILL);
	sigdelset(&all, SIGSTOP);
	rc = posix_spawnattr_setpgroup(attributes, 0);
	if (rc == 0)
		rc = posix_spawnattr_setsigmask(attributes, &none);
	if (rc == 0)
		rc = posix_spawnattr_setsigdefault(attributes, &all);
	if (rc == 0)
		rc = posix_spawnattr_setflags(attributes, flags);
	return rc;
}

static int spawn(pid_t *pid, const struct proc_spec *spec, const struct ends *e)
{
	static const char *const no_environment[] = {NULL};
	const char *const *env = spec->env ? spec->env : no_environment;
	short flags =
		POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int rc;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	rc = add_streams(&actions, e);
	if (rc == 0)
		rc = posix_spawn_file_actions_addchdir_np(&actions,
		                                          spec->dir ? spec->dir : "/");
	if (rc == 0)
		rc = proc_platform_seal(&attributes, &flags, &actions,
		                        e->theirs[3] >= 0 ? 4 : 3);
	if (rc == 0)
		rc = set_attributes(&attributes, flags);
	if (rc == 0)
		rc = posix_spawn(pid, spec->path, &actions, &attributes,
		                 (char *const *)spec->argv, (char *const *)env);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}

int proc_start(struct proc *p, const struct proc_spec *spec, struct error *err)
{
	struct ends e = {.ours = {-1, -1, -1, -1}, .theirs = {-1, -1, -1, -1}};
	int errnum = 0;
	pid_t pid = 0;

	if (spec->path[0] != '/')
		BUG("child's path is not absolute: %s", spec->path);
	for (int i = 0; i < STREAMS && errnum == 0; i++)
		if ((spec->streams & stream_bits[i]) && make_pipe(&e, i) != 0)
			errnum = errno;
	*p = (struct proc)PROC_INIT;
	p->started_ns = clock_monotonic_ns();
	if (errnum == 0)
		errnum = spawn(&pid, spec, &e);
	close_all(e.theirs);
	if (errnum != 0) {
		close_all(e.ours);
		return error_set_errno(err, errnum, "cannot start %s", spec->path);
	}
	proc_platform_limit(pid, &spec->limits);
	p->pid = pid;
	p->stdin_fd = e.ours[0];
	p->stdout_fd = e.ours[1];
	p->stderr_fd = e.ours[2];
	p->fd3 = e.ours[3];
	return 0;
}

void proc_kill(const struct proc *p, int signal)
{
	if (p->pid > 0)
		kill(-p->pid, signal);
}

bool proc_poll(struct proc *p, struct proc_end *end)
{
	siginfo_t info = {.si_pid = 0};

	if (p->pid <= 0 ||
	    waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
	    info.si_pid == 0)
		return false;
	if (end) {
		*end = (struct proc_end){.exited = info.si_code == CLD_EXITED};
		end->exit_code = end->exited ? info.si_status : 0;
		end->signal = end->exited ? 0 : info.si_status;
		end->duration_ns = clock_monotonic_ns() - p->started_ns;
	}
	return true;
}

/* Waits until the child has ended or NS have passed. */
static bool ended_within(struct proc *p, uint64_t ns)
{
	const uint64_t until = clock_monotonic_ns() + ns;
	uint64_t pause = NS_PER_MS / 4;

	while (!proc_poll(p, NULL)) {
		if (clock_monotonic_ns() >= until)
			return false;
		clock_sleep_ns(pause);
		if (pause < 10 * NS_PER_MS)
			pause *= 2;
	}
	return true;
}

static void reap(struct proc *p, struct proc_end *end)
{
	struct rusage usage;
	int status = 0;

	while (wait4(p->pid, &status, 0, &usage) < 0 && errno == EINTR)
		;
	if (!end)
		return;
	*end = (struct proc_end){.exited = WIFEXITED(status)};
	end->exit_code = end->exited ? WEXITSTATUS(status) : 0;
	end->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	end->duration_ns = clock_monotonic_ns() - p->started_ns;
	end->peak_memory_bytes = proc_platform_maxrss(usage.ru_maxrss);
}

void proc_finish(struct proc *p, uint64_t grace_ns, struct proc_end *end)
{
	close_fd(&p->stdin_fd);
	if (p->pid > 0) {
		if (!ended_within(p, grace_ns)) {
			proc_kill(p, SIGTERM);
			ended_within(p, grace_ns);
		}
		/* Also when it has ended: its own children may be left. */
		proc_kill(p, SIGKILL);
		reap(p, end);
	}
	close_fd(&p->stdout_fd);
	close_fd(&p->stderr_fd);
	close_fd(&p->fd3);
	*p = (struct proc)PROC_INIT;
}
