/* SPDX-License-Identifier: MIT */
/* The Mach-O reader, on files made for the purpose, whole, cut and senseless. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "macho.h"
#include "macho_builder.h"
#include "trilane/cleanup.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

static const struct recipe plugin = {
	.minos = 0x000c0100,
	.install_name = "out/libplugin.dylib",
	.libraries = {{"/usr/lib/libSystem.B.dylib", 0},
                      {"@rpath/libframework.2.dylib", 0},
                      {"@rpath/liboptional.dylib", 0x80000018},
                      {"@rpath/libagain.dylib", 0x8000001f}},
	.rpaths = {"@loader_path/../a", "@loader_path/../b", "@loader_path/../a"},
	.imports = {{"_malloc", 1, false, false},
                    {"_TF_NewStatus", MACHO_ORDINAL_FLAT, false, false},
                    {"__Znwm", MACHO_ORDINAL_WEAK, false, false},
                    {"_maybe", 3, true, false},
                    {"_later", 2, false, true},
                    {"_last", 2, false, true}},
	.exports = {{"_TF_InitGraph", 0, NULL},
                    {"_SE_InitPlugin", 0, NULL},
                    {"_other", 2, "_original"},
                    {"_same", 4, NULL}},
};

static void parse(const struct str *file, struct binary *b, struct macho *m)
{
	struct error err = ERROR_INIT;

	binary_from_memory(b, file->data, file->len);
	assert_int_equal(macho_parse(m, b, &err), 0);
}

static void test_thin(void **state)
{
	CLEANUP(str_release) struct str file = STR_INIT;
	CLEANUP(macho_release) struct macho m = MACHO_INIT;
	CLEANUP(strlist_release) struct strlist repeated = STRLIST_INIT;
	struct binary b;

	(void)state;
	macho_build(&plugin, &file);
	parse(&file, &b, &m);
	assert_false(m.fat);
	assert_int_equal(m.count, 1);
	const struct macho_slice *slice = macho_slice_for(&m, "arm64");
	assert_non_null(slice);
	assert_null(macho_slice_for(&m, "x86_64"));
	assert_true(slice->whole);
	assert_false(slice->cut);
	assert_string_equal(slice->minos, "12.1");
	assert_string_equal(slice->install_name, "out/libplugin.dylib");
	assert_int_equal(slice->library_count, 4);
	assert_string_equal(slice->libraries[1].name, "@rpath/libframework.2.dylib");
	assert_int_equal(slice->libraries[2].kind, MACHO_LIBRARY_WEAK);
	assert_int_equal(slice->libraries[3].kind, MACHO_LIBRARY_REEXPORT);
	macho_duplicate_rpaths(slice, &repeated);
	assert_int_equal(repeated.count, 1);
	assert_string_equal(repeated.items[0], "@loader_path/../a");
}

static void test_old_version_command(void **state)
{
	CLEANUP(str_release) struct str file = STR_INIT;
	CLEANUP(macho_release) struct macho m = MACHO_INIT;
	struct recipe r = plugin;
	struct binary b;

	(void)state;
	r.version_min = true;
	r.minos = 0x000a0d06;
	r.cpu_type = CPU_X86_64;
	macho_build(&r, &file);
	parse(&file, &b, &m);
	assert_string_equal(m.slices[0].arch, "x86_64");
	assert_string_equal(m.slices[0].minos, "10.13.6");
}

static const struct macho_import *find_import(const struct macho_imports *imports,
                                              const char *name)
{
	for (size_t i = 0; i < imports->count; i++)
		if (text_equal(imports->items[i].name, name))
			return &imports->items[i];
	fail_msg("%s is not among the imports", name);
	return NULL;
}

/* The same imports, whichever way they are written down. */
static void check_imports(int chained)
{
	CLEANUP(str_release) struct str file = STR_INIT;
	CLEANUP(macho_release) struct macho m = MACHO_INIT;
	CLEANUP(macho_imports_release) struct macho_imports imports = MACHO_IMPORTS_INIT;
	struct error err = ERROR_INIT;
	struct recipe r = plugin;
	struct binary b;

	r.chained = chained;
	macho_build(&r, &file);
	parse(&file, &b, &m);
	assert_int_equal(macho_imports(&b, &m.slices[0], &imports, &err), 0);
	assert_int_equal(imports.count, 6);
	assert_int_equal(find_import(&imports, "_malloc")->ordinal, 1);
	assert_int_equal(find_import(&imports, "_TF_NewStatus")->ordinal,
	                 MACHO_ORDINAL_FLAT);
	assert_int_equal(find_import(&imports, "__Znwm")->ordinal, MACHO_ORDINAL_WEAK);
	assert_true(find_import(&imports, "_maybe")->weak);
	assert_false(find_import(&imports, "_later")->weak);
	assert_int_equal(find_import(&imports, "_last")->ordinal, 2);
}

static void test_imports(void **state)
{
	(void)state;
	for (int chained = 0; chained <= 3; chained++)
		check_imports(chained);
}

static void count_name(void *context, const char *name, const struct macho_export *item)
{
	(void)name;
	(void)item;
	++*(size_t *)context;
}

static void test_exports(void **state)
{
	CLEANUP(str_release) struct str file = STR_INIT;
	CLEANUP(macho_release) struct macho m = MACHO_INIT;
	CLEANUP(macho_exports_release) struct macho_exports e = MACHO_EXPORTS_INIT;
	struct macho_export found;
	struct binary b;
	size_t count = 0;

	(void)state;
	macho_build(&plugin, &file);
	parse(&file, &b, &m);
	assert_int_equal(macho_exports_read(&e, &b, &m.slices[0], NULL), 0);
	assert_true(macho_exports_find(&e, "_SE_InitPlugin", &found));
	assert_false(found.reexport);
	assert_false(macho_exports_find(&e, "_SE_InitPlugi", &found));
	assert_false(macho_exports_find(&e, "_SE_InitPluginX", &found));
	assert_true(macho_exports_find(&e, "_other", &found));
	assert_true(found.reexport);
	assert_int_equal(found.ordinal, 2);
	assert_string_equal(found.imported, "_original");
	assert_true(macho_exports_find(&e, "_same", &found));
	assert_string_equal(found.imported, "");
	assert_int_equal(macho_exports_each(&e, 100, count_name, &count, NULL), 0);
	assert_int_equal(count, 4);
}

/* A trie as a linker may write it: "_ab" ends in a child behind an empty label. */
static void test_empty_edge_label(void **state)
{
	static const unsigned char trie[] = {
		0, 1, '_', 'a', 'b', 0, 7,  /* root: "_ab" -> 7 */
		0, 2, 0,   14,  'c', 0, 18, /* "" -> 14, "c" -> 18 */
		2, 0, 1,   0,               /* _ab ends */
		2, 0, 1,   0,               /* _abc ends */
	};
	CLEANUP(macho_exports_release) struct macho_exports e = MACHO_EXPORTS_INIT;
	struct macho_export found;
	size_t count = 0;

	(void)state;
	str_add_n(&e.trie, trie, sizeof(trie));
	assert_true(macho_exports_find(&e, "_ab", &found));
	assert_true(macho_exports_find(&e, "_abc", &found));
	assert_false(macho_exports_find(&e, "_abd", &found));
	assert_int_equal(macho_exports_each(&e, 100, count_name, &count, NULL), 0);
	assert_int_equal(count, 2);
}

static void test_trie_in_a_circle(void **state)
{
	static const unsigned char trie[] = {0, 1, 'a', 0, 0};
	CLEANUP(macho_exports_release) struct macho_exports e = MACHO_EXPORTS_INIT;
	struct macho_export found;
	size_t count = 0;

	(void)state;
	str_add_n(&e.trie, trie, sizeof(trie));
	assert_false(macho_exports_find(&e, "aaaaaaaaaaaaaaaaaaaaaaaaab", &found));
	assert_int_equal(macho_exports_each(&e, 100, count_name, &count, NULL),
	                 ERROR_DAMAGED);
}

static void check_fat(bool wide)
{
	CLEANUP(str_release) struct str file = STR_INIT;
	CLEANUP(macho_release) struct macho m = MACHO_INIT;
	const uint32_t types[] = {CPU_X86_64, CPU_ARM64};
	struct str slices[2] = {STR_INIT, STR_INIT};
	struct recipe intel = plugin;
	struct binary b;

	intel.cpu_type = CPU_X86_64;
	intel.minos = 0x000a0f00;
	macho_build(&intel, &slices[0]);
	macho_build(&plugin, &slices[1]);
	macho_build_fat(slices, types, 2, wide, &file);
	parse(&file, &b, &m);
	assert_true(m.fat);
	assert_int_equal(m.count, 2);
	assert_string_equal(macho_slice_for(&m, "x86_64")->minos, "10.15");
	assert_string_equal(macho_slice_for(&m, "arm64")->minos, "12.1");
	macho_release(&m);

	/* Cut behind the first slice: the second's architecture is still known. */
	str_truncate(&file, 4096 + slices[0].len);
	parse(&file, &b, &m);
	assert_int_equal(m.count, 2);
	assert_true(m.slices[0].whole);
	assert_string_equal(m.slices[1].arch, "arm64");
	assert_true(m.slices[1].cut);
	assert_false(m.slices[1].read);
	str_release(&slices[0]);
	str_release(&slices[1]);
}

static void test_fat(void **state)
{
	(void)state;
	check_fat(false);
	check_fat(true);
}

/* However short the file, what is said is true or not said. */
static void test_every_cut(void **state)
{
	CLEANUP(str_release) struct str file = STR_INIT;

	(void)state;
	macho_build(&plugin, &file);
	for (size_t n = 0; n < file.len; n++) {
		CLEANUP(macho_release) struct macho m = MACHO_INIT;
		CLEANUP(macho_imports_release)
		struct macho_imports imports = MACHO_IMPORTS_INIT;
		char *copy = xmalloc(n + 1); /* so that a sanitizer sees the end */
		struct binary b;

		memcpy(copy, file.data, n);
		binary_from_memory(&b, copy, n);
		int rc = macho_parse(&m, &b, NULL);
		if (n < 4)
			assert_int_equal(rc, ERROR_INVALID);
		else if (n < 28)
			assert_int_equal(rc, ERROR_DAMAGED);
		else {
			assert_int_equal(rc, 0);
			assert_true(m.slices[0].cut);
			assert_string_equal(m.slices[0].arch, "arm64");
			rc = macho_imports(&b, &m.slices[0], &imports, NULL);
			if (!m.slices[0].whole)
				assert_int_equal(rc, ERROR_NOT_FOUND);
		}
		free(copy);
	}
}

static void test_not_macho(void **state)
{
	static const char *const texts[] = {"", "#!/bin/sh\necho\n", "\177ELF\2\1\1",
	                                    "\xca\xfe\xba\xbe\0\0\0\x41 a Java class"};
	struct binary b;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		CLEANUP(macho_release) struct macho m = MACHO_INIT;

		binary_from_memory(&b, texts[i], i == 3 ? 21 : strlen(texts[i]));
		assert_false(macho_looks_like(&b));
		assert_int_equal(macho_parse(&m, &b, NULL), ERROR_INVALID);
	}
}

/* A command longer than what is left is damage, and what came before is kept. */
static void test_senseless_command(void **state)
{
	CLEANUP(str_release) struct str file = STR_INIT;
	CLEANUP(macho_release) struct macho m = MACHO_INIT;
	struct binary b;

	(void)state;
	macho_build(&plugin, &file);
	size_t second = 32 + (unsigned char)file.data[36]; /* behind LC_ID_DYLIB */
	file.data[second + 4] = (char)0xff;
	file.data[second + 6] = 0x7f;
	parse(&file, &b, &m);
	assert_true(m.slices[0].damaged);
	assert_false(m.slices[0].whole);
	assert_string_equal(m.slices[0].install_name, "out/libplugin.dylib");
	assert_int_equal(m.slices[0].library_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_thin),
		cmocka_unit_test(test_old_version_command),
		cmocka_unit_test(test_imports),
		cmocka_unit_test(test_exports),
		cmocka_unit_test(test_empty_edge_label),
		cmocka_unit_test(test_trie_in_a_circle),
		cmocka_unit_test(test_fat),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_not_macho),
		cmocka_unit_test(test_senseless_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
