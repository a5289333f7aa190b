/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <stdint.h>

#include "elf.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	CLEANUP(elf_release) struct elf e = ELF_INIT;
	struct binary b;

	binary_from_memory(&b, bytes, n);
	elf_parse(&e, &b, NULL);
	return 0;
}
