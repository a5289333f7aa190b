/* SPDX-License-Identifier: MIT */
/*
 * Linux: cores, and their levels on chips that mix them: Arm's cpu_capacity (1024 is the
 * fastest), Intel's cpu_core and cpu_atom, else different core names in /proc/cpuinfo.
 */
#include <stdlib.h>
#include <string.h>

#include "linux.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

enum { LEVELS_MAX = 4 };

static int by_place(const void *a, const void *b)
{
	const struct cpuinfo_cpu *x = a, *y = b;

	if (x->package != y->package)
		return x->package < y->package ? -1 : 1;
	return x->core < y->core ? -1 : x->core > y->core;
}

/* Distinct (physical id, core id); 0 if any processor lacks them. */
static size_t distinct_cores(const struct cpuinfo *c, size_t *packages)
{
	CLEANUP_FREE struct cpuinfo_cpu *sorted = NULL;
	size_t cores = 0;

	*packages = 0;
	sorted = calloc(c->count + 1, sizeof(*sorted));
	if (!sorted || c->count == 0)
		return 0;
	memcpy(sorted, c->cpus, c->count * sizeof(*sorted));
	qsort(sorted, c->count, sizeof(*sorted), by_place);
	for (size_t i = 0; i < c->count; i++) {
		if (sorted[i].package < 0 || sorted[i].core < 0)
			return 0;
		if (i == 0 || sorted[i].package != sorted[i - 1].package)
			(*packages)++;
		if (i == 0 || by_place(&sorted[i], &sorted[i - 1]) != 0)
			cores++;
	}
	return cores;
}

static size_t physical_cores(const struct cpuinfo *c)
{
	size_t packages;
	size_t cores = distinct_cores(c, &packages);
	size_t said = packages * (size_t)c->cores_per_package;

	/* Containers that mask /proc/cpuinfo and careless guests number cores oddly: then
	 * the count per package is the better one. */
	if (said > 0 && said <= c->count && said > cores)
		cores = said;
	return cores > 0 ? cores : c->count;
}

static void set_total(struct source *s, json_t *report, const struct cpuinfo *c)
{
	CLEANUP(str_release) struct str list = STR_INIT;
	size_t count;

	if (c->count > 0) {
		machine_set_integer(report, "cores.total", (json_int_t)physical_cores(c),
		                    "/proc/cpuinfo");
		machine_set_integer(report, "cores.logical", (json_int_t)c->count,
		                    "/proc/cpuinfo");
		return;
	}
	if (file_text(s, "/sys/devices/system/cpu/online", &list) &&
	    (count = cpu_list_count(list.data)) > 0)
		machine_set_integer(report, "cores.total", (json_int_t)count,
		                    "/sys/devices/system/cpu/online");
	else
		machine_absent(report, "cores.total", FACT_UNAVAILABLE,
		               "/proc/cpuinfo is not there");
}

struct level {
	int64_t capacity;
	int64_t count;
	const char *core; /* NULL: unknown */
};

static void add_to_level(struct level *levels, size_t *count, int64_t capacity,
                         const char *core)
{
	for (size_t i = 0; i < *count; i++) {
		if (levels[i].capacity == capacity) {
			levels[i].count++;
			return;
		}
	}
	if (*count == LEVELS_MAX)
		return;
	levels[*count] = (struct level){.capacity = capacity, .count = 1, .core = core};
	(*count)++;
}

static int by_capacity(const void *a, const void *b)
{
	const struct level *x = a, *y = b;

	return x->capacity > y->capacity ? -1 : x->capacity < y->capacity;
}

/* Levels by cpu_capacity; cores whose capacities differ by less than an eighth are of
 * one kind (favoured cores of one cluster). */
static size_t capacity_levels(struct source *s, const struct cpuinfo *c,
                              struct level levels[LEVELS_MAX])
{
	CLEANUP(str_release) struct str path = STR_INIT;
	size_t count = 0;

	for (size_t i = 0; i < c->count && i < 256; i++) {
		int64_t capacity;

		str_clear(&path);
		str_addf(&path, "/sys/devices/system/cpu/cpu%lld/cpu_capacity",
		         (long long)c->cpus[i].number);
		if (!file_integer(s, path.data, &capacity) || capacity <= 0)
			return 0;
		add_to_level(levels, &count, (capacity + 64) / 128,
		             arm_core_name(c->cpus[i].implementer, c->cpus[i].part));
	}
	return count;
}

/* Without capacities, different parts are different levels; the higher part number is
 * taken for the faster one only to have an order. */
static size_t part_levels(const struct cpuinfo *c, struct level levels[LEVELS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < c->count; i++) {
		if (c->cpus[i].part < 0)
			return 0;
		add_to_level(levels, &count, c->cpus[i].part,
		             arm_core_name(c->cpus[i].implementer, c->cpus[i].part));
	}
	return count;
}

static const char *level_name(size_t index, size_t count)
{
	static const char *const two[] = {"Performance", "Efficiency"};
	static const char *const more[] = {"Prime", "Performance", "Efficiency",
	                                   "Low power"};

	return count == 2 ? two[index] : more[index];
}

static void set_levels(json_t *report, struct level *levels, size_t count,
                       const char *origin)
{
	json_t *array = json_array();

	qsort(levels, count, sizeof(*levels), by_capacity);
	for (size_t i = 0; i < count; i++) {
		json_t *row = json_pack("{s:s, s:I}", "name", level_name(i, count),
		                        "count", (json_int_t)levels[i].count);

		if (levels[i].core)
			json_object_set_new(row, "core", json_string(levels[i].core));
		json_array_append_new(array, row);
	}
	machine_set(report, "cores.levels", array, "%s", origin);
}

/* Intel's two kinds of cores are two kinds of counters; the fast ones have two threads
 * each unless that is switched off. */
static bool hybrid_levels(struct source *s, json_t *report)
{
	CLEANUP(str_release) struct str fast = STR_INIT;
	CLEANUP(str_release) struct str slow = STR_INIT;
	struct level levels[2] = {{.capacity = 2}, {.capacity = 1}};
	json_int_t total;

	if (!file_text(s, "/sys/devices/cpu_core/cpus", &fast) ||
	    !file_text(s, "/sys/devices/cpu_atom/cpus", &slow))
		return false;
	levels[0].count = (int64_t)cpu_list_count(fast.data);
	levels[1].count = (int64_t)cpu_list_count(slow.data);
	if (levels[0].count <= 0 || levels[1].count <= 0)
		return false;
	if (machine_integer(report, "cores.total", &total) &&
	    levels[0].count / 2 + levels[1].count == total)
		levels[0].count /= 2;
	set_levels(report, levels, 2, "/sys/devices/cpu_core, /sys/devices/cpu_atom");
	return true;
}

void linux_cores(struct source *s, json_t *report)
{
	CLEANUP(cpuinfo_release) struct cpuinfo c = CPUINFO_INIT;
	struct level levels[LEVELS_MAX] = {{0}};
	size_t count;

	cpuinfo_read(s, &c);
	set_total(s, report, &c);
	if (hybrid_levels(s, report))
		return;
	count = capacity_levels(s, &c, levels);
	if (count > 1) {
		set_levels(report, levels, count,
		           "/sys/devices/system/cpu/cpu0/cpu_capacity…");
		return;
	}
	count = c.is_arm && count == 0 ? part_levels(&c, levels) : 0;
	if (count > 1)
		set_levels(report, levels, count, "/proc/cpuinfo (CPU part)");
	else
		machine_absent(report, "cores.levels", FACT_NOT_APPLICABLE,
		               "no difference between cores is reported");
}
