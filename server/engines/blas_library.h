/* SPDX-License-Identifier: MIT */
/*
 * The platform's matrix library, found at run time: nothing is linked.
 * blas_library_linux.c, _apple.c, _unsupported.c name where to look.
 */
#ifndef ENGINES_BLAS_LIBRARY_H
#define ENGINES_BLAS_LIBRARY_H

#include "trilane/error.h"

/* cblas.h's numbers. */
enum { BLAS_ROW_MAJOR = 101, BLAS_AS_IS = 111, BLAS_TRANSPOSED = 112 };

typedef void blas_sgemm(int order, int transpose_a, int transpose_b, int m, int n, int k,
                        float alpha, const float *a, int lda, const float *b, int ldb,
                        float beta, float *c, int ldc);

struct blas_library {
	void *handle;
	const char *name; /* for users */
	blas_sgemm *sgemm;
	void (*set_threads)(
		int threads); /* NULL where the library has no such function */
};

/* A place to look at; the last of a table has no file. */
struct blas_place {
	const char *file, *name;
	const char *set_threads; /* the function's name, or NULL */
};
extern const struct blas_place blas_places[];

int blas_library_open(struct blas_library *out, struct error *err);
void blas_library_close(struct blas_library *library);

#endif
