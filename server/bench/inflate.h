/* SPDX-License-Identifier: MIT */
/*
 * DEFLATE (RFC 1951) and gzip (RFC 1952), decompression only.
 *
 * The worker carries no library, and needs this for data sets only: whole buffers, no
 * streaming.  Output never exceeds what the caller allows.
 */
#ifndef BENCH_INFLATE_H
#define BENCH_INFLATE_H

#include <stddef.h>
#include <stdint.h>

#include "trilane/error.h"

/* Inflates IN into at most CAPACITY bytes; *SIZE becomes their number and *USED, if not
 * NULL, how much of IN the stream took.  ERROR_DAMAGED for what is no such stream, ends
 * early or is longer than CAPACITY. */
int inflate(const uint8_t *in, size_t in_size, size_t *used, uint8_t *out,
            size_t capacity, size_t *size, struct error *err);

/* One gzip member, its checksum and length compared; the caller frees *OUT. */
int gzip_inflate(const uint8_t *in, size_t in_size, size_t limit, uint8_t **out,
                 size_t *size, struct error *err);

uint32_t crc32_of(const uint8_t *bytes, size_t n);

#endif
