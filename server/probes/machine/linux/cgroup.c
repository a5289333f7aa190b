/* SPDX-License-Identifier: MIT */
/*
 * Control groups: the limits of memory and processor time that this process is under, of
 * version 2 (memory.max, cpu.max) or 1 (memory.limit_in_bytes, cpu.cfs_quota_us).  A
 * limit of any parent counts too, so the path is walked up.  In a container with its own
 * namespace the path is "/"; without one it names folders that the container does not
 * see, and walking up ends at the mount all the same.
 * https://docs.kernel.org/admin-guide/cgroup-v2.html
 */
#include <string.h>

#include "linux.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

enum { DEPTH_MAX = 64 };
#define NO_LIMIT_BYTES (INT64_C(1) << 60) /* version 1 writes a huge number for none */

/* Does the comma-separated list of N bytes hold NAME? */
static bool list_has(const char *list, size_t n, const char *name)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(strlist_release) struct strlist names = STRLIST_INIT;

	str_add_n(&text, list, n);
	strlist_split(&names, text.data, ",");
	return strlist_has(&names, name);
}

/* The path of the process' cgroup below the mount of CONTROLLER ("" for version 2), from
 * lines "9:cpu,cpuacct:/path" and, for version 2, "0::/path". */
static bool cgroup_path(struct source *s, const char *controller, struct str *out)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *at, *line;
	size_t n;

	str_clear(out);
	if (!file_text(s, "/proc/self/cgroup", &text) &&
	    !file_text(s, "/proc/1/cgroup", &text))
		return false;
	at = text.data;
	while ((line = next_line(&at, &n)) != NULL) {
		const char *first = memchr(line, ':', n);
		const char *second =
			first ? memchr(first + 1, ':', n - (size_t)(first + 1 - line))
			      : NULL;
		size_t names;

		if (!second)
			continue;
		names = (size_t)(second - first - 1);
		if (controller[0] ? !list_has(first + 1, names, controller) : names > 0)
			continue;
		str_add_n(out, second + 1, n - (size_t)(second + 1 - line));
		return out->len > 0 && out->data[0] == '/';
	}
	return false;
}

/* Cuts the last part of PATH; false when nothing is left to cut. */
static bool parent(struct str *path)
{
	const char *slash = strrchr(path->data, '/');

	if (!slash || path->len <= 1)
		return false;
	str_truncate(path, (size_t)(slash - path->data));
	return true;
}

static bool group_file(struct source *s, const char *mount, const char *group,
                       const char *name, struct str *text)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	str_addf(&path, "%s%s/%s", mount, text_equal(group, "/") ? "" : group, name);
	return file_text(s, path.data, text);
}

static void lower_memory(struct cgroup_limits *limits, int64_t bytes)
{
	if (bytes > 0 && bytes < NO_LIMIT_BYTES &&
	    (limits->memory_bytes < 0 || bytes < limits->memory_bytes))
		limits->memory_bytes = bytes;
}

static void lower_cpus(struct cgroup_limits *limits, int64_t quota, int64_t period)
{
	double cpus;

	if (quota <= 0 || period <= 0)
		return;
	cpus = (double)quota / (double)period;
	if (limits->cpus <= 0 || cpus < limits->cpus)
		limits->cpus = cpus;
}

/* "max 100000" or "150000 100000". */
static void take_cpu_max(struct cgroup_limits *limits, const char *text)
{
	const char *blank = strchr(text, ' ');
	int64_t quota, period = 100000;

	if (!leading_integer(text, &quota))
		return;
	if (blank)
		leading_integer(blank, &period);
	lower_cpus(limits, quota, period);
}

/* What the group uses beyond file cache that can be dropped. */
static int64_t used_bytes(struct source *s, const char *mount, const char *group,
                          const char *usage_file, const char *stat_key)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(str_release) struct str value = STR_INIT;
	int64_t used, droppable = 0;

	if (!group_file(s, mount, group, usage_file, &text) ||
	    !text_to_i64(text.data, &used))
		return -1;
	if (group_file(s, mount, group, "memory.stat", &text) &&
	    line_value(text.data, stat_key, &value) &&
	    text_to_i64(value.data, &droppable) && droppable > 0 && droppable <= used)
		used -= droppable;
	return used;
}

static void read_v2(struct source *s, const char *mount, struct cgroup_limits *limits)
{
	CLEANUP(str_release) struct str group = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	int64_t bytes;

	if (!cgroup_path(s, "", &group))
		str_add(&group, "/");
	for (int depth = 0; depth < DEPTH_MAX; depth++) {
		if (group_file(s, mount, group.data, "memory.max", &text)) {
			limits->version = 2;
			if (text_to_i64(text.data, &bytes) && limits->memory_bytes < 0)
				limits->memory_used_bytes =
					used_bytes(s, mount, group.data, "memory.current",
				                   "inactive_file");
			if (text_to_i64(text.data, &bytes))
				lower_memory(limits, bytes);
		}
		if (group_file(s, mount, group.data, "cpu.max", &text))
			take_cpu_max(limits, text.data);
		if (!parent(&group))
			break;
	}
}

static void read_v1_memory(struct source *s, struct cgroup_limits *limits)
{
	static const char mount[] = "/sys/fs/cgroup/memory";
	CLEANUP(str_release) struct str group = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	int64_t bytes;

	if (!cgroup_path(s, "memory", &group))
		str_add(&group, "/");
	for (int depth = 0; depth < DEPTH_MAX; depth++) {
		if (group_file(s, mount, group.data, "memory.limit_in_bytes", &text) &&
		    text_to_i64(text.data, &bytes)) {
			limits->version = 1;
			if (bytes < NO_LIMIT_BYTES && limits->memory_bytes < 0)
				limits->memory_used_bytes = used_bytes(
					s, mount, group.data, "memory.usage_in_bytes",
					"total_inactive_file");
			lower_memory(limits, bytes);
		}
		if (!parent(&group))
			break;
	}
}

static void read_v1_cpu(struct source *s, const char *mount, struct cgroup_limits *limits)
{
	CLEANUP(str_release) struct str group = STR_INIT;
	CLEANUP(str_release) struct str quota = STR_INIT;
	CLEANUP(str_release) struct str period = STR_INIT;
	int64_t quota_us, period_us;

	if (!cgroup_path(s, "cpu", &group))
		str_add(&group, "/");
	for (int depth = 0; depth < DEPTH_MAX; depth++) {
		if (group_file(s, mount, group.data, "cpu.cfs_quota_us", &quota) &&
		    group_file(s, mount, group.data, "cpu.cfs_period_us", &period) &&
		    text_to_i64(quota.data, &quota_us) &&
		    text_to_i64(period.data, &period_us))
			lower_cpus(limits, quota_us, period_us);
		if (!parent(&group))
			break;
	}
}

void cgroup_read(struct source *s, struct cgroup_limits *limits)
{
	*limits = (struct cgroup_limits){.memory_bytes = -1, .memory_used_bytes = -1};
	read_v2(s, "/sys/fs/cgroup", limits);
	if (limits->version == 2)
		return;
	read_v2(s, "/sys/fs/cgroup/unified", limits);
	read_v1_memory(s, limits);
	read_v1_cpu(s, "/sys/fs/cgroup/cpu", limits);
	if (limits->cpus <= 0)
		read_v1_cpu(s, "/sys/fs/cgroup/cpu,cpuacct", limits);
}
