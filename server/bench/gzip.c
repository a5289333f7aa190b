/* SPDX-License-Identifier: MIT */
/*
 * The gzip wrapper: header, one member, checksum and length.  The length at the end is
 * what memory is taken for, so it is believed only within the format's best ratio.
 */
#include <stdlib.h>
#include <string.h>

#include "inflate.h"

#include "trilane/banned.h"

enum { HEADER = 10, TRAILER = 8, RATIO_MAX = 1032 };
enum { FLAG_CRC = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16 };

static uint32_t little32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

/* Past the zero-terminated text at AT; N if it has no end. */
static size_t skip_text(const uint8_t *in, size_t n, size_t at)
{
	const uint8_t *zero = at < n ? memchr(in + at, 0, n - at) : NULL;

	return zero ? (size_t)(zero - in) + 1 : n;
}

/* Where the compressed data begin; 0 if this is no gzip file or has no room for any. */
static size_t skip_header(const uint8_t *in, size_t n)
{
	size_t at = HEADER;

	if (n < HEADER + TRAILER || in[0] != 0x1f || in[1] != 0x8b || in[2] != 8 ||
	    in[3] & 0xe0)
		return 0;
	if (in[3] & FLAG_EXTRA)
		at += 2 + (size_t)(in[at] | in[at + 1] << 8);
	if (in[3] & FLAG_NAME)
		at = skip_text(in, n, at);
	if (in[3] & FLAG_COMMENT)
		at = skip_text(in, n, at);
	if (in[3] & FLAG_CRC)
		at += 2;
	return at <= n - TRAILER ? at : 0;
}

static int inflate_member(const uint8_t *in, size_t n, uint8_t *out, size_t expected,
                          struct error *err)
{
	size_t used, size;
	int rc = inflate(in, n - TRAILER, &used, out, expected, &size, err);

	if (rc)
		return rc;
	if (used != n - TRAILER)
		return error_set(err, ERROR_DAMAGED,
		                 "something follows the compressed data");
	if (size != expected)
		return error_set(err, ERROR_DAMAGED,
		                 "%zu bytes were compressed, %zu came out", expected,
		                 size);
	if (crc32_of(out, size) != little32(in + used))
		return error_set(err, ERROR_DAMAGED, "the checksum (CRC-32) is wrong");
	return 0;
}

int gzip_inflate(const uint8_t *in, size_t in_size, size_t limit, uint8_t **out,
                 size_t *size, struct error *err)
{
	size_t start = skip_header(in, in_size), expected;
	uint8_t *bytes;
	int rc;

	if (!start)
		return error_set(err, ERROR_DAMAGED,
		                 "not a gzip file, or cut off in its header");
	expected = little32(in + in_size - 4);
	if (expected > limit || expected / RATIO_MAX > in_size)
		return error_set(
			err, ERROR_DAMAGED,
			"it announces %zu bytes: cut off, or not such a data set",
			expected);
	bytes = malloc(expected + 1);
	if (!bytes)
		return error_set(err, ERROR_NO_MEMORY, "no memory for %zu bytes",
		                 expected);
	rc = inflate_member(in + start, in_size - start, bytes, expected, err);
	if (rc) {
		free(bytes);
		return rc;
	}
	*out = bytes;
	*size = expected;
	return 0;
}
