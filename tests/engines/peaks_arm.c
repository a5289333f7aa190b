/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "roofline.h"

#include "trilane/banned.h"

extern const struct peak peak_neon;

const struct peak *const peaks[] = {&peak_neon, NULL};
