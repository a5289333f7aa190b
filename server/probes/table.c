/* SPDX-License-Identifier: MIT */
/*
 * The table of probes, in the order in which they run: what a row reads of the report
 * stands above it.
 */
#include "probe.h"
#include "trilane/clock.h"
#include "trilane/facts.h"
#include "trilane/probes.h"

#include "trilane/banned.h"

const struct probe probes_table[] = {
	{"system", "operating system, kernel, model, chip and architecture",
         probe_system},
	{"cores", "processor cores by performance level", probe_cores},
	{"isa", "instruction-set features that matter to machine learning", probe_isa},
	{"memory", "memory: total, available, swap, pressure and limits", probe_memory},
	{"gpus", "graphics processors and the API that reaches them", probe_gpus},
	{"translator", "Rosetta 2, Rosetta for Linux, qemu-user", probe_translator},
	{"container", "containers, virtual machines and their limits", probe_container},
	{"power", "power source and power mode", probe_power},
	{"thermal", "thermal pressure", probe_thermal},
	{"cuda", "CUDA drivers, toolkits and variables", probe_cuda},
	{"tools", "conda, Homebrew, pip, uv, pyenv", probe_tools},
	{"interpreters",
         "every Python, its packages, TensorFlow and plugin; kernels without one",
         probe_interpreters},
};
const size_t probes_count = sizeof(probes_table) / sizeof(probes_table[0]);

bool probes_run(struct source *s, json_t *report,
                bool (*step)(void *context, const char *name, double done), void *context)
{
	json_t *rows = json_array();

	json_object_set_new(report, "probes", rows);
	for (size_t i = 0; i < probes_count; i++) {
		const struct probe *probe = &probes_table[i];
		uint64_t start = clock_monotonic_ns();

		if (step && !step(context, probe->name, (double)i / (double)probes_count))
			return false;
		probe->run(s, report);
		json_array_append_new(
			rows, json_pack("{s:s, s:I}", "name", probe->name, "duration_ns",
		                        (json_int_t)(clock_monotonic_ns() - start)));
	}
	return true;
}
