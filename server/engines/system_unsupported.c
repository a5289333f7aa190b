/* SPDX-License-Identifier: MIT */
/* A system of which nothing is known. */
#include "processor.h"

#include "trilane/banned.h"

void system_thread_started(void)
{
}

void system_prefer_huge_pages(void *p, size_t size)
{
	(void)p;
	(void)size;
}

void processor_name(char *name, size_t size)
{
	(void)size;
	name[0] = '\0';
}
