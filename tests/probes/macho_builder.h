/* SPDX-License-Identifier: MIT */
/*
 * Small Mach-O and ELF files for the tests, from a description: headers, load commands
 * and link-edit data that are well-formed and nothing else.  No code is in them.
 */
#ifndef TESTS_PROBES_MACHO_BUILDER_H
#define TESTS_PROBES_MACHO_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trilane/str.h"

enum { RECIPE_MAX = 12 };

struct recipe_library {
	const char *name;
	uint32_t command; /* 0: LC_LOAD_DYLIB */
};

struct recipe_import {
	const char *name;
	int ordinal; /* as enum macho_ordinal */
	bool weak, lazy;
};

struct recipe_export {
	const char *name;
	uint64_t ordinal; /* not 0: re-exported from that library */
	const char *imported;
};

struct recipe {
	uint32_t cpu_type, cpu_subtype; /* 0: arm64 */
	uint32_t file_type;             /* 0: dylib */
	uint32_t minos;                 /* 16.8.8 bits; 0: no version command */
	bool version_min; /* LC_VERSION_MIN_MACOSX instead of BUILD_VERSION */
	int chained;      /* import format 1 … 3; 0: classic binds */
	const char *install_name;
	struct recipe_library libraries[RECIPE_MAX];
	const char *rpaths[RECIPE_MAX];
	struct recipe_import imports[RECIPE_MAX];
	struct recipe_export exports[RECIPE_MAX];
};

#define CPU_X86_64 0x01000007u
#define CPU_ARM64  0x0100000cu

void macho_build(const struct recipe *r, struct str *out);
/* A universal file of COUNT thin ones; WIDE uses 64-bit offsets. */
void macho_build_fat(const struct str *slices, const uint32_t *cpu_types, size_t count,
                     bool wide, struct str *out);

/* ELF64 little-endian with interpreter and dynamic section. */
void elf_build(uint16_t machine, const char *interpreter, const char *soname,
               const char *const *needed, const char *runpath, struct str *out);

#endif
