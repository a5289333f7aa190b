/* SPDX-License-Identifier: MIT */
/* /proc/cpuinfo, and the redaction of the same bytes. */
#include <stddef.h>
#include <stdint.h>

#include "machine/linux/linux.h"
#include "trilane/cleanup.h"
#include "trilane/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(cpuinfo_release) struct cpuinfo c = CPUINFO_INIT;
	CLEANUP(redaction_release) struct redaction r = REDACTION_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	size_t before;

	str_add_n(&text, data, size);
	cpuinfo_parse(&c, text.data);
	cpuinfo_has(&c, "avx");
	cpu_list_count(text.data);
	redaction_init(&r, "berta", "emil-pc.example", "/home/berta");
	before = text.len;
	redact_str(&r, &text);
	if (text.len != before)
		__builtin_trap();
	return 0;
}
