/* SPDX-License-Identifier: MIT */
/*
 * macOS: memory.  Available is what can be had without swapping: free, speculative and
 * inactive pages of vm_stat, as psutil and Activity Monitor's users count it.
 */
#include <string.h>

#include "macos.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

static void set_total(struct source *s, json_t *report)
{
	json_t *document;
	const char *text;
	int64_t bytes;
	uint64_t profiled;

	if (sysctl_integer(s, "hw.memsize", &bytes) && bytes > 0) {
		machine_set_integer(report, "memory.total_bytes", bytes,
		                    "sysctl hw.memsize");
		return;
	}
	document = macos_profiler(s);
	text = json_string_value(
		json_object_get(macos_hardware(document), "physical_memory"));
	if (text && size_with_unit(text, &profiled) && profiled > 0)
		machine_set_integer(report, "memory.total_bytes", (json_int_t)profiled,
		                    "system_profiler");
	else
		machine_absent(report, "memory.total_bytes", FACT_UNAVAILABLE,
		               "hw.memsize is not there");
	json_decref(document);
}

/* "(page size of 16384 bytes)" of the first line, else hw.pagesize. */
static int64_t page_size(struct source *s, const char *vm_stat)
{
	static const char words[] = "page size of ";
	const char *at = strstr(vm_stat, words);
	int64_t bytes = 0;

	if (at && leading_integer(at + sizeof(words) - 1, &bytes) && bytes >= 1024 &&
	    bytes <= 1 << 20)
		return bytes;
	if (sysctl_integer(s, "hw.pagesize", &bytes) && bytes >= 1024 && bytes <= 1 << 20)
		return bytes;
	return 0;
}

static bool pages(const char *vm_stat, const char *key, int64_t *out)
{
	CLEANUP(str_release) struct str value = STR_INIT;

	return line_value(vm_stat, key, &value) && leading_integer(value.data, out) &&
	       *out >= 0 && *out < INT64_C(1) << 40;
}

static void set_available(struct source *s, json_t *report)
{
	static const char *const argv[] = {"vm_stat", NULL};
	CLEANUP(str_release) struct str text = STR_INIT;
	int64_t free_pages, inactive = 0, speculative = 0, size, compressed;

	if (!macos_command(s, argv, &text) ||
	    !pages(text.data, "Pages free", &free_pages)) {
		machine_absent(report, "memory.available_bytes", FACT_UNAVAILABLE,
		               "vm_stat gave nothing");
		return;
	}
	size = page_size(s, text.data);
	if (size == 0) {
		machine_absent(report, "memory.available_bytes", FACT_FAILED,
		               "the page size is not known");
		return;
	}
	pages(text.data, "Pages inactive", &inactive);
	pages(text.data, "Pages speculative", &speculative);
	machine_set_integer(report, "memory.available_bytes",
	                    (free_pages + inactive + speculative) * size, "vm_stat");
	if (pages(text.data, "Pages occupied by compressor", &compressed))
		machine_set_integer(report, "memory.compressed_bytes", compressed * size,
		                    "vm_stat");
}

static bool swap_part(const char *text, const char *key, uint64_t *bytes)
{
	const char *at = strstr(text, key);

	if (!at)
		return false;
	at += strlen(key);
	at += strspn(at, " =");
	return size_with_unit(at, bytes);
}

/* "total = 2048.00M  used = 933.06M  free = 1114.94M  (encrypted)" */
static void set_swap(struct source *s, json_t *report)
{
	CLEANUP_FREE char *text = sysctl_text(s, "vm.swapusage");
	uint64_t bytes;

	if (text && swap_part(text, "used", &bytes))
		machine_set_integer(report, "memory.swap_used_bytes", (json_int_t)bytes,
		                    "sysctl vm.swapusage");
	else
		machine_absent(report, "memory.swap_used_bytes", FACT_UNAVAILABLE,
		               "vm.swapusage is not there");
	if (text && swap_part(text, "total", &bytes))
		machine_set_integer(report, "memory.swap_total_bytes", (json_int_t)bytes,
		                    "sysctl vm.swapusage");
}

/* 1 normal, 2 warning, 4 critical: DISPATCH_MEMORYPRESSURE_… of libdispatch. */
static void set_pressure(struct source *s, json_t *report)
{
	int64_t level;

	if (!sysctl_integer(s, "kern.memorystatus_vm_pressure_level", &level)) {
		machine_absent(report, "memory.pressure", FACT_UNAVAILABLE,
		               "kern.memorystatus_vm_pressure_level is not there");
		return;
	}
	machine_set_text(report, "memory.pressure",
	                 level >= 4   ? "critical"
	                 : level >= 2 ? "warning"
	                              : "normal",
	                 "sysctl kern.memorystatus_vm_pressure_level");
}

void macos_memory(struct source *s, json_t *report)
{
	set_total(s, report);
	set_available(s, report);
	set_swap(s, report);
	set_pressure(s, report);
}
