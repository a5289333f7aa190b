/* SPDX-License-Identifier: MIT */
/*
 * The machine's rows of the table: each goes to the analysis for the system that the
 * source is of.
 */
#include "../probe.h"
#include "linux/linux.h"
#include "machine.h"
#include "macos/macos.h"
#include "trilane/memory_need.h"

#include "trilane/banned.h"

typedef void (*probe_function)(struct source *s, json_t *report);

static void run(struct source *s, json_t *report, const char *path, probe_function macos,
                probe_function on_linux)
{
	switch (s->os) {
	case SOURCE_MACOS:
		macos(s, report);
		break;
	case SOURCE_LINUX:
		on_linux(s, report);
		break;
	case SOURCE_OTHER:
		machine_absent(report, path, FACT_UNAVAILABLE,
		               "no probe for this operating system");
		break;
	}
}

void probe_system(struct source *s, json_t *report)
{
	run(s, report, "os", macos_system, linux_system);
}

void probe_cores(struct source *s, json_t *report)
{
	run(s, report, "cores", macos_cores, linux_cores);
}

void probe_isa(struct source *s, json_t *report)
{
	run(s, report, "isa", macos_isa, linux_isa);
	machine_explain_isa(report);
}

/* Would a comparison of all lanes fit?  Named before somebody starts it. */
static void judge_benchmark(json_t *report)
{
	struct bench_spec spec;
	struct memory_verdict verdict;
	json_int_t cores = 1;

	bench_spec_init(&spec);
	for (int lane = 0; lane < LANE_KIND_COUNT; lane++)
		spec.lanes[lane] = true;
	machine_integer(report, "cores.total", &cores);
	memory_judge(report, memory_need_of_spec(&spec, (unsigned)cores), &verdict);
	machine_set(report, "memory.benchmark",
	            json_pack("{s:s, s:I, s:s}", "state",
	                      memory_state_name(verdict.state), "need_bytes",
	                      (json_int_t)verdict.need_bytes, "sentence",
	                      verdict.sentence),
	            "both models in all lanes at once, batch 32");
}

void probe_memory(struct source *s, json_t *report)
{
	run(s, report, "memory", macos_memory, linux_memory);
	judge_benchmark(report);
}

void probe_gpus(struct source *s, json_t *report)
{
	run(s, report, "gpus", macos_gpus, linux_gpus);
}

void probe_translator(struct source *s, json_t *report)
{
	run(s, report, "translator", macos_translator, linux_translator);
}

void probe_container(struct source *s, json_t *report)
{
	run(s, report, "container", macos_container, linux_container);
}

void probe_power(struct source *s, json_t *report)
{
	run(s, report, "power", macos_power, linux_power);
}

void probe_thermal(struct source *s, json_t *report)
{
	run(s, report, "thermal", macos_thermal, linux_thermal);
}
