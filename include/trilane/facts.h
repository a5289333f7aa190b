/* SPDX-License-Identifier: MIT */
/*
 * Facts: the report document while it is being filled, and the one way to say
 * "not known".
 *
 * The report (schema "trilane/report/1") is a jansson object.  Probes fill it, advice
 * and the page read it.  A leaf is a plain JSON value, or a typed absence:
 *
 *	{"value": null, "reason": "unavailable|not_applicable|not_measured|failed",
 *	 "detail": "why, for people"}
 *
 * There are no sentinels: an unknown number is never 0 or -1.  Paths are dotted,
 * "machine.memory.total_bytes"; objects on the way are made as needed.  The setters take
 * the VALUE reference (as json_object_set_new does).  A document belongs to one thread
 * until it is complete; then it is only read, by any.
 */
#ifndef TRILANE_FACTS_H
#define TRILANE_FACTS_H

#include <jansson.h>
#include <stdbool.h>

#include "trilane/error.h"

#define REPORT_SCHEMA    "trilane/report/1"
#define RESULT_SCHEMA    "trilane/result/1"
#define DIAGNOSIS_SCHEMA "trilane/diagnosis/1"
#define RECORDING_SCHEMA "trilane/recording/1"

enum fact_reason {
	FACT_UNAVAILABLE,    /* the source is not there or does not say */
	FACT_NOT_APPLICABLE, /* the question makes no sense on this machine */
	FACT_NOT_MEASURED,   /* nobody has looked yet */
	FACT_FAILED,         /* looking failed; the detail says how */
};

void fact_set(json_t *document, const char *path, json_t *value); /* takes VALUE */
void fact_set_string(json_t *document, const char *path, const char *value);
void fact_set_integer(json_t *document, const char *path, json_int_t value);
/* A typed absence with its detail. */
void fact_set_absent(json_t *document, const char *path, enum fact_reason reason,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));
json_t *fact_absent(enum fact_reason reason, const char *detail); /* new reference */

/* Reading: borrowed, NULL where there is nothing or an absence. */
json_t *fact_get(const json_t *document, const char *path);
const char *fact_get_string(const json_t *document, const char *path);
bool fact_get_integer(const json_t *document, const char *path, json_int_t *out);
bool fact_get_bool(const json_t *document, const char *path, bool *out);
bool fact_is_absent(const json_t *value);
/* Does the array at PATH hold the string VALUE? */
bool fact_has_string(const json_t *document, const char *path, const char *value);

/* A JSON string of bytes of unknown origin: what is not UTF-8 becomes U+FFFD. */
json_t *fact_text(const char *bytes, size_t n);
/* The same of a C string; null for NULL and "". */
json_t *fact_text_or_null(const char *text);
/* Parses a document from outside: at most LIMIT bytes and 64 levels, no duplicate keys.
 * ERROR_TOO_LARGE also for a number out of range, ERROR_UNSUPPORTED for U+0000 in a text;
 * ERROR_INVALID for what is no JSON. */
int document_parse(const char *text, size_t n, size_t limit, json_t **out,
                   struct error *err);
/* The same, but a text may have U+0000: json_string_length() tells how long it is. */
int document_parse_nul(const char *text, size_t n, size_t limit, json_t **out,
                       struct error *err);
/* As text: compact, or indented with PRETTY; the caller frees. */
char *document_text(const json_t *document, bool pretty);

#endif
