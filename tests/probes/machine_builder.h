/* SPDX-License-Identifier: MIT */
/*
 * Recordings for the tests, from a description in a text file (tests/probes/python):
 *
 *	os macOS|Linux ARCH            home PATH
 *	program PATH ARCH…             library PATH ARCH…      of the system's format
 *	musl PATH ARCH              a program of Linux whose loader is musl's
 *	text PATH, then lines "| …"    link PATH TARGET        dir PATH
 *	dist SITE NAME VERSION [REQUIREMENT…]                  a dist-info with METADATA
 *	conda PREFIX NAME VERSION BUILD SUBDIR                 a record of conda-meta
 */
#ifndef TESTS_PROBES_MACHINE_BUILDER_H
#define TESTS_PROBES_MACHINE_BUILDER_H

#include "trilane/str.h"

/* Makes the folder DIR a recording; fails the test on any mistake. */
void machine_build(const char *description, const char *dir);
/* A file below DIR/root, its folders made. */
void machine_file(const char *dir, const char *path, const void *bytes, size_t n);

#endif
