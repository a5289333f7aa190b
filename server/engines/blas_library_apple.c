/* SPDX-License-Identifier: MIT */
/* macOS: Accelerate is part of the system, and chooses its threads itself. */
#include <stddef.h>

#include "blas_library.h"

#include "trilane/banned.h"

const struct blas_place blas_places[] = {
	{"/System/Library/Frameworks/Accelerate.framework/Accelerate", "Accelerate",
         NULL},
	{NULL, NULL, NULL},
};
