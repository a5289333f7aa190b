/* SPDX-License-Identifier: MIT */
/*
 * What can go wrong around a program, on demand: preloaded into the server under test, it
 * lets calls of the C library fail while the file named by TRILANE_FAULTS has their word.
 *
 *	full        writing to a regular file: ENOSPC
 *	read-only   the same: EROFS
 *	spawn       posix_spawn: EAGAIN
 *	pipe        pipe, pipe2: EMFILE
 *	clock N     the wall clock is N seconds off
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

typedef ssize_t write_fn(int, const void *, size_t);
typedef ssize_t pwrite_fn(int, const void *, size_t, off_t);
typedef int truncate_fn(int, off_t);
typedef int fallocate_fn(int, off_t, off_t);
typedef int pipe_fn(int *);
typedef int pipe2_fn(int *, int);
typedef int clock_fn(clockid_t, struct timespec *);
typedef int spawn_fn(pid_t *, const char *, const posix_spawn_file_actions_t *,
                     const posix_spawnattr_t *, char *const *, char *const *);

/* ISO C has no cast from an object's address to a function's. */
#define REAL(type, name) \
	union { \
		void *object; \
		type *function; \
	} real = {.object = dlsym(RTLD_NEXT, name)}

/* Is WORD in the file?  Its number goes to *NUMBER. */
static bool fault(const char *word, long *number)
{
	const char *path = getenv("TRILANE_FAULTS");
	char text[64] = "";
	int saved = errno, fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	size_t len = strlen(word);

	if (fd >= 0)
		close(fd);
	errno = saved;
	if (n <= 0 || strncmp(text, word, len) != 0)
		return false;
	if (number)
		*number = strtol(text + len, NULL, 10);
	return true;
}

static bool cannot_write(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	if (fault("full", NULL)) {
		errno = ENOSPC;
		return true;
	}
	if (fault("read-only", NULL)) {
		errno = EROFS;
		return true;
	}
	return false;
}

#define EXPORT __attribute__((visibility("default")))

EXPORT ssize_t write(int fd, const void *bytes, size_t n)
{
	REAL(write_fn, "write");

	return cannot_write(fd) ? -1 : real.function(fd, bytes, n);
}

EXPORT ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	REAL(pwrite_fn, "pwrite");

	return cannot_write(fd) ? -1 : real.function(fd, bytes, n, at);
}

EXPORT ssize_t pwrite64(int fd, const void *bytes, size_t n, off_t at)
{
	REAL(pwrite_fn, "pwrite64");

	return cannot_write(fd) ? -1 : real.function(fd, bytes, n, at);
}

EXPORT int ftruncate64(int fd, off_t size)
{
	REAL(truncate_fn, "ftruncate64");

	return cannot_write(fd) ? -1 : real.function(fd, size);
}

EXPORT int posix_fallocate64(int fd, off_t at, off_t n)
{
	REAL(fallocate_fn, "posix_fallocate64");

	return cannot_write(fd) ? errno : real.function(fd, at, n);
}

EXPORT int posix_spawn(pid_t *pid, const char *path,
                       const posix_spawn_file_actions_t *actions,
                       const posix_spawnattr_t *attributes, char *const argv[],
                       char *const env[])
{
	REAL(spawn_fn, "posix_spawn");

	return fault("spawn", NULL)
	               ? EAGAIN
	               : real.function(pid, path, actions, attributes, argv, env);
}

static bool cannot_pipe(void)
{
	if (!fault("pipe", NULL))
		return false;
	errno = EMFILE;
	return true;
}

EXPORT int pipe(int ends[2])
{
	REAL(pipe_fn, "pipe");

	return cannot_pipe() ? -1 : real.function(ends);
}

EXPORT int pipe2(int ends[2], int flags)
{
	REAL(pipe2_fn, "pipe2");

	return cannot_pipe() ? -1 : real.function(ends, flags);
}

EXPORT int clock_gettime(clockid_t id, struct timespec *now)
{
	REAL(clock_fn, "clock_gettime");
	int rc = real.function(id, now);
	long seconds;

	if (rc == 0 && id == CLOCK_REALTIME && fault("clock", &seconds))
		now->tv_sec += seconds;
	return rc;
}
