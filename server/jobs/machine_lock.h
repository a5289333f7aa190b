/* SPDX-License-Identifier: MIT */
/*
 * One benchmark at a time on a machine, whoever runs it: a server and a command line, or
 * two of either, would measure each other.  A lock that cannot be made (somebody else
 * owns the file) holds nobody up.
 */
#ifndef TRILANE_JOBS_MACHINE_LOCK_H
#define TRILANE_JOBS_MACHINE_LOCK_H

#include <stdatomic.h>

#include "trilane/error.h"

/* Waits for the lock, a file in the /tmp of ROOT ("/", or a folder that plays it);
 * WAITING is called now and then meanwhile.  *FD holds it until it is closed, also by the
 * program's death; -1 if there is none.  ERROR_CANCELLED or 0. */
int machine_lock_take(const char *root, const atomic_bool *cancelled,
                      void (*waiting)(void *context), void *context, int *fd,
                      struct error *err);

#endif
