/* SPDX-License-Identifier: MIT */
/*
 * ELF: what a binary of Linux says about itself, read without running it.
 *
 * elf_parse() reads the header and, where the file goes that far, the dynamic section;
 * the sections of a file cut after 64 KiB are often beyond its end, so what is missing is
 * unknown (CUT), not absent.  elf_release() frees.  Input is hostile, as for macho.h.
 *
 * Format: https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html
 */
#ifndef TRILANE_PROBES_ELF_H
#define TRILANE_PROBES_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "binary.h"
#include "trilane/error.h"
#include "trilane/str.h"

struct elf {
	bool is_64, big_endian;
	uint16_t type; /* 2 executable, 3 shared object or position-independent program */
	uint16_t machine;
	const char *arch; /* "x86_64", "arm64", "i386", "arm", "riscv64" …, "unknown" */
	char *interpreter; /* PT_INTERP: the dynamic linker; NULL */
	char *soname;
	struct strlist needed;
	struct strlist rpath, runpath; /* their parts */
	bool dynamic_read;             /* the members from SONAME on were read */
	bool cut;                      /* something lies beyond the end of the file */
	bool damaged;                  /* something makes no sense */
};
#define ELF_INIT \
	{ \
		.arch = "unknown" \
	}

bool elf_looks_like(const struct binary *b);
/* ERROR_INVALID: not an ELF file.  ERROR_DAMAGED: it ends in its header. */
int elf_parse(struct elf *e, const struct binary *b, struct error *err);
void elf_release(struct elf *e);

#endif
