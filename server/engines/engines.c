/* SPDX-License-Identifier: MIT */
/* The table of engines. */
#include "trilane/engines.h"

#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/str.h"

#include "trilane/banned.h"

static const struct engine_class *const engine_table[] = {
	&engine_blas, &engine_cpu, &engine_metal, &engine_reference, &engine_vulkan,
};

enum { ENGINES = sizeof(engine_table) / sizeof(*engine_table) };

const struct engine_class *engine_at(unsigned i)
{
	return i < ENGINES ? engine_table[i] : NULL;
}

const struct engine_class *engine_find(const char *name, struct error *err)
{
	CLEANUP(str_release) struct str names = STR_INIT;

	for (unsigned i = 0; i < ENGINES; i++) {
		if (!strcmp(engine_table[i]->name, name))
			return engine_table[i];
		str_addf(&names, "%s%s", i ? ", " : "", engine_table[i]->name);
	}
	error_set(err, ERROR_NOT_FOUND, "there is no engine \"%.40s\" (there are %s)",
	          name, names.data);
	return NULL;
}
