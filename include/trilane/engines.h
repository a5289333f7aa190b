/* SPDX-License-Identifier: MIT */
/*
 * The engines of this program, by name.
 *
 * Every engine is a row, also one that cannot run here: its available() says why not.
 */
#ifndef TRILANE_ENGINES_H
#define TRILANE_ENGINES_H

#include "trilane/engine.h"

/* The class called NAME, or NULL and an error that lists the names there are. */
const struct engine_class *engine_find(const char *name, struct error *err);

/* Row I of the table, NULL behind the last. */
const struct engine_class *engine_at(unsigned i);

/* The instruction sets that the cpu engine was built with, best first, NULL behind the
 * last; *SUPPORTED says whether this processor has it. */
const char *engine_cpu_isa(unsigned i, bool *supported);

#endif
