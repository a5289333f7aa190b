/* SPDX-License-Identifier: MIT */
/* Everything the Mach-O reader can be asked about a file. */
#include <stddef.h>
#include <stdint.h>

#include "macho.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void look_up(void *context, const char *name, const struct macho_export *item)
{
	struct macho_export found;

	(void)item;
	macho_exports_find(context, name, &found);
}

static void read_slice(const struct binary *b, const struct macho_slice *slice)
{
	CLEANUP(macho_imports_release) struct macho_imports imports = MACHO_IMPORTS_INIT;
	CLEANUP(macho_exports_release) struct macho_exports exports = MACHO_EXPORTS_INIT;
	CLEANUP(strlist_release) struct strlist repeated = STRLIST_INIT;
	struct macho_export found;

	macho_duplicate_rpaths(slice, &repeated);
	if (macho_exports_read(&exports, b, slice, NULL) == 0)
		macho_exports_each(&exports, 1000, look_up, &exports, NULL);
	if (macho_imports(b, slice, &imports, NULL) == 0)
		for (size_t i = 0; i < imports.count && i < 1000; i++)
			macho_exports_find(&exports, imports.items[i].name, &found);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	CLEANUP(macho_release) struct macho m = MACHO_INIT;
	struct binary b;

	binary_from_memory(&b, bytes, n);
	macho_looks_like(&b);
	if (macho_parse(&m, &b, NULL) == 0)
		for (size_t i = 0; i < m.count; i++)
			read_slice(&b, &m.slices[i]);
	return 0;
}
