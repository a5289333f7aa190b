/* SPDX-License-Identifier: MIT */
/* Linux: pipe2, closefrom in the child, prlimit from outside. */
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "proc_internal.h"

#include "trilane/banned.h"

int proc_platform_pipe(int ends[2])
{
	return pipe2(ends, O_CLOEXEC);
}

int proc_platform_seal(posix_spawnattr_t *attributes, short *flags,
                       posix_spawn_file_actions_t *actions, int first_closed)
{
	(void)attributes;
	(void)flags;
	return posix_spawn_file_actions_addclosefrom_np(actions, first_closed);
}

static void limit(pid_t pid, __rlimit_resource_t resource, uint64_t value)
{
	struct rlimit both = {.rlim_cur = value, .rlim_max = value};

	prlimit(pid, resource, &both, NULL);
}

/* The child runs already; what it does in its first microseconds needs no limit. */
void proc_platform_limit(pid_t pid, const struct proc_limits *limits)
{
	if (limits->address_space_bytes)
		limit(pid, RLIMIT_AS, limits->address_space_bytes);
	if (limits->cpu_s)
		limit(pid, RLIMIT_CPU, limits->cpu_s);
	if (limits->file_bytes)
		limit(pid, RLIMIT_FSIZE, limits->file_bytes);
	if (limits->open_files)
		limit(pid, RLIMIT_NOFILE, limits->open_files);
	if (limits->no_core)
		limit(pid, RLIMIT_CORE, 0);
}

uint64_t proc_platform_maxrss(long ru_maxrss)
{
	return (uint64_t)ru_maxrss * 1024;
}
