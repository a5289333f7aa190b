/* SPDX-License-Identifier: MIT */
/* What can be found out the same way on every processor. */
#include "processor.h"

#include <float.h>

#include "trilane/banned.h"

bool processor_flushes_to_zero(void)
{
	volatile float smallest = FLT_MIN;
	volatile float half = smallest / 2;

	return half == 0;
}
