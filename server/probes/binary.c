/* SPDX-License-Identifier: MIT */
/*
 * Reading pieces of binaries: from memory or with pread, all or nothing, and a cursor
 * that cannot leave its block.  The parsers hold no other pointer arithmetic than this.
 */
#include "binary.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "trilane/fs.h"

#include "trilane/banned.h"

void binary_from_memory(struct binary *b, const void *bytes, size_t n)
{
	*b = (struct binary){.bytes = bytes, .fd = -1, .size = n};
}

int binary_open(struct binary *b, struct source *s, const char *path, struct error *err)
{
	struct fs_info info;

	*b = (struct binary)BINARY_INIT;
	int rc = source_info(s, path, &info, err);
	if (rc)
		return rc;
	rc = source_open_file(s, path, &b->fd, err);
	if (rc) {
		b->fd = -1;
		return rc;
	}
	b->size = info.size;
	return 0;
}

void binary_release(struct binary *b)
{
	if (b->fd >= 0)
		close(b->fd);
	*b = (struct binary)BINARY_INIT;
}

bool binary_read(const struct binary *b, uint64_t offset, void *out, size_t n)
{
	unsigned char *to = out;

	if (offset > b->size || n > b->size - offset)
		return false;
	if (b->fd < 0) {
		if (n)
			memcpy(to, b->bytes + offset, n);
		return true;
	}
	while (n) {
		ssize_t got = pread(b->fd, to, n, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		to += got;
		offset += (uint64_t)got;
		n -= (size_t)got;
	}
	return true;
}

bool binary_block(const struct binary *b, uint64_t offset, uint64_t n, size_t limit,
                  struct str *out)
{
	if (n > limit || offset > b->size || n > b->size - offset)
		return false;
	char *to = str_reserve(out, (size_t)n);
	if (!to || !binary_read(b, offset, to, (size_t)n))
		return false;
	str_grown(out, (size_t)n);
	return true;
}

struct cursor cursor_of(const void *bytes, size_t n, bool big)
{
	const unsigned char *at = bytes;

	return (struct cursor){.at = at, .end = n ? at + n : at, .big = big};
}

static const unsigned char *cursor_take(struct cursor *c, size_t n)
{
	const unsigned char *at = c->at;

	if (c->failed || n > (size_t)(c->end - at)) {
		c->failed = true;
		return NULL;
	}
	c->at += n;
	return at;
}

void cursor_skip(struct cursor *c, size_t n)
{
	cursor_take(c, n);
}

static uint64_t cursor_number(struct cursor *c, size_t n)
{
	const unsigned char *at = cursor_take(c, n);
	uint64_t value = 0;

	for (size_t i = 0; at && i < n; i++)
		value = value << 8 | at[c->big ? i : n - 1 - i];
	return value;
}

uint8_t cursor_u8(struct cursor *c)
{
	return (uint8_t)cursor_number(c, 1);
}

uint16_t cursor_u16(struct cursor *c)
{
	return (uint16_t)cursor_number(c, 2);
}

uint32_t cursor_u32(struct cursor *c)
{
	return (uint32_t)cursor_number(c, 4);
}

uint64_t cursor_u64(struct cursor *c)
{
	return cursor_number(c, 8);
}

uint64_t cursor_uleb(struct cursor *c)
{
	uint64_t value = 0;

	for (unsigned shift = 0;; shift += 7) {
		uint64_t byte = cursor_u8(c);

		if (shift > 63 || (shift == 63 && (byte & 0x7e)))
			c->failed = true;
		if (c->failed)
			return 0;
		value |= (byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
}

void cursor_skip_sleb(struct cursor *c)
{
	while (!c->failed && cursor_u8(c) & 0x80)
		;
}

const char *cursor_string(struct cursor *c)
{
	size_t left = (size_t)(c->end - c->at);
	const char *text = (const char *)c->at;

	const char *zero = c->failed ? NULL : memchr(text, 0, left);
	if (!zero) {
		c->failed = true;
		return NULL;
	}
	c->at += zero - text + 1;
	return text;
}

const char *block_string(const void *bytes, size_t n, uint64_t offset)
{
	const char *text = bytes;

	if (offset >= n)
		return NULL;
	text += offset;
	n -= (size_t)offset;
	return memchr(text, 0, n < BLOCK_STRING_MAX ? n : BLOCK_STRING_MAX) ? text : NULL;
}
