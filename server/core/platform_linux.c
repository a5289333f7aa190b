/* SPDX-License-Identifier: MIT */
/* Linux: /proc, /sys and prctl. */
#include "trilane/platform.h"

#include <elf.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trilane/cleanup.h"
#include "trilane/fs.h"

#include "trilane/banned.h"

extern char **environ;

const char *platform_os(void)
{
	return TRILANE_OS_LINUX;
}

static unsigned own_elf_machine(void)
{
#if defined(__aarch64__)
	return EM_AARCH64;
#elif defined(__x86_64__)
	return EM_X86_64;
#else
	return EM_NONE;
#endif
}

/*
 * A translator is a native program that runs us.  It disguises /proc/self/exe, but
 * /proc/thread-self/exe (Linux 3.17) still names the translator, and a file of another
 * machine type there gives it away.
 */
bool platform_translated(const char **kind)
{
	static const char self[] = "/proc/thread-self/exe";
	CLEANUP_CLOSE int fd = open(self, O_RDONLY | O_CLOEXEC);
	char target[256] = "";
	ssize_t n = readlink(self, target, sizeof(target) - 1);
	Elf64_Ehdr header;

	if (kind)
		*kind = NULL;
	if (fd < 0 || n < 0 || own_elf_machine() == EM_NONE ||
	    read(fd, &header, sizeof(header)) != (ssize_t)sizeof(header) ||
	    memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
	    header.e_machine == own_elf_machine())
		return false;
	target[n] = '\0';
	if (kind)
		*kind = strstr(target, "rosetta") ? "rosetta-linux" : "qemu-user";
	return true;
}

int platform_data_dir(struct str *out, struct error *err)
{
	const char *base = getenv("XDG_DATA_HOME");
	CLEANUP(str_release) struct str home = STR_INIT;
	int rc;

	if (base && base[0] == '/') {
		fs_join(out, base, "trilane");
		return 0;
	}
	rc = platform_home_dir(&home, err);
	if (rc == 0)
		fs_join(out, home.data, ".local/share/trilane");
	return rc;
}

/* Processors worth of time that cgroup v2 grants, rounded up; 0 for no limit. */
static unsigned cgroup_cpu_limit(void)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	unsigned long quota, period;

	if (fs_read("/sys/fs/cgroup/cpu.max", 256, &text, NULL) != 0 ||
	    sscanf(text.data, "%lu %lu", &quota, &period) != 2 || period == 0)
		return 0;
	return (unsigned)((quota + period - 1) / period);
}

unsigned platform_cpu_count(void)
{
	cpu_set_t set;
	unsigned count = 1, limit = cgroup_cpu_limit();

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		count = (unsigned)CPU_COUNT(&set);
	else if (sysconf(_SC_NPROCESSORS_ONLN) > 0)
		count = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	return limit && limit < count ? limit : count;
}

void platform_die_with_parent(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void *reap(void *pid)
{
	waitpid((pid_t)(intptr_t)pid, NULL, 0);
	return NULL;
}

bool platform_open_browser(const char *url)
{
	char *argv[] = {(char *)"xdg-open", (char *)url, NULL};
	pthread_t thread;
	pid_t pid;

	if (!getenv("DISPLAY") && !getenv("WAYLAND_DISPLAY"))
		return false;
	if (posix_spawn(&pid, "/usr/bin/xdg-open", NULL, NULL, argv, environ) != 0)
		return false;
	if (pthread_create(&thread, NULL, reap, (void *)(intptr_t)pid) == 0)
		pthread_detach(thread);
	return true;
}

/* VmHWM rather than getrusage(), which a program inherits from the one it replaced. */
uint64_t platform_peak_memory_bytes(void)
{
	CLEANUP(str_release) struct str status = STR_INIT;
	const char *line;
	unsigned long kib;
	struct rusage usage;

	if (fs_read("/proc/self/status", 65536, &status, NULL) == 0 &&
	    (line = strstr(status.data, "VmHWM:")) != NULL &&
	    sscanf(line, "VmHWM: %lu", &kib) == 1)
		return (uint64_t)kib * 1024;
	if (getrusage(RUSAGE_SELF, &usage) != 0)
		return 0;
	return (uint64_t)usage.ru_maxrss * 1024;
}
