/* SPDX-License-Identifier: MIT */
/*
 * What is known about pairs of TensorFlow and Apple's plugin from the wheels themselves
 * (plugin_facts.json): asked where a machine's own files cannot be judged, as in a
 * recording, whose libraries are cut.
 */
#ifndef TRILANE_PROBES_PYTHON_PLUGIN_FACTS_H
#define TRILANE_PROBES_PYTHON_PLUGIN_FACTS_H

#include <jansson.h>

/*
 * Does the plugin of version PLUGIN load beside PACKAGE VERSION, both built for ARCH?  A
 * new object with "loads" and, if it does not, "missing_library" or "missing_symbol" and
 * "missing_count"; NULL where nothing is known.  A version that was not examined stands
 * between two that were: only if both say the same is it known.
 */
json_t *plugin_facts_judge(const char *package, const char *version, const char *plugin,
                           const char *arch);

/* The same for a plugin of unknown version: known only if all versions answer alike. */
json_t *plugin_facts_judge_any(const char *package, const char *version,
                               const char *arch);

#endif
