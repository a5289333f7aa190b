/* SPDX-License-Identifier: MIT */
/*
 * IDX, the form of MNIST: two zeros, a type (8: unsigned bytes), the number of
 * dimensions, each dimension big-endian, then the bytes.
 */
#include "datafile.h"

#include <string.h>

#include "trilane/banned.h"

enum { UNSIGNED_BYTES = 8 };

static uint32_t big32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put_big32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static unsigned dimensions(enum data_kind kind)
{
	return kind == DATA_IMAGES ? 3 : 1;
}

static int check_header(const uint8_t *bytes, size_t n, enum data_kind kind,
                        struct error *err)
{
	unsigned expected = dimensions(kind);

	if (n < 4 || bytes[0] || bytes[1])
		return error_set(err, ERROR_INVALID, "not an IDX file");
	if (bytes[2] != UNSIGNED_BYTES)
		return error_set(err, ERROR_INVALID,
		                 "IDX of type 0x%02x, not of unsigned bytes (0x08)",
		                 bytes[2]);
	if (bytes[3] != expected)
		return error_set(err, ERROR_INVALID,
		                 "IDX of %u dimensions where %s (%u) belong", bytes[3],
		                 kind == DATA_IMAGES ? "images" : "labels", expected);
	if (n < 4 + 4 * (size_t)expected)
		return error_set(err, ERROR_DAMAGED, "cut off in its header");
	if (kind == DATA_IMAGES &&
	    (big32(bytes + 8) != IMAGE_SIDE || big32(bytes + 12) != IMAGE_SIDE))
		return error_set(err, ERROR_INVALID, "images of %u x %u, not 28 x 28",
		                 big32(bytes + 8), big32(bytes + 12));
	return 0;
}

int labels_check(const uint8_t *labels, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (labels[i] >= IMAGE_CLASSES)
			return error_set(err, ERROR_INVALID,
			                 "label %zu is %u: 0 to 9 are understood", i,
			                 labels[i]);
	return 0;
}

int idx_parse(uint8_t *bytes, size_t n, enum data_kind kind, struct data_array *out,
              struct error *err)
{
	size_t header = 4 + 4 * (size_t)dimensions(kind), size;
	int rc = check_header(bytes, n, kind, err);

	if (rc)
		return rc;
	out->bytes = bytes + header;
	out->count = big32(bytes + 4);
	if (out->count < 1 || out->count > IMAGES_MAX)
		return error_set(err, ERROR_INVALID, "%zu items: 1 to %d are understood",
		                 out->count, IMAGES_MAX);
	size = kind == DATA_IMAGES ? out->count * IMAGE_SIZE : out->count;
	if (n - header < size)
		return error_set(err, ERROR_DAMAGED,
		                 "cut off: %zu items need %zu bytes, there are %zu",
		                 out->count, header + size, n);
	if (n - header > size)
		return error_set(err, ERROR_DAMAGED,
		                 "%zu bytes too many behind %zu items", n - header - size,
		                 out->count);
	return kind == DATA_LABELS ? labels_check(out->bytes, out->count, err) : 0;
}

void idx_header(enum data_kind kind, size_t count, uint8_t out[IDX_HEADER_MAX],
                size_t *size)
{
	*size = 4 + 4 * (size_t)dimensions(kind);
	memset(out, 0, IDX_HEADER_MAX);
	out[2] = UNSIGNED_BYTES;
	out[3] = (uint8_t)dimensions(kind);
	put_big32(out + 4, (uint32_t)count);
	if (kind == DATA_IMAGES) {
		put_big32(out + 8, IMAGE_SIDE);
		put_big32(out + 12, IMAGE_SIDE);
	}
}
