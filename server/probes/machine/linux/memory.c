/* SPDX-License-Identifier: MIT */
/*
 * Linux: memory from /proc/meminfo, and what a control group leaves of it.  Total is the
 * machine's; "limit_bytes" is the group's; available is the smaller of what the machine
 * and the group have left.
 */
#include <string.h>

#include "linux.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

static bool kilobytes(const char *text, const char *key, int64_t *bytes)
{
	CLEANUP(str_release) struct str value = STR_INIT;
	int64_t kb;

	if (!line_value(text, key, &value) || !leading_integer(value.data, &kb) ||
	    kb < 0 || kb > INT64_C(1) << 50)
		return false;
	*bytes = kb * 1024;
	return true;
}

/* MemAvailable came with Linux 3.14; before, free and cached come near. */
static bool machine_available(const char *text, int64_t *bytes, const char **origin)
{
	int64_t free_bytes, cached = 0, buffers = 0;

	*origin = "/proc/meminfo (MemAvailable)";
	if (kilobytes(text, "MemAvailable", bytes))
		return true;
	*origin = "/proc/meminfo (MemFree + Cached + Buffers)";
	if (!kilobytes(text, "MemFree", &free_bytes))
		return false;
	kilobytes(text, "Cached", &cached);
	kilobytes(text, "Buffers", &buffers);
	*bytes = free_bytes + cached + buffers;
	return true;
}

static void set_available(json_t *report, const char *text,
                          const struct cgroup_limits *limits)
{
	const char *origin;
	int64_t bytes, left;

	if (!machine_available(text, &bytes, &origin)) {
		machine_absent(report, "memory.available_bytes", FACT_UNAVAILABLE,
		               "/proc/meminfo does not say");
		return;
	}
	if (limits->memory_bytes >= 0 && limits->memory_used_bytes >= 0) {
		left = limits->memory_bytes - limits->memory_used_bytes;
		left = left < 0 ? 0 : left;
		if (left < bytes) {
			bytes = left;
			origin = "the control group's limit less its use";
		}
	}
	machine_set_integer(report, "memory.available_bytes", bytes, origin);
}

static void set_swap(json_t *report, const char *text)
{
	int64_t total, free_bytes;

	if (!kilobytes(text, "SwapTotal", &total) ||
	    !kilobytes(text, "SwapFree", &free_bytes)) {
		machine_absent(report, "memory.swap_used_bytes", FACT_UNAVAILABLE,
		               "/proc/meminfo does not say");
		return;
	}
	machine_set_integer(report, "memory.swap_total_bytes", total, "/proc/meminfo");
	machine_set_integer(report, "memory.swap_used_bytes",
	                    total > free_bytes ? total - free_bytes : 0, "/proc/meminfo");
}

/* "some avg10=0.00 avg60=0.00 …": the share of time in which something waited for
 * memory.  https://docs.kernel.org/accounting/psi.html; the steps are ours. */
static void set_pressure(struct source *s, json_t *report)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *at;
	double share;

	if (!file_text(s, "/proc/pressure/memory", &text) ||
	    !(at = strstr(text.data, "avg10=")) ||
	    !leading_double(at + strlen("avg10="), &share)) {
		machine_absent(report, "memory.pressure", FACT_UNAVAILABLE,
		               "the kernel has no pressure stall information");
		return;
	}
	machine_set_text(report, "memory.pressure",
	                 share >= 20  ? "critical"
	                 : share >= 5 ? "warning"
	                              : "normal",
	                 "/proc/pressure/memory");
}

static void set_limit(json_t *report, const struct cgroup_limits *limits)
{
	json_int_t total;

	if (limits->memory_bytes < 0 ||
	    (machine_integer(report, "memory.total_bytes", &total) &&
	     limits->memory_bytes >= total))
		machine_absent(report, "memory.limit_bytes", FACT_NOT_APPLICABLE,
		               "no control group limits memory");
	else
		machine_set(report, "memory.limit_bytes",
		            json_integer(limits->memory_bytes),
		            "control groups, version %d", limits->version);
}

void linux_memory(struct source *s, json_t *report)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct cgroup_limits limits;
	int64_t total;

	if (!file_text(s, "/proc/meminfo", &text)) {
		machine_absent(report, "memory.total_bytes", FACT_UNAVAILABLE,
		               "/proc/meminfo is not there");
		machine_absent(report, "memory.available_bytes", FACT_UNAVAILABLE,
		               "/proc/meminfo is not there");
		machine_absent(report, "memory.swap_used_bytes", FACT_UNAVAILABLE,
		               "/proc/meminfo is not there");
		return;
	}
	cgroup_read(s, &limits);
	if (kilobytes(text.data, "MemTotal", &total))
		machine_set_integer(report, "memory.total_bytes", total, "/proc/meminfo");
	else
		machine_absent(report, "memory.total_bytes", FACT_UNAVAILABLE,
		               "/proc/meminfo has no MemTotal");
	set_available(report, text.data, &limits);
	set_swap(report, text.data);
	set_pressure(s, report);
	set_limit(report, &limits);
}
