/* SPDX-License-Identifier: MIT */
/* macOS: sysctl, and open(1). */
#include "trilane/platform.h"

#include <pthread.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trilane/cleanup.h"
#include "trilane/fs.h"

#include "trilane/banned.h"

extern char **environ;

const char *platform_os(void)
{
	return TRILANE_OS_MACOS;
}

static bool sysctl_int(const char *name, int *out)
{
	size_t size = sizeof(*out);

	return sysctlbyname(name, out, &size, NULL, 0) == 0 && size == sizeof(*out);
}

bool platform_translated(const char **kind)
{
	int value = 0;
	bool translated = sysctl_int("sysctl.proc_translated", &value) && value == 1;

	if (kind)
		*kind = translated ? "rosetta" : NULL;
	return translated;
}

int platform_data_dir(struct str *out, struct error *err)
{
	CLEANUP(str_release) struct str home = STR_INIT;
	int rc = platform_home_dir(&home, err);

	if (rc == 0)
		fs_join(out, home.data, "Library/Application Support/Trilane");
	return rc;
}

unsigned platform_cpu_count(void)
{
	int count = 0;

	if (!sysctl_int("hw.perflevel0.logicalcpu", &count) || count < 1)
		sysctl_int("hw.activecpu", &count);
	return count > 0 ? (unsigned)count : 1;
}

/* macOS has no parent-death signal; a worker watches its standard input instead. */
void platform_die_with_parent(void)
{
}

static void *reap(void *pid)
{
	waitpid((pid_t)(intptr_t)pid, NULL, 0);
	return NULL;
}

bool platform_open_browser(const char *url)
{
	char *argv[] = {(char *)"open", (char *)url, NULL};
	pthread_t thread;
	pid_t pid;

	if (posix_spawn(&pid, "/usr/bin/open", NULL, NULL, argv, environ) != 0)
		return false;
	if (pthread_create(&thread, NULL, reap, (void *)(intptr_t)pid) == 0)
		pthread_detach(thread);
	return true;
}

uint64_t platform_peak_memory_bytes(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) != 0)
		return 0;
	return (uint64_t)usage.ru_maxrss; /* bytes here, kibibytes on Linux */
}
