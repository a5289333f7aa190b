/* SPDX-License-Identifier: MIT */
/* The ELF reader, on files made for the purpose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "elf.h"
#include "macho_builder.h"
#include "trilane/cleanup.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

static void build(struct str *file)
{
	static const char *const needed[] = {"libc.so.6", "libm.so.6", NULL};

	elf_build(183, "/lib/ld-linux-aarch64.so.1", "libx.so.2", needed,
	          "$ORIGIN:/opt/lib", file);
}

static void test_whole(void **state)
{
	CLEANUP(str_release) struct str file = STR_INIT;
	CLEANUP(elf_release) struct elf e = ELF_INIT;
	struct binary b;

	(void)state;
	build(&file);
	binary_from_memory(&b, file.data, file.len);
	assert_true(elf_looks_like(&b));
	assert_int_equal(elf_parse(&e, &b, NULL), 0);
	assert_string_equal(e.arch, "arm64");
	assert_true(e.is_64);
	assert_string_equal(e.interpreter, "/lib/ld-linux-aarch64.so.1");
	assert_true(e.dynamic_read);
	assert_string_equal(e.soname, "libx.so.2");
	assert_int_equal(e.needed.count, 2);
	assert_string_equal(e.needed.items[1], "libm.so.6");
	assert_int_equal(e.runpath.count, 2);
	assert_string_equal(e.runpath.items[0], "$ORIGIN");
	assert_false(e.cut);
	assert_false(e.damaged);
}

static void test_every_cut(void **state)
{
	CLEANUP(str_release) struct str file = STR_INIT;

	(void)state;
	build(&file);
	for (size_t n = 0; n < file.len; n++) {
		CLEANUP(elf_release) struct elf e = ELF_INIT;
		char *copy = xmalloc(n + 1);
		struct binary b;

		memcpy(copy, file.data, n);
		binary_from_memory(&b, copy, n);
		int rc = elf_parse(&e, &b, NULL);
		if (n < 20)
			assert_true(rc == ERROR_INVALID || rc == ERROR_DAMAGED);
		else {
			assert_int_equal(rc, 0);
			assert_string_equal(e.arch, "arm64");
			assert_true(e.cut || e.damaged);
			assert_false(e.dynamic_read);
		}
		free(copy);
	}
}

static void test_machines(void **state)
{
	static const struct {
		uint16_t machine;
		const char *name;
	} rows[] = {{62, "x86_64"}, {243, "riscv64"}, {9999, "unknown"}};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		CLEANUP(str_release) struct str file = STR_INIT;
		CLEANUP(elf_release) struct elf e = ELF_INIT;
		struct binary b;

		elf_build(rows[i].machine, NULL, NULL, NULL, NULL, &file);
		binary_from_memory(&b, file.data, file.len);
		assert_int_equal(elf_parse(&e, &b, NULL), 0);
		assert_string_equal(e.arch, rows[i].name);
		assert_null(e.soname);
	}
}

/* A string table that is not where any segment is: damage, not a fault. */
static void test_strings_nowhere(void **state)
{
	CLEANUP(str_release) struct str file = STR_INIT;
	CLEANUP(elf_release) struct elf e = ELF_INIT;
	struct binary b;

	(void)state;
	build(&file);
	file.data[64 + 32] = 1; /* the loaded segment is one byte long */
	file.data[64 + 33] = 0;
	binary_from_memory(&b, file.data, file.len);
	assert_int_equal(elf_parse(&e, &b, NULL), 0);
	assert_true(e.damaged);
	assert_int_equal(e.needed.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_machines),
		cmocka_unit_test(test_strings_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
