/* SPDX-License-Identifier: MIT */
/*
 * Many literals at once: a dense automaton over classes of bytes (Aho and Corasick,
 * https://doi.org/10.1145/360825.360855).  ASCII case is ignored.  Read-only once built.
 */
#ifndef TRILANE_ADVICE_AUTOMATON_H
#define TRILANE_ADVICE_AUTOMATON_H

#include <stdbool.h>
#include <stdint.h>

#include "trilane/str.h"

struct automaton;

/* LITERALS are distinct, in lower case and not empty; literal I is reported as I. */
struct automaton *automaton_new(const struct strlist *literals);
void automaton_free(struct automaton *a);

/* From state *STATE (0 is the start) over TEXT[from … n): the index of the next byte at
 * which a literal ends, *STATE being the state behind it; or N. */
size_t automaton_find(const struct automaton *a, uint32_t *state, const char *text,
                      size_t from, size_t n);
/* A literal that ends in *STATE, or -1; moves *STATE on to the next one. */
int automaton_literal(const struct automaton *a, uint32_t *state);

#endif
