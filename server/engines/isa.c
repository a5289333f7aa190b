/* SPDX-License-Identifier: MIT */
/* Choice of the kernels: the first row of the table that this processor can run. */
#include <string.h>

#include "kernels.h"
#include "trilane/cleanup.h"
#include "trilane/engines.h"
#include "trilane/error.h"
#include "trilane/str.h"

#include "trilane/banned.h"

const char *engine_cpu_isa(unsigned i, bool *supported)
{
	if (i >= isa_count)
		return NULL;
	*supported = isa_table[i].supported();
	return isa_table[i].kernels->isa;
}

static void list_isas(struct str *names)
{
	for (unsigned i = 0; i < isa_count; i++)
		if (isa_table[i].supported())
			str_addf(names, "%s%s", names->len ? ", " : "",
			         isa_table[i].kernels->isa);
}

const struct kernels *isa_choose(const char *name, struct error *err)
{
	CLEANUP(str_release) struct str names = STR_INIT;

	for (unsigned i = 0; i < isa_count; i++) {
		const struct isa *isa = &isa_table[i];
		if ((!name || !strcmp(isa->kernels->isa, name)) && isa->supported())
			return isa->kernels;
	}
	list_isas(&names);
	error_set(err, ERROR_UNSUPPORTED,
	          "no kernels for \"%.40s\" on this processor (there are %s)",
	          name ? name : "", names.data);
	return NULL;
}
