/* SPDX-License-Identifier: MIT */
/*
 * Mach-O: what a binary of macOS says about itself, read without running it.
 *
 * Life cycle: macho_parse() fills a struct macho from the headers; macho_release() frees
 * it.  macho_imports() and struct macho_exports read deeper, on demand, from the same
 * binary.  Input is hostile: sizes are checked before they are believed, loops are
 * bounded by the bytes they consume, and nothing is followed twice.
 *
 * Files may be cut: a recording keeps the first 64 KiB of a library.  What lies beyond is
 * unknown, not absent: slices say so by CUT, and the deeper readers by ERROR_NOT_FOUND;
 * ERROR_DAMAGED is for bytes that are there and make no sense.
 *
 * Formats: <mach-o/loader.h>, <mach-o/fat.h>, <mach-o/fixup-chains.h> of
 * https://github.com/apple-oss-distributions/xnu and dyld.
 */
#ifndef TRILANE_PROBES_MACHO_H
#define TRILANE_PROBES_MACHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "binary.h"
#include "trilane/error.h"
#include "trilane/str.h"

enum {
	MACHO_SLICES_MAX = 16,
	MACHO_LIBRARIES_MAX = 1000,
	MACHO_RPATHS_MAX = 500,
	MACHO_PLATFORM_MACOS = 1, /* of LC_BUILD_VERSION */
};

/* The library an import comes from: an index from 1 into LIBRARIES, or one of these. */
enum macho_ordinal {
	MACHO_ORDINAL_SELF = 0,
	MACHO_ORDINAL_EXECUTABLE = -1,
	MACHO_ORDINAL_FLAT = -2, /* any library in the flat namespace */
	MACHO_ORDINAL_WEAK = -3, /* coalesced: its own definition or the C++ runtime */
};

enum macho_library_kind {
	MACHO_LIBRARY_NEEDED,
	MACHO_LIBRARY_WEAK, /* may be missing */
	MACHO_LIBRARY_REEXPORT,
	MACHO_LIBRARY_UPWARD,
	MACHO_LIBRARY_LAZY,
};

struct macho_library {
	char *name; /* as the file says: "@rpath/libtensorflow_framework.2.dylib" */
	enum macho_library_kind kind;
};

/* A piece of the file, relative to its start. */
struct macho_range {
	uint64_t offset, size; /* SIZE 0: there is none */
};

struct macho_slice {
	uint32_t cpu_type, cpu_subtype;
	const char *arch; /* "arm64", "arm64e", "x86_64", "x86_64h", "i386", "ppc" … */
	uint64_t offset, size; /* of the slice in the file */
	bool read;             /* the header was read; false if it is cut off */
	bool whole;            /* all load commands were read and made sense */
	bool cut;              /* the file ends before the slice does */
	bool damaged; /* load commands that make no sense; what came before is kept */
	bool is_64, big_endian;
	uint32_t file_type; /* 2 executable, 6 dylib, 8 bundle */
	uint32_t flags;
	uint32_t platform; /* of LC_BUILD_VERSION or by the kind of LC_VERSION_MIN; 0:
			      none */
	char minos[24];    /* "12.1"; "" where it is not said */
	char sdk[24];
	char uuid[33];                   /* hexadecimal; "" */
	char *install_name;              /* LC_ID_DYLIB; NULL */
	struct macho_library *libraries; /* in the order of their ordinals */
	size_t library_count, library_capacity;
	struct strlist rpaths; /* in order, repeats kept */
	struct macho_range bind, weak_bind, lazy_bind, exports, fixups;
};

struct macho {
	bool fat;
	size_t count;
	struct macho_slice slices[MACHO_SLICES_MAX];
};
#define MACHO_INIT \
	{ \
		.count = 0 \
	}

/* Does the file begin as a Mach-O or universal file does? */
bool macho_looks_like(const struct binary *b);
/* ERROR_INVALID: not a Mach-O at all.  ERROR_DAMAGED: not even one slice's architecture
 * can be told.  Anything less is 0 with the slices' flags set. */
int macho_parse(struct macho *m, const struct binary *b, struct error *err);
void macho_release(struct macho *m);
/* The slice that a process of architecture ARCH would load: "arm64" also takes arm64e,
 * "x86_64" x86_64h; NULL for none. */
const struct macho_slice *macho_slice_for(const struct macho *m, const char *arch);
/* "arm64e" is "arm64", "x86_64h" is "x86_64": the names that facts use. */
const char *macho_plain_arch(const struct macho_slice *slice);
/* Adds each rpath that stands more than once, once. */
void macho_duplicate_rpaths(const struct macho_slice *slice, struct strlist *out);
/* A part of macOS itself, by its path: present on every Mac, absent from disk since 11.
 */
bool macho_is_system_library(const char *name);

struct macho_import {
	const char *name; /* borrowed from the list's blocks */
	int ordinal;      /* enum macho_ordinal or an index */
	bool weak;        /* may be missing */
};

struct macho_imports {
	struct macho_import *items;
	size_t count, capacity;
	struct str blocks[3];
};
#define MACHO_IMPORTS_INIT \
	{ \
		.blocks = { STR_INIT, STR_INIT, STR_INIT } \
	}

/* All imports of SLICE: classic binds, lazy ones too, or chained fixups.  Weak binds (of
 * coalesced symbols, which cannot fail) are left out.  An import may stand twice. */
int macho_imports(const struct binary *b, const struct macho_slice *slice,
                  struct macho_imports *out, struct error *err);
void macho_imports_release(struct macho_imports *imports);

/* The export trie of one slice. */
struct macho_exports {
	struct str trie;
};
#define MACHO_EXPORTS_INIT \
	{ \
		.trie = STR_INIT \
	}

struct macho_export {
	uint64_t flags;
	bool reexport;    /* the definition is in another library: */
	uint64_t ordinal; /* the index from 1 of that library */
	const char
		*imported; /* its name there; "" for the same.  Borrowed from the trie */
};

/* Reads the trie; a slice without one exports nothing. */
int macho_exports_read(struct macho_exports *e, const struct binary *b,
                       const struct macho_slice *slice, struct error *err);
void macho_exports_release(struct macho_exports *e);
/* Looks NAME up; a damaged trie holds what can be reached. */
bool macho_exports_find(const struct macho_exports *e, const char *name,
                        struct macho_export *out);
/* Calls EACH for every name, at most LIMIT; ERROR_DAMAGED if the trie makes no sense. */
int macho_exports_each(const struct macho_exports *e, size_t limit,
                       void (*each)(void *context, const char *name,
                                    const struct macho_export *item),
                       void *context, struct error *err);

#endif
