/* SPDX-License-Identifier: MIT */
/*
 * Self-signed certificates for lab mode, by GnuTLS, which libmicrohttpd brings along; a
 * build without it has none of this (certificate_available() is false).
 *
 * A certificate is made for NAMES: host names and numeric addresses, the first of them in
 * its subject.  The key is an elliptic one (P-256).  Texts are PEM.
 */
#ifndef TRILANE_CERTIFICATE_H
#define TRILANE_CERTIFICATE_H

#include <stdbool.h>
#include <stdint.h>

#include "trilane/error.h"
#include "trilane/str.h"

enum {
	CERTIFICATE_DAYS = 365,
	CERTIFICATE_RENEW_DAYS = 30,      /* less than that left: time for a new one */
	CERTIFICATE_FINGERPRINT_SIZE = 96 /* "AB:CD:…" of SHA-256, with the zero */
};

bool certificate_available(void);
/* Valid for CERTIFICATE_DAYS from NOW_MS (Unix time) on, and the day before it, for
 * clocks that are late. */
int certificate_make(const struct strlist *names, int64_t now_ms, struct str *certificate,
                     struct str *key, struct error *err);
/* Can the pair be used for NAMES at NOW_MS and CERTIFICATE_RENEW_DAYS more?  The error
 * says why not. */
int certificate_check(const char *certificate, const char *key,
                      const struct strlist *names, int64_t now_ms, struct error *err);
/* SHA-256 of the first certificate in the text. */
int certificate_fingerprint(const char *certificate,
                            char out[CERTIFICATE_FINGERPRINT_SIZE], struct error *err);

#endif
