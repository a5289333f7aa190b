/* SPDX-License-Identifier: MIT */
/* A Mac that is nothing but a hostile sysctl.txt: every probe of macOS reads it. */
#include <stddef.h>
#include <stdint.h>

#include "source_private.h"
#include "trilane/mem.h"
#include "trilane/probes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source s = SOURCE_INIT;
	json_t *report = json_object();

	s.os = SOURCE_MACOS;
	s.home = xstrdup("/Users/me");
	source_table_parse_sysctl(&s.sysctls, (const char *)data, size);
	probes_run(&s, report, NULL, NULL);
	json_decref(report);
	source_release(&s);
	return 0;
}
