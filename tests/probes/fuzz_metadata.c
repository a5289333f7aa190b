/* SPDX-License-Identifier: MIT */
/* METADATA, pyvenv.cfg and the names of metadata folders: the same text as each. */
#include <stddef.h>
#include <stdint.h>

#include "python/packages/metadata.h"
#include "python/python.h"
#include "trilane/cleanup.h"
#include "trilane/pep440.h"

#include "trilane/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void read_requirements(const struct metadata *m)
{
	const struct python_marker_environment env = {.python_version = "3.11",
	                                              .sys_platform = "darwin"};

	for (size_t i = 0; i < m->requires.count; i++) {
		CLEANUP(python_requirement_release)
		struct python_requirement r = PYTHON_REQUIREMENT_INIT;

		if (python_requirement_parse(m->requires.items[i], &r)) {
			python_marker_true(r.marker.data, &env);
			pep440_satisfies("1.2.3", r.specifiers.data);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	CLEANUP(metadata_release) struct metadata m = METADATA_INIT;
	CLEANUP(pyvenv_release) struct pyvenv v = {.present = false};
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(str_release) struct str name = STR_INIT;
	CLEANUP(str_release) struct str version = STR_INIT;

	metadata_parse(&m, (const char *)bytes, n);
	read_requirements(&m);
	pyvenv_parse(&v, (const char *)bytes, n);
	str_add_n(&text, bytes, n);
	dist_name_split(text.data, &name, &version);
	return 0;
}
