/* SPDX-License-Identifier: MIT */
/* What proc.c asks of the platform. */
#ifndef TRILANE_PROC_INTERNAL_H
#define TRILANE_PROC_INTERNAL_H

#include <spawn.h>

#include "trilane/proc.h"

/* A pipe whose ends are close-on-exec from the first moment where the system can. */
int proc_platform_pipe(int ends[2]);
/* Adds what keeps descriptors from FIRST_CLOSED up away from the child. */
int proc_platform_seal(posix_spawnattr_t *attributes, short *flags,
                       posix_spawn_file_actions_t *actions, int first_closed);
void proc_platform_limit(pid_t pid, const struct proc_limits *limits);
/* ru_maxrss in bytes. */
uint64_t proc_platform_maxrss(long ru_maxrss);

#endif
