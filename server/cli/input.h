/* SPDX-License-Identifier: MIT */
/* Files that are named on the command line. */
#ifndef TRILANE_CLI_INPUT_H
#define TRILANE_CLI_INPUT_H

#include <stddef.h>

#include "trilane/error.h"
#include "trilane/str.h"

/*
 * Appends what is in the file PATH to OUT: a plain file, a pipe ("<(…)"), whatever can be
 * read.  "-" is standard input, and nothing where that is closed.  At most LIMIT bytes;
 * *MORE tells that there are more, which the caller cuts or refuses.
 */
int input_read(const char *path, size_t limit, struct str *out, bool *more,
               struct error *err);

#endif
