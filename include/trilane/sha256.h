/* SPDX-License-Identifier: MIT */
/*
 * SHA-256 (FIPS 180-4): identities of files and bodies, the signature of redacted names.
 * Init, update as often as needed, final once.
 */
#ifndef TRILANE_SHA256_H
#define TRILANE_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_SIZE = 32, SHA256_HEX_SIZE = 65 };

struct sha256 {
	uint32_t state[8];
	uint64_t length; /* bytes so far */
	unsigned char block[64];
};

void sha256_init(struct sha256 *s);
void sha256_update(struct sha256 *s, const void *bytes, size_t n);
void sha256_final(struct sha256 *s, unsigned char digest[SHA256_SIZE]);
/* All at once, as 64 lower-case hexadecimal digits and a zero. */
void sha256_hex(const void *bytes, size_t n, char out[SHA256_HEX_SIZE]);

#endif
