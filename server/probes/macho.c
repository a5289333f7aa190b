/* SPDX-License-Identifier: MIT */
/*
 * Mach-O headers: universal files, slices and load commands.  Imports and exports are in
 * macho_imports.c and macho_exports.c.  One decision: a slice keeps what could be read
 * before the file ended or stopped making sense, and says by flags that it did.
 */
#include "macho.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

#define FAT_MAGIC    0xcafebabeu
#define FAT_MAGIC_64 0xcafebabfu
#define MH_MAGIC     0xfeedfaceu
#define MH_MAGIC_64  0xfeedfacfu
#define MH_CIGAM     0xcefaedfeu
#define MH_CIGAM_64  0xcffaedfeu

#define CPU_ARCH_64      0x01000000u
#define CPU_ARCH_64_32   0x02000000u
#define CPU_SUBTYPE_MASK 0x00ffffffu

#define LC_REQ_DYLD            0x80000000u
#define LC_ID_DYLIB            0xdu
#define LC_LOAD_DYLIB          0xcu
#define LC_LOAD_WEAK_DYLIB     0x18u
#define LC_UUID                0x1bu
#define LC_RPATH               0x1cu
#define LC_REEXPORT_DYLIB      0x1fu
#define LC_LAZY_LOAD_DYLIB     0x20u
#define LC_DYLD_INFO           0x22u
#define LC_LOAD_UPWARD_DYLIB   0x23u
#define LC_VERSION_MIN_MACOSX  0x24u
#define LC_BUILD_VERSION       0x32u
#define LC_DYLD_EXPORTS_TRIE   0x33u
#define LC_DYLD_CHAINED_FIXUPS 0x34u

enum {
	COMMANDS_BYTES_MAX = 8 << 20, /* real files stay below 32 KiB */
	NAME_MAX_BYTES = 4096,
};

static const struct arch_row {
	uint32_t type;
	uint32_t subtype; /* UINT32_MAX: any other */
	const char *name, *plain;
} archs[] = {
	{CPU_ARCH_64 | 7, 8, "x86_64h", "x86_64"},
	{CPU_ARCH_64 | 7, UINT32_MAX, "x86_64", "x86_64"},
	{CPU_ARCH_64 | 12, 2, "arm64e", "arm64"},
	{CPU_ARCH_64 | 12, UINT32_MAX, "arm64", "arm64"},
	{CPU_ARCH_64_32 | 12, UINT32_MAX, "arm64_32", "arm64_32"},
	{7, UINT32_MAX, "i386", "i386"},
	{12, UINT32_MAX, "arm", "arm"},
	{18, UINT32_MAX, "ppc", "ppc"},
	{CPU_ARCH_64 | 18, UINT32_MAX, "ppc64", "ppc64"},
};

static const struct arch_row *arch_find(uint32_t type, uint32_t subtype)
{
	subtype &= CPU_SUBTYPE_MASK;
	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++)
		if (archs[i].type == type &&
		    (archs[i].subtype == subtype || archs[i].subtype == UINT32_MAX))
			return &archs[i];
	return NULL;
}

static void slice_set_arch(struct macho_slice *slice, uint32_t type, uint32_t subtype)
{
	const struct arch_row *row = arch_find(type, subtype);

	slice->cpu_type = type;
	slice->cpu_subtype = subtype;
	slice->arch = row ? row->name : "unknown";
}

const char *macho_plain_arch(const struct macho_slice *slice)
{
	const struct arch_row *row = arch_find(slice->cpu_type, slice->cpu_subtype);

	return row ? row->plain : "unknown";
}

/* 16.8.8 bits, as "12.1" or "12.0.1"; a third part of zero is left out. */
static void version_text(uint32_t packed, char out[24])
{
	unsigned patch = packed & 0xff;

	if (patch)
		snprintf(out, 24, "%u.%u.%u", packed >> 16, packed >> 8 & 0xff, patch);
	else
		snprintf(out, 24, "%u.%u", packed >> 16, packed >> 8 & 0xff);
}

/* The string of a load command whose bytes are COMMAND: an offset into it stands at AT.
 */
static char *command_string(const struct cursor *command, size_t at)
{
	struct cursor c = *command;
	size_t size = (size_t)(c.end - c.at);

	cursor_skip(&c, at);
	uint32_t offset = cursor_u32(&c);
	if (c.failed || offset >= size)
		return NULL;
	const char *text = (const char *)command->at + offset;
	size_t n = strnlen(text, size - offset);
	return xstrndup(text, n < NAME_MAX_BYTES ? n : NAME_MAX_BYTES);
}

static void slice_add_library(struct macho_slice *slice, const struct cursor *command,
                              enum macho_library_kind kind)
{
	char *name = command_string(command, 8);

	if (!name || slice->library_count >= MACHO_LIBRARIES_MAX) {
		/* Ordinals count commands: a library without a name still has its place.
		 */
		slice->damaged = true;
		if (slice->library_count >= MACHO_LIBRARIES_MAX) {
			free(name);
			return;
		}
		name = xstrdup("");
	}
	slice->libraries =
		array_reserve(slice->libraries, &slice->library_capacity,
	                      slice->library_count + 1, sizeof(*slice->libraries));
	slice->libraries[slice->library_count++] =
		(struct macho_library){.name = name, .kind = kind};
}

/* OFFSET and SIZE in the file of the piece that a command places at OFFSET in its slice.
 */
static struct macho_range slice_range(const struct macho_slice *slice, uint32_t offset,
                                      uint32_t size)
{
	return (struct macho_range){.offset = slice->offset + offset, .size = size};
}

static void slice_dyld_info(struct macho_slice *slice, struct cursor c)
{
	uint32_t n[10];

	cursor_skip(&c, 8);
	for (size_t i = 0; i < 10; i++)
		n[i] = cursor_u32(&c);
	if (c.failed) {
		slice->damaged = true;
		return;
	}
	slice->bind = slice_range(slice, n[2], n[3]);
	slice->weak_bind = slice_range(slice, n[4], n[5]);
	slice->lazy_bind = slice_range(slice, n[6], n[7]);
	if (n[9])
		slice->exports = slice_range(slice, n[8], n[9]);
}

static void slice_linkedit(struct macho_slice *slice, struct cursor c,
                           struct macho_range *range)
{
	cursor_skip(&c, 8);
	uint32_t offset = cursor_u32(&c), size = cursor_u32(&c);
	if (c.failed)
		slice->damaged = true;
	else
		*range = slice_range(slice, offset, size);
}

static void slice_build_version(struct macho_slice *slice, struct cursor c)
{
	cursor_skip(&c, 8);
	uint32_t platform = cursor_u32(&c), minos = cursor_u32(&c), sdk = cursor_u32(&c);
	if (c.failed) {
		slice->damaged = true;
		return;
	}
	/* A zippered library has two; what it says for macOS counts. */
	if (slice->platform == MACHO_PLATFORM_MACOS && platform != MACHO_PLATFORM_MACOS)
		return;
	slice->platform = platform;
	version_text(minos, slice->minos);
	version_text(sdk, slice->sdk);
}

static void slice_version_min(struct macho_slice *slice, struct cursor c)
{
	cursor_skip(&c, 8);
	uint32_t minos = cursor_u32(&c), sdk = cursor_u32(&c);
	if (c.failed) {
		slice->damaged = true;
		return;
	}
	if (slice->platform)
		return;
	slice->platform = MACHO_PLATFORM_MACOS;
	version_text(minos, slice->minos);
	version_text(sdk, slice->sdk);
}

static void slice_uuid(struct macho_slice *slice, struct cursor c)
{
	cursor_skip(&c, 8);
	for (size_t i = 0; i < 16; i++)
		snprintf(slice->uuid + 2 * i, 3, "%02x", cursor_u8(&c));
	if (c.failed)
		slice->uuid[0] = 0;
}

static void slice_rpath(struct macho_slice *slice, const struct cursor *command)
{
	char *path = command_string(command, 8);

	if (!path || slice->rpaths.count >= MACHO_RPATHS_MAX) {
		slice->damaged = true;
		free(path);
		return;
	}
	strlist_take(&slice->rpaths, path);
}

static void slice_id(struct macho_slice *slice, const struct cursor *command)
{
	free(slice->install_name);
	slice->install_name = command_string(command, 8);
	if (!slice->install_name)
		slice->damaged = true;
}

static void slice_command(struct macho_slice *slice, uint32_t command,
                          const struct cursor *c)
{
	switch (command & ~LC_REQ_DYLD) {
	case LC_ID_DYLIB:
		slice_id(slice, c);
		break;
	case LC_LOAD_DYLIB:
		slice_add_library(slice, c, MACHO_LIBRARY_NEEDED);
		break;
	case LC_LOAD_WEAK_DYLIB:
		slice_add_library(slice, c, MACHO_LIBRARY_WEAK);
		break;
	case LC_REEXPORT_DYLIB:
		slice_add_library(slice, c, MACHO_LIBRARY_REEXPORT);
		break;
	case LC_LOAD_UPWARD_DYLIB:
		slice_add_library(slice, c, MACHO_LIBRARY_UPWARD);
		break;
	case LC_LAZY_LOAD_DYLIB:
		slice_add_library(slice, c, MACHO_LIBRARY_LAZY);
		break;
	case LC_RPATH:
		slice_rpath(slice, c);
		break;
	case LC_UUID:
		slice_uuid(slice, *c);
		break;
	case LC_BUILD_VERSION:
		slice_build_version(slice, *c);
		break;
	case LC_VERSION_MIN_MACOSX:
		slice_version_min(slice, *c);
		break;
	case LC_DYLD_INFO:
		slice_dyld_info(slice, *c);
		break;
	case LC_DYLD_EXPORTS_TRIE:
		slice_linkedit(slice, *c, &slice->exports);
		break;
	case LC_DYLD_CHAINED_FIXUPS:
		slice_linkedit(slice, *c, &slice->fixups);
		break;
	default:
		break;
	}
}

static void slice_commands(struct macho_slice *slice, const struct str *block,
                           uint32_t count)
{
	struct cursor all = cursor_of(block->data, block->len, slice->big_endian);

	for (uint32_t i = 0; i < count; i++) {
		struct cursor c = all;
		uint32_t command = cursor_u32(&c), size = cursor_u32(&c);

		if (c.failed || size < 8 || size > (size_t)(all.end - all.at)) {
			slice->damaged = true;
			return;
		}
		c = cursor_of(all.at, size, slice->big_endian);
		slice_command(slice, command, &c);
		cursor_skip(&all, size);
	}
}

static bool slice_magic(struct macho_slice *slice, uint32_t magic)
{
	slice->is_64 = magic == MH_MAGIC_64 || magic == MH_CIGAM_64;
	slice->big_endian = magic == MH_CIGAM || magic == MH_CIGAM_64;
	return slice->is_64 || slice->big_endian || magic == MH_MAGIC;
}

/* Reads header and load commands at the slice's offset. */
static void slice_parse(struct macho_slice *slice, const struct binary *b)
{
	CLEANUP(str_release) struct str block = STR_INIT;
	unsigned char head[32] = {0};
	struct cursor c = cursor_of(head, sizeof(head), false);

	slice->cut = slice->offset > b->size || slice->size > b->size - slice->offset;
	if (!binary_read(b, slice->offset, head, 28)) {
		slice->cut = true;
		return;
	}
	if (!slice_magic(slice, cursor_u32(&c))) {
		slice->damaged = true;
		return;
	}
	c.big = slice->big_endian;
	uint32_t type = cursor_u32(&c), subtype = cursor_u32(&c);
	slice_set_arch(slice, type, subtype);
	slice->file_type = cursor_u32(&c);
	uint32_t count = cursor_u32(&c), bytes = cursor_u32(&c);
	slice->flags = cursor_u32(&c);
	slice->read = true;

	uint64_t at = slice->offset + (slice->is_64 ? 32 : 28);
	uint64_t left = at < b->size ? b->size - at : 0;
	if (bytes > left) {
		slice->cut = true;
		bytes = left < COMMANDS_BYTES_MAX ? (uint32_t)left : COMMANDS_BYTES_MAX;
		if (binary_block(b, at, bytes, COMMANDS_BYTES_MAX, &block))
			slice_commands(slice, &block, count);
	} else if (binary_block(b, at, bytes, COMMANDS_BYTES_MAX, &block)) {
		slice_commands(slice, &block, count);
		slice->whole = !slice->damaged;
	} else {
		slice->damaged = true;
	}
}

static bool range_is_cut(const struct macho_range *range, const struct binary *b)
{
	return range->size &&
	       (range->offset > b->size || range->size > b->size - range->offset);
}

/* A thin file does not say how long it is: its link-edit data tell. */
static void slice_note_cut(struct macho_slice *slice, const struct binary *b)
{
	if (range_is_cut(&slice->bind, b) || range_is_cut(&slice->lazy_bind, b) ||
	    range_is_cut(&slice->exports, b) || range_is_cut(&slice->fixups, b))
		slice->cut = true;
}

static int fat_parse(struct macho *m, const struct binary *b, bool is_64, uint32_t count,
                     struct error *err)
{
	size_t row = is_64 ? 32 : 20;

	/* 0xcafebabe also begins Java classes, whose next number is above 40. */
	if (count > MACHO_SLICES_MAX)
		return error_set(err, ERROR_INVALID, "not a universal file: %u slices",
		                 count);
	m->fat = true;
	for (uint32_t i = 0; i < count; i++) {
		struct macho_slice *slice = &m->slices[m->count];
		unsigned char bytes[32];
		struct cursor c = cursor_of(bytes, row, true);

		if (!binary_read(b, 8 + (uint64_t)i * row, bytes, row))
			break;
		uint32_t type = cursor_u32(&c), subtype = cursor_u32(&c);
		slice_set_arch(slice, type, subtype);
		slice->offset = is_64 ? cursor_u64(&c) : cursor_u32(&c);
		slice->size = is_64 ? cursor_u64(&c) : cursor_u32(&c);
		m->count++;
		slice_parse(slice, b);
		slice_note_cut(slice, b);
	}
	if (!m->count)
		return error_set(err, ERROR_DAMAGED, "a universal file without slices");
	return 0;
}

bool macho_looks_like(const struct binary *b)
{
	unsigned char head[8] = {0};
	struct cursor c = cursor_of(head, sizeof(head), true);
	struct macho_slice slice;

	if (!binary_read(b, 0, head, b->size < 8 ? 4 : 8))
		return false;
	uint32_t magic = cursor_u32(&c), count = cursor_u32(&c);
	if (magic == FAT_MAGIC || magic == FAT_MAGIC_64)
		return count <= MACHO_SLICES_MAX;
	return slice_magic(&slice, magic);
}

int macho_parse(struct macho *m, const struct binary *b, struct error *err)
{
	unsigned char head[8] = {0};
	struct cursor c = cursor_of(head, sizeof(head), true);

	*m = (struct macho)MACHO_INIT;
	if (!macho_looks_like(b))
		return error_set(err, ERROR_INVALID, "not a Mach-O file");
	if (!binary_read(b, 0, head, sizeof(head)))
		return error_set(err, ERROR_DAMAGED, "the file ends in its header");
	uint32_t magic = cursor_u32(&c), count = cursor_u32(&c);
	if (magic == FAT_MAGIC || magic == FAT_MAGIC_64)
		return fat_parse(m, b, magic == FAT_MAGIC_64, count, err);

	struct macho_slice *slice = &m->slices[0];
	slice->size = b->size;
	slice_parse(slice, b);
	if (!slice->read)
		return error_set(err, ERROR_DAMAGED, "the file ends in its header");
	slice_note_cut(slice, b);
	m->count = 1;
	return 0;
}

static void slice_release(struct macho_slice *slice)
{
	free(slice->install_name);
	for (size_t i = 0; i < slice->library_count; i++)
		free(slice->libraries[i].name);
	free(slice->libraries);
	strlist_release(&slice->rpaths);
}

void macho_release(struct macho *m)
{
	for (size_t i = 0; i < m->count; i++)
		slice_release(&m->slices[i]);
	*m = (struct macho)MACHO_INIT;
}

const struct macho_slice *macho_slice_for(const struct macho *m, const char *arch)
{
	for (size_t i = 0; i < m->count; i++)
		if (text_equal(macho_plain_arch(&m->slices[i]), arch))
			return &m->slices[i];
	return NULL;
}

void macho_duplicate_rpaths(const struct macho_slice *slice, struct strlist *out)
{
	CLEANUP(strlist_release) struct strlist seen = STRLIST_INIT;

	for (size_t i = 0; i < slice->rpaths.count; i++) {
		const char *path = slice->rpaths.items[i];

		if (!strlist_has(&seen, path))
			strlist_add(&seen, path);
		else if (!strlist_has(out, path))
			strlist_add(out, path);
	}
}

bool macho_is_system_library(const char *name)
{
	return text_starts(name, "/usr/lib/") || text_starts(name, "/System/");
}
