/* SPDX-License-Identifier: MIT */
/*
 * Random access to a file of machine code, of which the parsers want a few kilobytes here
 * and there: libtensorflow_cc is 600 MB long and its header is in the first page.
 *
 * A struct binary is bytes in memory (borrowed) or an open file.  Reads are all or
 * nothing, so a file that is shorter than its headers say, or shrinks meanwhile, is a
 * false and never a fault (which is why nothing here maps files).  One thread at a time.
 */
#ifndef TRILANE_PROBES_BINARY_H
#define TRILANE_PROBES_BINARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trilane/error.h"
#include "trilane/source.h"
#include "trilane/str.h"

struct binary {
	const unsigned char *bytes; /* NULL: read from FD */
	int fd;                     /* -1: read from BYTES */
	uint64_t size;
};
#define BINARY_INIT \
	{ \
		.fd = -1 \
	}

void binary_from_memory(struct binary *b, const void *bytes, size_t n);
/* Opens PATH within the source's root; its first 64 KiB go into a recording. */
int binary_open(struct binary *b, struct source *s, const char *path, struct error *err);
void binary_release(struct binary *b);

/* Exactly N bytes from OFFSET, or false with OUT in any state. */
bool binary_read(const struct binary *b, uint64_t offset, void *out, size_t n);
/* Adds N bytes from OFFSET to OUT; false, OUT untouched, if the file ends before or N is
 * over LIMIT. */
bool binary_block(const struct binary *b, uint64_t offset, uint64_t n, size_t limit,
                  struct str *out);

/*
 * A cursor over a block: every read past its end returns zero and sets FAILED, which the
 * caller asks for once.  BIG says that numbers are stored most significant byte first.
 */
struct cursor {
	const unsigned char *at, *end;
	bool big;
	bool failed;
};

struct cursor cursor_of(const void *bytes, size_t n, bool big);
void cursor_skip(struct cursor *c, size_t n);
uint8_t cursor_u8(struct cursor *c);
uint16_t cursor_u16(struct cursor *c);
uint32_t cursor_u32(struct cursor *c);
uint64_t cursor_u64(struct cursor *c);
uint64_t cursor_uleb(struct cursor *c); /* over 64 bits: failed */
void cursor_skip_sleb(struct cursor *c);
/* A zero-terminated string, borrowed from the block; NULL and failed without a zero. */
const char *cursor_string(struct cursor *c);
/* The string at OFFSET of a block of N bytes; NULL if it has no end there, or is longer
 * than any name should be (a table of strings may be one string that everybody shares).
 */
enum { BLOCK_STRING_MAX = 16 << 10 };
const char *block_string(const void *bytes, size_t n, uint64_t offset);

#endif
