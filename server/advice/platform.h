/* SPDX-License-Identifier: MIT */
/* Platforms that packages have wheels for, as reports, markers and tables call them. */
#ifndef TRILANE_ADVICE_PLATFORM_H
#define TRILANE_ADVICE_PLATFORM_H

#include <jansson.h>

#include "trilane/pep440.h"

enum { PLATFORMS = 4 };

struct platform {
	const char *name;      /* in facts and rules */
	const char *os, *arch; /* in a report */
	const char *column; /* of the table of TensorFlow's releases; NULL: all have it */
	struct python_marker_environment environment;
};

extern const struct platform platforms[PLATFORMS];

/* That of the machine of a report, or NULL. */
const struct platform *platform_of(const json_t *report);

#endif
