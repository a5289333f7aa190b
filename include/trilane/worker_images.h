/* SPDX-License-Identifier: MIT */
/*
 * The worker programs carried inside trilane (library trilane_worker_images).
 *
 * Rows of the table, as far as the build could make them:
 *	trilane-worker-OS-ARCH    OS "linux" or "macos", ARCH "x86_64" or "arm64": the
 *	                          native one always, a foreign one when a cross compiler
 *	                          was there (a static program on Linux)
 *	tensorflow_worker.py      the same protocol for a Python interpreter
 * Look up with embedded_find(worker_images, worker_images_count, name).
 */
#ifndef TRILANE_WORKER_IMAGES_H
#define TRILANE_WORKER_IMAGES_H

#include "trilane/embedded.h"

extern const struct embedded_file worker_images[];
extern const size_t worker_images_count;

#endif
