/* SPDX-License-Identifier: MIT */
/* Linux: libraries that are tuned.  libblas.so.3 is not asked for: it may be the
 * reference in Fortran, which says nothing about the machine. */
#include <stddef.h>

#include "blas_library.h"

#include "trilane/banned.h"

const struct blas_place blas_places[] = {
	{"libopenblas.so.0", "OpenBLAS", "openblas_set_num_threads"},
	{"libmkl_rt.so.2", "MKL", "MKL_Set_Num_Threads"},
	{"libmkl_rt.so.1", "MKL", "MKL_Set_Num_Threads"},
	{"libblis.so.4", "BLIS", "bli_thread_set_num_threads"},
	{"libopenblas.so", "OpenBLAS", "openblas_set_num_threads"},
	{NULL, NULL, NULL},
};
