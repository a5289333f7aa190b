/* SPDX-License-Identifier: MIT */
/*
 * Errors: one shape for every function that can fail.
 *
 *	int f(…, struct error *err);       0, or a negative enum error_code
 *
 * The struct lives on the caller's stack and starts as ERROR_INIT; NULL is allowed where
 * only the code matters.  A function that fails has set code and text; one that succeeds
 * has not touched them.  Text is one line, impersonal, and says what the caller does not
 * know ("cannot read /x: permission denied", not "error").  No allocation, no globals.
 */
#ifndef TRILANE_ERROR_H
#define TRILANE_ERROR_H

/* Codes are named for what a caller branches on; everything else is ERROR_FAILED. */
enum error_code {
	ERROR_NONE = 0,
	ERROR_FAILED = -1, /* look at the text */
	ERROR_NO_MEMORY = -2,
	ERROR_NOT_FOUND = -3, /* file, record, member */
	ERROR_EXISTS = -4,
	ERROR_DENIED = -5,       /* permission */
	ERROR_INVALID = -6,      /* the input has the wrong form or is out of range */
	ERROR_TOO_LARGE = -7,    /* over a stated limit */
	ERROR_TIMEOUT = -8,      /* a deadline passed */
	ERROR_BUSY = -9,         /* queue full, database locked */
	ERROR_CANCELLED = -10,   /* somebody asked to stop */
	ERROR_UNSUPPORTED = -11, /* not on this platform or machine */
	ERROR_DAMAGED = -12,     /* stored data that cannot be trusted */
	ERROR_CONFLICT = -13,    /* clashes with what is there already */
	ERROR_FULL = -14,        /* no space left on the disk */
};

struct error {
	enum error_code code;
	char text[400];
};

#define ERROR_INIT \
	{ \
		.code = ERROR_NONE \
	}

/* Sets code and text and returns code, so that `return error_set(…)` ends a function.
 * Text that does not fit is cut at a character boundary. */
int error_set(struct error *err, enum error_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same with ": " and the system's text for ERRNUM behind; the code follows from
 * ERRNUM (ENOENT is ERROR_NOT_FOUND, EACCES ERROR_DENIED, …). */
int error_set_errno(struct error *err, int errnum, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "WHAT: " in front of the text and keeps the code.  It returns nothing, so that a
 * caller returns the code it has, which is right also where ERR is NULL. */
void error_prefix(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "not_found", "invalid", …: the code's name for documents. */
const char *error_code_name(enum error_code code);

/* Impossible states end the program with file and line.  Input never leads here. */
#define BUG(...) error_bug(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void error_bug(const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
