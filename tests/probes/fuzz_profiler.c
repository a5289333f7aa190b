/* SPDX-License-Identifier: MIT */
/* A Mac whose system_profiler prints anything. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "source_private.h"
#include "trilane/mem.h"
#include "trilane/probes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char name[] =
		"system_profiler SPHardwareDataType SPDisplaysDataType -json";
	struct source s = SOURCE_INIT;
	json_t *report = json_object();

	s.os = SOURCE_MACOS;
	s.home = xstrdup("/Users/me");
	source_table_add(&s.outputs, name, strlen(name), (const char *)data, size);
	probes_run(&s, report, NULL, NULL);
	json_decref(report);
	source_release(&s);
	return 0;
}
