/* SPDX-License-Identifier: MIT */
/*
 * Python versions and requirements: PEP 440 and the parts of PEP 508 that matter here.
 *
 * https://packaging.python.org/en/latest/specifications/version-specifiers/
 * https://packaging.python.org/en/latest/specifications/dependency-specifiers/
 *
 * Pure functions over strings; any thread.  Input may be hostile: bounded, never fails
 * worse than "not a version".
 */
#ifndef TRILANE_PEP440_H
#define TRILANE_PEP440_H

#include <stdbool.h>

#include "trilane/error.h"
#include "trilane/str.h"

enum { PEP440_RELEASE_PARTS = 8 };

struct pep440 {
	unsigned epoch;
	unsigned release[PEP440_RELEASE_PARTS];
	int release_count;
	char pre; /* 'a', 'b', 'r' (rc) or 0 */
	unsigned pre_number;
	bool has_post, has_dev;
	unsigned post_number, dev_number;
	char local[64]; /* normalised; "" for none */
};

bool pep440_parse(const char *text, struct pep440 *out); /* "v1.0-Alpha.1" normalises */
/* <0, 0, >0 in the order of PEP 440. */
int pep440_compare(const struct pep440 *a, const struct pep440 *b);
/* The same over text; a text that is no version sorts below every version. */
int pep440_compare_text(const char *a, const char *b);
/* Does VERSION satisfy SPECIFIERS (">=1.2,!=1.3.*,<2", "~=2.4", "==2.*", "===x"; "" is
 * everything)?  Pre-releases count.  false, too, for a malformed set. */
bool pep440_satisfies(const char *version, const char *specifiers);
bool pep440_specifiers_valid(const char *specifiers);

/* Package names are compared as PyPI does: runs of -_. are one "-", lower case. */
void python_normalize_name(const char *name, struct str *out);

/* One line of Requires-Dist. */
struct python_requirement {
	struct str name;       /* normalised */
	struct str extras;     /* "a,b" or "" */
	struct str specifiers; /* "" for any version */
	struct str marker;     /* text behind ";", or "" */
};
#define PYTHON_REQUIREMENT_INIT \
	{ \
		STR_INIT, STR_INIT, STR_INIT, STR_INIT \
	}
void python_requirement_release(struct python_requirement *r);
bool python_requirement_parse(const char *text, struct python_requirement *out);

/* What a marker is judged against; NULL members make a comparison with them false. */
struct python_marker_environment {
	const char *python_version;                 /* "3.11" */
	const char *python_full_version;            /* "3.11.4" */
	const char *sys_platform;                   /* "darwin", "linux" */
	const char *platform_system;                /* "Darwin", "Linux" */
	const char *platform_machine;               /* "arm64", "x86_64", "aarch64" */
	const char *os_name;                        /* "posix" */
	const char *implementation_name;            /* "cpython" */
	const char *platform_python_implementation; /* "CPython" */
	const char *extra;                          /* "" for none */
};
/* An empty marker is true; a malformed one is false. */
bool python_marker_true(const char *marker, const struct python_marker_environment *env);

#endif
