/* SPDX-License-Identifier: MIT */
/*
 * Identifiers of jobs, results and reports, and random bytes.
 *
 * An id is 26 characters of Crockford's base 32 in lower case: 48 bits of Unix time in
 * milliseconds and 80 random bits (the form of ULID, https://github.com/ulid/spec), so
 * that ids sort by time of making and cannot be guessed.
 */
#ifndef TRILANE_ID_H
#define TRILANE_ID_H

#include <stdbool.h>
#include <stddef.h>

enum { ID_SIZE = 27 }; /* with the zero */

void id_new(char out[ID_SIZE]);
/* The same, but it sorts behind LAST ("": nothing) also where the clock was set back. */
void id_new_after(const char *last, char out[ID_SIZE]);
bool id_valid(const char *text);
void random_bytes(void *out, size_t n); /* from the system; aborts if it gives none */

#endif
