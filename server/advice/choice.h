/* SPDX-License-Identifier: MIT */
/* What is recommended for an interpreter: compatibility.c chooses, choice.c makes command
 * lines of it. */
#ifndef TRILANE_ADVICE_CHOICE_H
#define TRILANE_ADVICE_CHOICE_H

#include <jansson.h>
#include <stdbool.h>

#include "trilane/advice.h"
#include "trilane/str.h"

/* What an interpreter should have, and how far it is from that. */
struct choice {
	/* In order: before CHOICE_ELSEWHERE nothing is to be installed, behind it
	 * commands say what. */
	enum {
		CHOICE_KEEP,
		CHOICE_MEND,      /* the right versions, but something else is broken */
		CHOICE_UNKNOWN,   /* newer than the matrix: nothing is known against it */
		CHOICE_ELSEWHERE, /* no build of TensorFlow suits this system */
		CHOICE_COMPLETE,  /* the right TensorFlow; what is beside it is wrong */
		CHOICE_INSTALL,   /* this Python will do for another TensorFlow */
		CHOICE_NEW,       /* another Python is needed, or an environment */
	} what;
	bool native; /* the interpreter is the machine's own kind */
	bool own;    /* CHOICE_NEW: the environment may be made of this very Python */
	const char *python;
	char other_python[8]; /* what PYTHON points to, where no table names it */
	const char *tensorflow, *plugin;
	const char *why;     /* CHOICE_ELSEWHERE: a sentence */
	struct str packages; /* requirements, in double quotes, a blank before each */
	struct str beside;   /* those of them that are to change beside TensorFlow */
};

/* Is it built for the machine's own processor, as far as one knows? */
bool interpreter_is_native(const json_t *report, const json_t *interpreter);
/* Does the link that starts it lead nowhere? */
bool interpreter_is_gone(const json_t *interpreter);
/* Why no build of TensorFlow suits the system, whatever the Python; NULL if one does.
 * INTERPRETER, which may be NULL, tells the C library. */
const char *choice_obstacle(const json_t *report, const json_t *interpreter);
/* An environment whose packages are known, and pip is none of them: uv makes such. */
bool interpreter_lacks_pip(const json_t *interpreter);
/* May an environment be made with it?  It is there, no environment itself, of the
 * machine's own kind, and wheels can be for it. */
bool interpreter_is_base(const json_t *report, const json_t *interpreter);
/* An interpreter of REPORT, which may be NULL, from which an environment can be made:
 * with NEWEST one with the newest release for this machine (with METAL: of those with a
 * plugin), otherwise with any.  NULL if there is none. */
const json_t *choice_base(const struct advice *a, const json_t *report, bool metal,
                          bool newest);
/* Can wheels of TensorFlow be for it?  They are for CPython with its lock. */
bool interpreter_takes_wheels(const json_t *interpreter);

/* Lists of command lines for INTERPRETER of REPORT; new objects.  pip's is empty where a
 * Python is needed that the machine has not. */
json_t *choice_pip_commands(const struct choice *c, const json_t *report,
                            const json_t *interpreter);
json_t *choice_conda_commands(const struct choice *c, const json_t *report);
json_t *choice_uv_commands(const struct choice *c, const char *path);

#endif
