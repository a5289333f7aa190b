/* SPDX-License-Identifier: MIT */
/* Any bytes as a gzip file, and as a bare DEFLATE stream, which no checksum protects. */
#include <stdlib.h>

#include "inflate.h"

#include "trilane/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	enum { ROOM = 1 << 16 };
	uint8_t *out = malloc(ROOM);
	size_t size, used;

	inflate(bytes, n, &used, out, ROOM, &size, NULL);
	if (used > n || size > ROOM)
		abort();
	free(out);
	out = NULL;
	gzip_inflate(bytes, n, 1 << 20, &out, &size, NULL);
	free(out);
	return 0;
}
