/* SPDX-License-Identifier: MIT */
/* recording.json and environment.json of unknown origin: an error or a source. */
#include <stddef.h>
#include <stdint.h>

#include "source_private.h"
#include "trilane/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source s = SOURCE_INIT;
	struct error err = ERROR_INIT;

	if (source_parse_recording(&s, (const char *)data, size, &err) == 0 &&
	    (!s.home || s.home[0] != '/'))
		__builtin_trap();
	source_parse_environment(&s.env, (const char *)data, size, NULL);
	source_release(&s);
	return 0;
}
