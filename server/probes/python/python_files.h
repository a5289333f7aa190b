/* SPDX-License-Identifier: MIT */
/* The files of this folder that the program carries: plugin_facts.json,
 * import_probe.py. */
#ifndef TRILANE_PROBES_PYTHON_FILES_H
#define TRILANE_PROBES_PYTHON_FILES_H

#include <stddef.h>

#include "trilane/embedded.h"

extern const struct embedded_file python_files[];
extern const size_t python_files_count;

#endif
