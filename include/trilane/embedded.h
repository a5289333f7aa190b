/* SPDX-License-Identifier: MIT */
/*
 * Files carried inside the program: the dashboard, rules, migrations and workers.
 *
 * A table is generated at build time (trilane_embed() in script/cmake/trilane.cmake) as
 * `const struct embedded_file NAME[]` with `const size_t NAME_count`, sorted by path in
 * byte order and ended by a row whose path is NULL.  All of it is constant and may be
 * read by any thread for the life of the program.
 */
#ifndef TRILANE_EMBEDDED_H
#define TRILANE_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
	const char *path;           /* relative to the table's base, "js/main.js" */
	const char *sha256;         /* of the bytes, 64 lower-case hexadecimal digits */
	const unsigned char *bytes; /* a zero byte follows, so text is a C string */
	size_t size;
	const unsigned char *gzip_bytes; /* NULL where the table was made without GZIP */
	size_t gzip_size;
};

/* Finds PATH in the COUNT rows of TABLE; NULL if it is not there. */
const struct embedded_file *embedded_find(const struct embedded_file *table, size_t count,
                                          const char *path);

#endif
