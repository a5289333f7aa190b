/* SPDX-License-Identifier: MIT */
/* Any bytes as an IDX file; the first one says whether images or labels are wanted. */
#include <stdlib.h>
#include <string.h>

#include "datafile.h"

#include "trilane/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct data_array array;
	uint8_t *copy;

	if (n < 1)
		return 0;
	copy = malloc(n);
	memcpy(copy, bytes, n);
	idx_parse(copy + 1, n - 1, copy[0] & 1 ? DATA_LABELS : DATA_IMAGES, &array, NULL);
	free(copy);
	return 0;
}
