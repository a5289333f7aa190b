/* SPDX-License-Identifier: MIT */
/* Judging from files whether the dynamic linker would load a plugin: see metal.c. */
#ifndef TRILANE_PROBES_PYTHON_METAL_H
#define TRILANE_PROBES_PYTHON_METAL_H

#include <stdbool.h>
#include <stddef.h>

#include "trilane/source.h"

struct plugin_judgement {
	bool known;            /* the files decide */
	bool from_headers;     /* by headers alone, as of a missing library */
	char *missing_library; /* the first, or NULL; both NULL: it loads */
	char *missing_symbol;  /* the first, or NULL */
	size_t missing_count;
};

/* The plugin's slice for ARCH beside the LIBRARIES that TensorFlow loads. */
void plugin_judge(struct source *s, const char *plugin, const char *arch,
                  const struct strlist *libraries, struct plugin_judgement *out);
void plugin_judgement_release(struct plugin_judgement *j);

#endif
