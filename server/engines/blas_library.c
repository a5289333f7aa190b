/* SPDX-License-Identifier: MIT */
/* The first library of the table that opens and multiplies matrices. */
#include "blas_library.h"

#include <dlfcn.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/str.h"

#include "trilane/banned.h"

/* ISO C has no conversion from void * to a function. */
static void symbol(void *handle, const char *name, void *function)
{
	void *found = dlsym(handle, name);

	memcpy(function, &found, sizeof(found));
}

static bool try_place(const struct blas_place *place, struct blas_library *out)
{
	*out = (struct blas_library){.name = place->name};
	out->handle = dlopen(place->file, RTLD_NOW | RTLD_LOCAL);
	if (!out->handle)
		return false;
	symbol(out->handle, "cblas_sgemm", &out->sgemm);
	if (place->set_threads)
		symbol(out->handle, place->set_threads, &out->set_threads);
	if (out->sgemm)
		return true;
	dlclose(out->handle);
	return false;
}

int blas_library_open(struct blas_library *out, struct error *err)
{
	CLEANUP(str_release) struct str names = STR_INIT;

	for (const struct blas_place *p = blas_places; p->file; p++) {
		if (try_place(p, out))
			return 0;
		str_addf(&names, "%s%s", names.len ? ", " : "", p->file);
	}
	*out = (struct blas_library){.handle = NULL};
	if (!names.len)
		return error_set(err, ERROR_UNSUPPORTED,
		                 "this build looks for no matrix library");
	return error_set(err, ERROR_NOT_FOUND, "no matrix library is installed (%s)",
	                 names.data);
}

void blas_library_close(struct blas_library *library)
{
	if (library->handle)
		dlclose(library->handle);
	*library = (struct blas_library){.handle = NULL};
}
