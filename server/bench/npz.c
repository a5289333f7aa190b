/* SPDX-License-Identifier: MIT */
/*
 * What NumPy's savez writes, as far as Keras' mnist.npz needs it: a zip archive found
 * by its central directory (PKWARE's APPNOTE 4.3), members stored or deflated, each a
 * .npy file (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html)
 * of unsigned bytes in C order.
 */
#include "datafile.h"

#include <stdlib.h>
#include <string.h>

#include "inflate.h"

#include "trilane/banned.h"

enum {
	ZIP_END = 0x06054b50,
	ZIP_END_SIZE = 22,
	ZIP_COMMENT_MAX = 65535,
	ZIP_ENTRY = 0x02014b50,
	ZIP_ENTRY_SIZE = 46,
	ZIP_FILE = 0x04034b50,
	ZIP_FILE_SIZE = 30,
	STORED = 0,
	DEFLATED = 8,
	NPY_TEXT_MAX = 1024,
};

/* A member, as its entry in the central directory tells it. */
struct member {
	unsigned flags, method;
	uint32_t crc;
	size_t packed, size, offset;
};

static unsigned little16(const uint8_t *p)
{
	return (unsigned)p[0] | (unsigned)p[1] << 8;
}

static uint32_t little32(const uint8_t *p)
{
	return (uint32_t)little16(p) | (uint32_t)little16(p + 2) << 16;
}

/* The end record: the last one in the file's last 64 KiB. */
static const uint8_t *find_end(const uint8_t *zip, size_t n)
{
	size_t most = ZIP_END_SIZE + ZIP_COMMENT_MAX;

	for (size_t back = ZIP_END_SIZE; back <= n && back <= most; back++)
		if (little32(zip + n - back) == ZIP_END)
			return zip + n - back;
	return NULL;
}

static struct member read_entry(const uint8_t *p)
{
	return (struct member){.flags = little16(p + 8),
	                       .method = little16(p + 10),
	                       .crc = little32(p + 16),
	                       .packed = little32(p + 20),
	                       .size = little32(p + 24),
	                       .offset = little32(p + 42)};
}

static int find_member(const uint8_t *zip, size_t n, const char *name, struct member *out,
                       struct error *err)
{
	const uint8_t *end = find_end(zip, n);
	size_t at, count;

	if (!end)
		return error_set(err, ERROR_DAMAGED, "not a zip archive, or cut off");
	at = little32(end + 16);
	count = little16(end + 10);
	for (size_t i = 0; i < count; i++) {
		size_t length;

		if (at > n || n - at < ZIP_ENTRY_SIZE || little32(zip + at) != ZIP_ENTRY)
			return error_set(err, ERROR_DAMAGED,
			                 "the archive's directory is damaged");
		length = little16(zip + at + 28);
		if (n - at - ZIP_ENTRY_SIZE < length)
			return error_set(err, ERROR_DAMAGED,
			                 "the archive's directory is cut off");
		if (length == strlen(name) &&
		    !memcmp(zip + at + ZIP_ENTRY_SIZE, name, length)) {
			*out = read_entry(zip + at);
			return 0;
		}
		at += ZIP_ENTRY_SIZE + length + little16(zip + at + 30) +
		      little16(zip + at + 32);
	}
	return error_set(err, ERROR_NOT_FOUND, "the archive has no member %s", name);
}

/* Where the member's packed bytes are. */
static int locate(const uint8_t *zip, size_t n, const struct member *m,
                  const uint8_t **out, struct error *err)
{
	size_t room, skip;

	if (m->flags & 1)
		return error_set(err, ERROR_UNSUPPORTED, "the archive is encrypted");
	if (m->offset > n || n - m->offset < ZIP_FILE_SIZE ||
	    little32(zip + m->offset) != ZIP_FILE)
		return error_set(err, ERROR_DAMAGED, "the archive is damaged");
	room = n - m->offset - ZIP_FILE_SIZE;
	skip = little16(zip + m->offset + 26) + little16(zip + m->offset + 28);
	if (skip > room || m->packed > room - skip)
		return error_set(err, ERROR_DAMAGED, "the archive is cut off");
	*out = zip + m->offset + ZIP_FILE_SIZE + skip;
	return 0;
}

static int unpack(const uint8_t *packed, const struct member *m, uint8_t *out,
                  struct error *err)
{
	size_t size = m->size;
	int rc = 0;

	if (m->method == DEFLATED)
		rc = inflate(packed, m->packed, NULL, out, m->size, &size, err);
	else if (m->method != STORED)
		rc = error_set(err, ERROR_UNSUPPORTED, "compression method %u",
		               m->method);
	else if (m->packed != m->size)
		rc = error_set(err, ERROR_DAMAGED, "a stored member of two sizes");
	else
		memcpy(out, packed, m->size);
	if (rc)
		return rc;
	if (size != m->size)
		return error_set(err, ERROR_DAMAGED,
		                 "%zu bytes were compressed, %zu came out", m->size,
		                 size);
	if (crc32_of(out, size) != m->crc)
		return error_set(err, ERROR_DAMAGED, "the checksum (CRC-32) is wrong");
	return 0;
}

int zip_extract(const uint8_t *zip, size_t n, const char *name, size_t limit,
                uint8_t **out, size_t *size, struct error *err)
{
	const uint8_t *packed = NULL;
	struct member m = {0};
	uint8_t *bytes;
	int rc = find_member(zip, n, name, &m, err);

	if (rc)
		return rc;
	if (m.size > limit)
		return error_set(err, ERROR_TOO_LARGE, "%s: %zu bytes, more than %zu",
		                 name, m.size, limit);
	rc = locate(zip, n, &m, &packed, err);
	if (rc) {
		error_prefix(err, "%s", name);
		return rc;
	}
	bytes = malloc(m.size + 1);
	if (!bytes)
		return error_set(err, ERROR_NO_MEMORY, "no memory for %zu bytes", m.size);
	rc = unpack(packed, &m, bytes, err);
	if (rc) {
		free(bytes);
		error_prefix(err, "%s", name);
		return rc;
	}
	*out = bytes;
	*size = m.size;
	return 0;
}

/* What stands behind 'KEY': in the header's text; NULL if the key is not there. */
static const char *npy_value(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	if (!at)
		return NULL;
	at += strlen(key);
	return at + strspn(at, " ");
}

/* "(60000, 28, 28)" or "(60000,)". */
static int npy_shape(const char *text, enum data_kind kind, size_t *count,
                     struct error *err)
{
	const char *at = npy_value(text, "'shape':");
	const char *tail = kind == DATA_IMAGES ? ", 28, 28)" : ",)";
	size_t n = 0;

	if (!at || *at++ != '(')
		return error_set(err, ERROR_DAMAGED, "an array without a shape");
	for (; *at >= '0' && *at <= '9' && n <= IMAGES_MAX; at++)
		n = n * 10 + (size_t)(*at - '0');
	if (n < 1 || n > IMAGES_MAX || strncmp(at, tail, strlen(tail)))
		return error_set(err, ERROR_INVALID,
		                 "an array of another shape than (N%s", tail);
	*count = n;
	return 0;
}

static int npy_header(const char *text, enum data_kind kind, size_t *count,
                      struct error *err)
{
	const char *type = npy_value(text, "'descr':");
	const char *order = npy_value(text, "'fortran_order':");

	if (!type || (strncmp(type, "'|u1'", 5) && strncmp(type, "'u1'", 4)))
		return error_set(err, ERROR_INVALID,
		                 "an array of other things than bytes (|u1)");
	if (!order || strncmp(order, "False", 5))
		return error_set(err, ERROR_INVALID, "an array that is not in C order");
	return npy_shape(text, kind, count, err);
}

int npy_parse(uint8_t *bytes, size_t n, enum data_kind kind, struct data_array *out,
              struct error *err)
{
	char text[NPY_TEXT_MAX];
	size_t start, length, size;
	int rc;

	if (n < 12 || memcmp(bytes, "\x93NUMPY", 6))
		return error_set(err, ERROR_INVALID, "not a .npy file");
	start = bytes[6] == 1 ? 10 : 12;
	length = bytes[6] == 1 ? little16(bytes + 8) : little32(bytes + 8);
	if (length >= sizeof(text) || length > n - start)
		return error_set(err, ERROR_DAMAGED,
		                 "a .npy header that is cut off or too long");
	memcpy(text, bytes + start, length);
	text[length] = '\0';
	rc = npy_header(text, kind, &out->count, err);
	if (rc)
		return rc;
	out->bytes = bytes + start + length;
	size = kind == DATA_IMAGES ? out->count * IMAGE_SIZE : out->count;
	if (n - start - length != size)
		return error_set(err, ERROR_DAMAGED,
		                 "%zu items need %zu bytes, there are %zu", out->count,
		                 size, n - start - length);
	return kind == DATA_LABELS ? labels_check(out->bytes, out->count, err) : 0;
}
