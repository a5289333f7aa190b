/* SPDX-License-Identifier: MIT */
/*
 * Reading data sets from memory: pure functions of bytes, so that they can be fuzzed.
 * None of their messages names the file; the caller does.
 */
#ifndef BENCH_DATAFILE_H
#define BENCH_DATAFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trilane/dataset.h"
#include "trilane/error.h"

/* Largest content of one array: the images of the largest set and room for a header. */
enum { DATAFILE_MAX = IMAGES_MAX * IMAGE_SIZE + 65536 };

/* What is wanted from a file or member. */
enum data_kind { DATA_IMAGES, DATA_LABELS };

/* An array found in memory. */
struct data_array {
	uint8_t *bytes;
	size_t count; /* images or labels */
};

/* Looks at N bytes in IDX form (http://yann.lecun.com/exdb/mnist/): OUT points into
 * them.  The labels are looked at too: all below IMAGE_CLASSES. */
int idx_parse(uint8_t *bytes, size_t n, enum data_kind kind, struct data_array *out,
              struct error *err);
/* The header that idx_parse() reads, for COUNT items: *SIZE bytes of OUT. */
enum { IDX_HEADER_MAX = 16 };
void idx_header(enum data_kind kind, size_t count, uint8_t out[IDX_HEADER_MAX],
                size_t *size);

/* Looks at N bytes of a .npy file (unsigned bytes, C order), in the same way. */
int npy_parse(uint8_t *bytes, size_t n, enum data_kind kind, struct data_array *out,
              struct error *err);
/* The member NAME of a zip archive, stored or deflated, its checksum compared; the
 * caller frees *OUT. */
int zip_extract(const uint8_t *zip, size_t n, const char *name, size_t limit,
                uint8_t **out, size_t *size, struct error *err);

/* All labels below IMAGE_CLASSES. */
int labels_check(const uint8_t *labels, size_t count, struct error *err);

#endif
