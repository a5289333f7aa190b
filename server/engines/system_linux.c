/* SPDX-License-Identifier: MIT */
/* Linux: transparent huge pages on request; the scheduler places threads well enough. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "processor.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

void system_thread_started(void)
{
}

void system_prefer_huge_pages(void *p, size_t size)
{
	/* Only a wish: without it everything works the same, slower. */
	(void)madvise(p, size, MADV_HUGEPAGE);
}

/* x86 kernels say "model name", some ARM ones "Model" or "Hardware". */
void processor_name(char *name, size_t size)
{
	CLEANUP_FILE FILE *f = fopen("/proc/cpuinfo", "re");
	char line[256];

	name[0] = '\0';
	while (f && fgets(line, sizeof(line), f)) {
		char *value = strchr(line, ':');
		if (!value || strncmp(line, "model name", 10) != 0)
			continue;
		value += 1 + strspn(value + 1, " \t");
		value[strcspn(value, "\n")] = '\0';
		snprintf(name, size, "%s", value);
		return;
	}
}
