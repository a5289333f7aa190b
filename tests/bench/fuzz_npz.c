/* SPDX-License-Identifier: MIT */
/* Any bytes as a zip archive with arrays in it, and as a bare .npy file. */
#include <stdlib.h>
#include <string.h>

#include "datafile.h"

#include "trilane/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void parse_both(uint8_t *bytes, size_t n)
{
	struct data_array array;

	npy_parse(bytes, n, DATA_IMAGES, &array, NULL);
	npy_parse(bytes, n, DATA_LABELS, &array, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const char *const names[] = {"x_train.npy", "y_train.npy"};
	uint8_t *copy = malloc(n + 1);

	memcpy(copy, bytes, n);
	parse_both(copy, n);
	for (int i = 0; i < 2; i++) {
		uint8_t *out = NULL;
		size_t size;

		if (!zip_extract(copy, n, names[i], 1 << 20, &out, &size, NULL))
			parse_both(out, size);
		free(out);
	}
	free(copy);
	return 0;
}
