/* SPDX-License-Identifier: MIT */
/* The machine's rows of the table. */
#include "../probe.h"
#include "machine.h"

#include "trilane/banned.h"

void probe_system(struct source *s, json_t *report)
{
	machine_set_text(report, "os.name", source_os_name(s->os), "the source");
}
