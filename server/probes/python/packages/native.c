/* SPDX-License-Identifier: MIT */
/* One file of machine code, of either system, as the interpreters' probes want it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "binary.h"
#include "elf.h"
#include "macho.h"
#include "python/python.h"
#include "trilane/cleanup.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

void native_release(struct native *n)
{
	strlist_release(&n->archs);
	strlist_release(&n->duplicate_rpaths);
	free(n->install_name);
	*n = (struct native)NATIVE_INIT;
}

static void native_macho(const struct macho *m, struct native *out)
{
	out->format = "mach-o";
	out->complete = true;
	for (size_t i = 0; i < m->count; i++) {
		const struct macho_slice *slice = &m->slices[i];
		const char *arch = macho_plain_arch(slice);

		if (!strlist_has(&out->archs, arch))
			strlist_add(&out->archs, arch);
		if (!*out->minos)
			snprintf(out->minos, sizeof(out->minos), "%s", slice->minos);
		if (!out->install_name && slice->install_name)
			out->install_name = xstrdup(slice->install_name);
		macho_duplicate_rpaths(slice, &out->duplicate_rpaths);
		out->complete = out->complete && !slice->cut;
		out->damaged = out->damaged || slice->damaged;
	}
}

static const char *libc_of(const struct elf *e)
{
	const char *name = e->interpreter ? fs_base_name(e->interpreter) : "";

	return text_starts(name, "ld-musl")    ? "musl"
	       : text_starts(name, "ld-linux") ? "glibc"
	                                       : NULL;
}

static bool native_parse(const struct binary *b, struct native *out, struct error *why)
{
	if (elf_looks_like(b)) {
		struct elf e;

		if (elf_parse(&e, b, why))
			return false;
		out->format = "elf";
		strlist_add(&out->archs, e.arch);
		out->complete = !e.cut;
		out->damaged = e.damaged;
		out->libc = libc_of(&e);
		elf_release(&e);
		return true;
	}
	if (macho_looks_like(b)) {
		CLEANUP_FREE struct macho *m = xmalloc(sizeof(*m));
		int rc = macho_parse(m, b, why);

		if (rc == 0)
			native_macho(m, out);
		macho_release(m);
		return rc == 0;
	}
	error_set(why, ERROR_INVALID, "neither Mach-O nor ELF");
	return false;
}

bool native_read(struct source *s, const char *path, struct native *out,
                 struct error *why)
{
	CLEANUP(binary_release) struct binary b = BINARY_INIT;

	*out = (struct native)NATIVE_INIT;
	return binary_open(&b, s, path, why) == 0 && native_parse(&b, out, why);
}
