/* SPDX-License-Identifier: MIT */
/* The kernels' source at the width of AVX-512, in plain C. */
#include <math.h>
#include <stdint.h>

#define KERNELS kernels_wide
#define ISA     "wide"
#define LANES   16
#include "kernels_plain.h"
#include "kernels_source.h"
