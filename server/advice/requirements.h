/* SPDX-License-Identifier: MIT */
/*
 * Lists of requirements as people keep them, turned into facts that rules can ask for:
 * requirements.txt (and what pip freeze prints), conda's environment.yml, pyproject.toml
 * (PEP 621 and Poetry) and Pipfile.  What a text is follows from its content: each line
 * must be one of the format, so that a log is never taken for a list.
 *
 *	{"kind": "requirements.txt", "python": ">=3.9", "pythons": ["3.9", …],
 *	 "platform": "macos-arm64",
 *	 "items": [{"name", "text", "line", "source": "pip"|"conda"|"wheel", "specifiers",
 *	            "extras": […], "marker", "pin", "version", "platforms": […],
 *	            "python", "python_last", "python_fit", "wheel_platforms"}],
 *	 "packages": {name: item}}
 *
 * "version" is what is pinned ("pin") or else the newest that the tables know and the
 * list allows; "pythons" are those that the list allows, only there if it names any;
 * "platforms" are those for which the marker holds; "python" are the Pythons for which
 * the version is built, "python_last" the newest of them, and "python_fit" ("fits",
 * "too-new", "too-old") how the list's compare with them.  "packages" are
 * the items that count on "platform", this machine's, or on all if no machine is known.
 */
#ifndef TRILANE_ADVICE_REQUIREMENTS_H
#define TRILANE_ADVICE_REQUIREMENTS_H

#include <jansson.h>
#include <stdbool.h>

#include "context.h"
#include "trilane/pep440.h"
#include "trilane/str.h"

/* TEXT is normalised (log_text.h).  NULL if it is no list of requirements. */
json_t *requirements_read(const struct context *c, const struct str *text);
/* Adds what depends on the machine that LIST is meant for: "platform" and "packages".
 * REPORT is the machine's, or NULL. */
void requirements_place(json_t *list, const json_t *report);

/* --- for the readers of the formats ------------------------------------------------- */

enum { REQUIREMENTS_MAX = 2000, REQUIREMENT_LINE_MAX = 2000 };

struct requirement_list {
	const char *kind;
	json_t *items;
	struct str python; /* specifiers; "" if it says nothing */
};

/* Each says whether TEXT is of its format; if not, what it has added is rubbish. */
bool requirements_read_pip(const char *text, struct requirement_list *out);
bool requirements_read_conda(const char *text, struct requirement_list *out);
bool requirements_read_toml(const char *text, struct requirement_list *out);

/* The next line of *TEXT, without its end, blanks behind it and a comment; false behind
 * the last.  */
bool requirements_line(const char **text, struct str *line, unsigned *number);
/* Adds what PEP 508 can read; false for anything else. */
bool requirements_add(struct requirement_list *l, const char *requirement, unsigned line);
void requirements_add_parsed(struct requirement_list *l,
                             const struct python_requirement *r, const char *text,
                             const char *source, unsigned line);

#endif
