/* SPDX-License-Identifier: MIT */
/*
 * What a worker may say (docs/worker-protocol.md), as a table of types and members.
 *
 * A worker is not trusted: it may be a user's Python.  Of a line only the members in the
 * table are taken over, each with its type, its bounds and nothing else, so what reaches
 * a result or an event has a known shape.
 */
#ifndef TRILANE_JOBS_MESSAGE_H
#define TRILANE_JOBS_MESSAGE_H

#include <jansson.h>
#include <stddef.h>

#include "trilane/error.h"

enum message_type {
	MESSAGE_OTHER, /* of a type that this version does not know: passed over */
	MESSAGE_HELLO,
	MESSAGE_PROGRESS,
	MESSAGE_CHECKS,
	MESSAGE_EPOCH,
	MESSAGE_TRAINED,
	MESSAGE_READY,
	MESSAGE_SAMPLE,
	MESSAGE_RESULT,
	MESSAGE_ERROR,
};

/* *OUT is a new object with the known members that LINE has; ERROR_INVALID for what is
 * no JSON object, lacks a member or has one of a wrong type or size. */
int message_parse(const char *line, size_t n, enum message_type *type, json_t **out,
                  struct error *err);

#endif
