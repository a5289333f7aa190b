/* SPDX-License-Identifier: MIT */
/* macOS: the kernel closes everything not named (POSIX_SPAWN_CLOEXEC_DEFAULT). */
#include <fcntl.h>
#include <unistd.h>

#include "proc_internal.h"

#include "trilane/banned.h"

int proc_platform_pipe(int ends[2])
{
	if (pipe(ends) != 0)
		return -1;
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	return 0;
}

int proc_platform_seal(posix_spawnattr_t *attributes, short *flags,
                       posix_spawn_file_actions_t *actions, int first_closed)
{
	(void)attributes;
	(void)actions;
	(void)first_closed;
	*flags = (short)(*flags | POSIX_SPAWN_CLOEXEC_DEFAULT);
	return 0;
}

/* There is no way to limit another process here: children that need limits set their own
 * (the import probes do), and the deadline and the output ceiling hold for all. */
void proc_platform_limit(pid_t pid, const struct proc_limits *limits)
{
	(void)pid;
	(void)limits;
}

uint64_t proc_platform_maxrss(long ru_maxrss)
{
	return (uint64_t)ru_maxrss;
}
