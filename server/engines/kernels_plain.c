/* SPDX-License-Identifier: MIT */
/* Kernels for any other processor, in C alone; the compiler makes of the vectors what it
 * can. */
#include <math.h>
#include <stdint.h>

#define KERNELS kernels_plain
#define ISA     "plain"
#define LANES   4
#include "kernels_plain.h"
#include "kernels_source.h"
