/* SPDX-License-Identifier: MIT */
/*
 * Redaction: what tells who and whose machine it is, taken out of bytes in place.
 *
 * Every replacement has the length of what it replaces, so that offsets in binaries stay
 * right and a redacted path is as long as the path.  Replaced are
 *	- the user's name, the host's name and the last part of the home folder, in any
 *	  case: by "x".  Those of eight letters or more wherever they stand, shorter ones
 *	  as words; names that everybody has ("root", "ubuntu", "localhost") and those of
 *	  one or two letters tell nothing and stay;
 *	- UUIDs, Apple's device ids, MAC addresses and the values of JSON members whose
 *	  name contains "serial", "uuid" or "udid": by "X";
 *	- runs of 64 hexadecimal digits (ids of containers): by "0";
 *	- passwords, tokens and whatever stands behind a "?" in URLs, and in texts the
 *	  values of what is named token, password, secret or key of an API: by "x".
 *
 * A struct redaction is constant after redaction_init() and may be used by any thread.
 */
#ifndef TRILANE_REDACT_H
#define TRILANE_REDACT_H

#include <stddef.h>

#include "trilane/str.h"

struct redaction {
	struct strlist words; /* in lower case */
};
#define REDACTION_INIT \
	{ \
		.words = STRLIST_INIT \
	}

/* Any may be NULL. */
void redaction_init(struct redaction *r, const char *user, const char *host,
                    const char *home);
/* The running user's and this machine's. */
void redaction_init_live(struct redaction *r);
void redaction_release(struct redaction *r);

void redact_bytes(const struct redaction *r, char *bytes, size_t n);
void redact_str(const struct redaction *r, struct str *text);

#endif
