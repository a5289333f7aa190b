/* SPDX-License-Identifier: MIT */
/*
 * What the probes of the machine share: setting a fact together with where it came
 * from, and reading small values.
 *
 * The files below macos/ and linux/ are named for the system they analyse, not for the
 * one they run on: a recording of a Mac is read on Linux by the same code.
 */
#ifndef PROBES_MACHINE_H
#define PROBES_MACHINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "trilane/facts.h"
#include "trilane/source.h"

enum { SMALL_FILE_BYTES = 64 * 1024, PROC_FILE_BYTES = 4 << 20 };

/* Sets machine.PATH and notes its origin in machine.sources; takes VALUE. */
void machine_set(json_t *report, const char *path, json_t *value, const char *origin, ...)
	__attribute__((format(printf, 4, 5)));
void machine_set_text(json_t *report, const char *path, const char *value,
                      const char *origin);
void machine_set_integer(json_t *report, const char *path, json_int_t value,
                         const char *origin);
void machine_absent(json_t *report, const char *path, enum fact_reason reason,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Borrowed; NULL where there is none. */
const char *machine_text(const json_t *report, const char *path);
bool machine_integer(const json_t *report, const char *path, json_int_t *out);
/* A string of unknown origin as JSON. */
json_t *json_text(const char *text);
/* An empty array is an absence to nobody: it says that there are none. */
void json_add_text(json_t *array, const char *text);
bool json_has_text(const json_t *array, const char *text);
json_t *machine_absence(enum fact_reason reason, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Adds machine.isa_meaning: a sentence for each feature in machine.isa. */
void machine_explain_isa(json_t *report);

/* The value of a sysctl; the caller frees; NULL: none or empty. */
char *sysctl_text(struct source *s, const char *name);
bool sysctl_integer(struct source *s, const char *name, int64_t *out);

/* A small text file, white space and zeros at the ends cut; false if it is not there,
 * is empty or is larger than 64 KiB. */
bool file_text(struct source *s, const char *path, struct str *out);
bool file_integer(struct source *s, const char *path, int64_t *out);

/* The next line of *TEXT without its end, and *TEXT behind it; NULL at the end.  The
 * line is inside TEXT's buffer and not terminated: N is its size. */
const char *next_line(const char **text, size_t *n);
/* The value behind KEY and white space and ':' (or '=') in lines of TEXT: "MemTotal:  1
 * kB".  False if no line begins with KEY.  VALUE is emptied first. */
bool line_value(const char *text, const char *key, struct str *value);
/* The number at the start of TEXT (blanks skipped), whatever follows. */
bool leading_integer(const char *text, int64_t *out);
bool leading_double(const char *text, double *out);
/* "1536 MB", "8 GB", "933.06M": bytes; K, M, G, T are powers of 1024. */
bool size_with_unit(const char *text, uint64_t *bytes);
/* Bytes between <string> tags after <key>KEY</key> in an XML property list. */
bool plist_string(const char *text, const char *key, struct str *value);

#endif
