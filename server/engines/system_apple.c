/* SPDX-License-Identifier: MIT */
/* macOS: a quality of service puts threads on the performance cores. */
#include <pthread.h>
#include <pthread/qos.h>
#include <sys/sysctl.h>
#include <sys/types.h>

#include "processor.h"

#include "trilane/banned.h"

void system_thread_started(void)
{
	(void)pthread_set_qos_class_self_np(QOS_CLASS_USER_INITIATED, 0);
}

/* The system has no way to ask for them on Apple silicon, whose pages are 16 KiB. */
void system_prefer_huge_pages(void *p, size_t size)
{
	(void)p;
	(void)size;
}

void processor_name(char *name, size_t size)
{
	if (sysctlbyname("machdep.cpu.brand_string", name, &size, NULL, 0))
		name[0] = '\0';
}
