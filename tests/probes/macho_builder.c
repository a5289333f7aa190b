/* SPDX-License-Identifier: MIT */
/* Builds small Mach-O and ELF files: see macho_builder.h. */
#include "macho_builder.h"

#include <string.h>

#include "trilane/cleanup.h"

#include "trilane/banned.h"

static void put(struct str *out, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		str_add_char(out, i < 8 ? (char)(value >> 8 * i & 0xff) : 0);
}

static void put_big(struct str *out, uint64_t value, size_t bytes)
{
	for (size_t i = bytes; i-- > 0;)
		str_add_char(out, i < 8 ? (char)(value >> 8 * i & 0xff) : 0);
}

static void put_uleb(struct str *out, uint64_t value)
{
	do {
		unsigned byte = value & 0x7f;

		value >>= 7;
		str_add_char(out, (char)(value ? byte | 0x80 : byte));
	} while (value);
}

/* Always three bytes, so that offsets can be counted before they are known. */
static void put_uleb3(struct str *out, uint64_t value)
{
	str_add_char(out, (char)((value & 0x7f) | 0x80));
	str_add_char(out, (char)((value >> 7 & 0x7f) | 0x80));
	str_add_char(out, (char)(value >> 14 & 0x7f));
}

static void pad(struct str *out, size_t alignment)
{
	while (out->len % alignment)
		str_add_char(out, 0);
}

/* A load command whose string follows HEAD bytes of numbers. */
static void put_string_command(struct str *out, uint32_t command, const char *text,
                               size_t head)
{
	size_t size = (head + strlen(text) + 8) / 8 * 8;

	put(out, command, 4);
	put(out, size, 4);
	put(out, head, 4);
	for (size_t i = 12; i < head; i++)
		str_add_char(out, 0);
	str_add_n(out, text, strlen(text));
	for (size_t i = head + strlen(text); i < size; i++)
		str_add_char(out, 0);
}

static void put_ordinal(struct str *out, int ordinal)
{
	if (ordinal <= 0)
		str_add_char(out, (char)(0x30 | (ordinal & 0x0f)));
	else if (ordinal < 16)
		str_add_char(out, (char)(0x10 | ordinal));
	else {
		str_add_char(out, 0x20);
		put_uleb(out, (uint64_t)ordinal);
	}
}

static void build_binds(const struct recipe *r, bool lazy, struct str *out)
{
	for (size_t i = 0; i < RECIPE_MAX && r->imports[i].name; i++) {
		const struct recipe_import *import = &r->imports[i];

		if (import->lazy != lazy)
			continue;
		put_ordinal(out, import->ordinal);
		str_add_char(out, (char)(0x40 | (import->weak ? 1 : 0)));
		str_add_n(out, import->name, strlen(import->name) + 1);
		str_add_char(out, 0x51); /* type pointer */
		str_add_char(out, 0x72); /* segment 2, offset: */
		put_uleb(out, 8 * i + 300);
		str_add_char(out, (char)0x90); /* bind */
		if (lazy)
			str_add_char(out, 0); /* done, the next begins */
	}
	if (!lazy)
		str_add_char(out, 0);
}

static void put_chained_import(struct str *out, int format,
                               const struct recipe_import *import, uint64_t name_at)
{
	uint64_t weak = import->weak;

	if (format == 3) {
		put(out,
		    ((uint64_t)import->ordinal & 0xffff) | weak << 16 | name_at << 32, 8);
		put(out, 0, 8);
		return;
	}
	put(out, ((uint64_t)import->ordinal & 0xff) | weak << 8 | name_at << 9, 4);
	if (format == 2)
		put(out, 0, 4);
}

static void build_fixups(const struct recipe *r, struct str *out)
{
	CLEANUP(str_release) struct str table = STR_INIT;
	CLEANUP(str_release) struct str names = STR_INIT;
	size_t count = 0;

	str_add_char(&names, 0);
	for (; count < RECIPE_MAX && r->imports[count].name; count++) {
		put_chained_import(&table, r->chained, &r->imports[count], names.len);
		str_add_n(&names, r->imports[count].name,
		          strlen(r->imports[count].name) + 1);
	}
	put(out, 0, 4);              /* version */
	put(out, 28, 4);             /* starts: not needed here */
	put(out, 32, 4);             /* imports */
	put(out, 32 + table.len, 4); /* symbols */
	put(out, count, 4);
	put(out, (uint64_t)r->chained, 4);
	put(out, 0, 4); /* not compressed */
	put(out, 0, 4);
	str_add_n(out, table.data, table.len);
	str_add_n(out, names.data, names.len);
}

static void build_terminal(const struct recipe_export *e, struct str *out)
{
	if (e->ordinal) {
		put_uleb(out, 8); /* re-export */
		put_uleb(out, e->ordinal);
		str_add_n(out, e->imported ? e->imported : "",
		          e->imported ? strlen(e->imported) + 1 : 1);
		return;
	}
	put_uleb(out, 0);
	put_uleb(out, 0x4000);
}

/* A root with a child for each name. */
static void build_trie(const struct recipe *r, struct str *out)
{
	CLEANUP(str_release) struct str nodes = STR_INIT;
	size_t count = 0, head = 2;

	for (; count < RECIPE_MAX && r->exports[count].name; count++)
		head += strlen(r->exports[count].name) + 1 + 3;
	str_add_char(out, 0);
	str_add_char(out, (char)count);
	for (size_t i = 0; i < count; i++) {
		CLEANUP(str_release) struct str terminal = STR_INIT;

		build_terminal(&r->exports[i], &terminal);
		str_add_n(out, r->exports[i].name, strlen(r->exports[i].name) + 1);
		put_uleb3(out, head + nodes.len);
		put_uleb(&nodes, terminal.len);
		str_add_n(&nodes, terminal.data, terminal.len);
		str_add_char(&nodes, 0);
	}
	str_add_n(out, nodes.data, nodes.len);
}

static void put_version(const struct recipe *r, struct str *out)
{
	if (!r->minos)
		return;
	put(out, r->version_min ? 0x24 : 0x32, 4);
	put(out, r->version_min ? 16 : 24, 4);
	if (!r->version_min)
		put(out, 1, 4); /* macOS */
	put(out, r->minos, 4);
	put(out, r->minos, 4);
	if (!r->version_min)
		put(out, 0, 4);
}

static size_t build_commands(const struct recipe *r, struct str *out)
{
	size_t count = 0;

	if (r->install_name) {
		put_string_command(out, 0xd, r->install_name, 24);
		count++;
	}
	for (size_t i = 0; i < RECIPE_MAX && r->libraries[i].name; i++, count++)
		put_string_command(
			out, r->libraries[i].command ? r->libraries[i].command : 0xc,
			r->libraries[i].name, 24);
	for (size_t i = 0; i < RECIPE_MAX && r->rpaths[i]; i++, count++)
		put_string_command(out, 0x8000001c, r->rpaths[i], 12);
	put_version(r, out);
	return count + (r->minos ? 1 : 0);
}

/* Where the link-edit pieces are, in the order of LC_DYLD_INFO. */
static void put_dyld_info(struct str *out, const struct str *binds,
                          const struct str *lazy, const struct str *trie, size_t at)
{
	put(out, 0x80000022, 4);
	put(out, 48, 4);
	put(out, 0, 8); /* rebase */
	put(out, at, 4);
	put(out, binds->len, 4);
	put(out, 0, 8); /* weak */
	put(out, at + binds->len, 4);
	put(out, lazy->len, 4);
	put(out, at + binds->len + lazy->len, 4);
	put(out, trie->len, 4);
}

static void put_data_command(struct str *out, uint32_t command, size_t at, size_t size)
{
	put(out, command, 4);
	put(out, 16, 4);
	put(out, at, 4);
	put(out, size, 4);
}

void macho_build(const struct recipe *r, struct str *out)
{
	CLEANUP(str_release) struct str commands = STR_INIT;
	CLEANUP(str_release) struct str binds = STR_INIT;
	CLEANUP(str_release) struct str lazy = STR_INIT;
	CLEANUP(str_release) struct str trie = STR_INIT;
	CLEANUP(str_release) struct str fixups = STR_INIT;
	size_t count = build_commands(r, &commands);

	if (r->exports[0].name)
		build_trie(r, &trie);
	if (r->chained) {
		size_t at = 32 + commands.len + 32;

		build_fixups(r, &fixups);
		put_data_command(&commands, 0x80000034, at, fixups.len);
		put_data_command(&commands, 0x80000033, at + fixups.len, trie.len);
		count += 2;
	} else {
		build_binds(r, false, &binds);
		build_binds(r, true, &lazy);
		put_dyld_info(&commands, &binds, &lazy, &trie, 32 + commands.len + 48);
		count++;
	}
	put(out, 0xfeedfacf, 4);
	put(out, r->cpu_type ? r->cpu_type : CPU_ARM64, 4);
	put(out, r->cpu_subtype, 4);
	put(out, r->file_type ? r->file_type : 6, 4);
	put(out, count, 4);
	put(out, commands.len, 4);
	put(out, 0x80085, 4);
	put(out, 0, 4);
	str_add_n(out, commands.data, commands.len);
	str_add_n(out, fixups.data, fixups.len);
	str_add_n(out, binds.data, binds.len);
	str_add_n(out, lazy.data, lazy.len);
	str_add_n(out, trie.data, trie.len);
}

void macho_build_fat(const struct str *slices, const uint32_t *cpu_types, size_t count,
                     bool wide, struct str *out)
{
	size_t width = wide ? 8 : 4;
	size_t at = 4096;

	put_big(out, wide ? 0xcafebabf : 0xcafebabe, 4);
	put_big(out, count, 4);
	for (size_t i = 0; i < count; i++) {
		put_big(out, cpu_types[i], 4);
		put_big(out, 0, 4);
		put_big(out, at, width);
		put_big(out, slices[i].len, width);
		put_big(out, 12, 4);
		if (wide)
			put_big(out, 0, 4);
		at = (at + slices[i].len + 4095) / 4096 * 4096;
	}
	for (size_t i = 0; i < count; i++) {
		pad(out, 4096);
		str_add_n(out, slices[i].data, slices[i].len);
	}
}

static size_t add_string(struct str *strings, const char *text)
{
	size_t at = strings->len;

	str_add_n(strings, text, strlen(text) + 1);
	return at;
}

static void put_program(struct str *out, uint32_t type, uint64_t offset, uint64_t size)
{
	put(out, type, 4);
	put(out, 4, 4);
	put(out, offset, 8);
	put(out, offset, 8); /* the address is the offset */
	put(out, offset, 8);
	put(out, size, 8);
	put(out, size, 8);
	put(out, 8, 8);
}

static void build_dynamic(const char *soname, const char *const *needed,
                          const char *runpath, size_t strings_at, struct str *dynamic,
                          struct str *strings)
{
	str_add_char(strings, 0);
	for (; needed && *needed; needed++) {
		put(dynamic, 1, 8);
		put(dynamic, add_string(strings, *needed), 8);
	}
	if (soname) {
		put(dynamic, 14, 8);
		put(dynamic, add_string(strings, soname), 8);
	}
	if (runpath) {
		put(dynamic, 29, 8);
		put(dynamic, add_string(strings, runpath), 8);
	}
	put(dynamic, 5, 8);
	put(dynamic, strings_at, 8);
	put(dynamic, 10, 8);
	put(dynamic, strings->len, 8);
	put(dynamic, 0, 16);
}

void elf_build(uint16_t machine, const char *interpreter, const char *soname,
               const char *const *needed, const char *runpath, struct str *out)
{
	enum { PROGRAMS = 3, STRINGS_AT = 1024 };
	CLEANUP(str_release) struct str dynamic = STR_INIT;
	CLEANUP(str_release) struct str strings = STR_INIT;
	size_t at = 64 + PROGRAMS * 56;
	size_t n = interpreter ? strlen(interpreter) + 1 : 0;

	build_dynamic(soname, needed, runpath, STRINGS_AT, &dynamic, &strings);
	str_add_n(out, "\177ELF\2\1\1", 7);
	put(out, 0, 9);
	put(out, 3, 2);
	put(out, machine, 2);
	put(out, 1, 4);
	put(out, 0, 8);
	put(out, 64, 8); /* program headers */
	put(out, 0, 8);
	put(out, 0, 4);
	put(out, 64, 2);
	put(out, 56, 2);
	put(out, PROGRAMS, 2);
	put(out, 0, 6);
	put_program(out, 1, 0, STRINGS_AT + strings.len);
	put_program(out, interpreter ? 3 : 0, at, n);
	put_program(out, 2, at + n, dynamic.len);
	str_add_n(out, interpreter ? interpreter : "", n);
	str_add_n(out, dynamic.data, dynamic.len);
	pad(out, STRINGS_AT);
	str_add_n(out, strings.data, strings.len);
}
