/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "roofline.h"

#include "trilane/banned.h"

extern const struct peak peak_avx512, peak_avx2, peak_sse4, peak_sse2;

const struct peak *const peaks[] = {&peak_avx512, &peak_avx2, &peak_sse4, &peak_sse2,
                                    NULL};
