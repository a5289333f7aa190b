/* SPDX-License-Identifier: MIT */
/* A record of conda-meta: its text, and its name. */
#include <stddef.h>
#include <stdint.h>

#include "python/packages/conda.h"
#include "python/packages/metadata.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(str_release) struct str name = STR_INIT;
	CLEANUP(str_release) struct str version = STR_INIT;
	CLEANUP(str_release) struct str build = STR_INIT;
	json_t *conda = json_object();

	conda_record_parse((const char *)bytes, n, conda, NULL);
	str_add_n(&text, bytes, n);
	conda_name_split(text.data, &name, &version, &build);
	json_decref(conda);
	return 0;
}
