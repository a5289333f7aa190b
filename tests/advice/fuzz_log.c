/* SPDX-License-Identifier: MIT */
/* The log reader with the embedded rules: any bytes are a log. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "trilane/advice.h"

#include "trilane/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct advice *advice; /* lives as long as the program */

	if (!advice && advice_new(NULL, &advice, NULL))
		abort();
	json_decref(advice_diagnosis(advice, (const char *)data, size, NULL));
	return 0;
}
