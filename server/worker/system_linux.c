/* SPDX-License-Identifier: MIT */
/*
 * Linux: the process is pinned to as many processors as it has threads.  Of those it may
 * use, the fastest come first (cpufreq, or the capacity that arm64 kernels tell), and one
 * of each core before a second.
 */
#include "system.h"

#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/fs.h"
#include "trilane/str.h"

#include "trilane/banned.h"

struct processor {
	unsigned number;
	unsigned long speed; /* only to be compared */
	bool sibling;        /* shares its core with an earlier one */
};

/* The number at the start of a file of this processor's; OTHERWISE if there is none. */
static unsigned long read_number(unsigned processor, const char *file,
                                 unsigned long otherwise)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	unsigned long number;
	char *end;

	str_addf(&path, "/sys/devices/system/cpu/cpu%u/%s", processor, file);
	if (fs_read(path.data, 4096, &text, NULL))
		return otherwise;
	number = strtoul(text.data, &end, 10);
	return end == text.data ? otherwise : number;
}

static struct processor describe(unsigned number)
{
	unsigned long first = read_number(number, "topology/thread_siblings_list",
	                                  (unsigned long)number);

	return (struct processor){
		.number = number,
		.speed = read_number(number, "cpufreq/cpuinfo_max_freq",
	                             read_number(number, "cpu_capacity", 0)),
		.sibling = first != number,
	};
}

static int compare(const void *a, const void *b)
{
	const struct processor *p = a, *q = b;

	if (p->sibling != q->sibling)
		return p->sibling ? 1 : -1;
	if (p->speed != q->speed)
		return p->speed > q->speed ? -1 : 1;
	return p->number < q->number ? -1 : 1;
}

void system_prepare(unsigned threads)
{
	struct processor processors[CPU_SETSIZE];
	unsigned count = 0;
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) != 0 ||
	    (unsigned)CPU_COUNT(&set) <= threads)
		return;
	for (unsigned i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &set))
			processors[count++] = describe(i);
	qsort(processors, count, sizeof(*processors), compare);
	CPU_ZERO(&set);
	for (unsigned i = 0; i < threads; i++)
		CPU_SET(processors[i].number, &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
}
