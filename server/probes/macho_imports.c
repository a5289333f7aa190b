/* SPDX-License-Identifier: MIT */
/*
 * What a Mach-O imports, and from which library: classic bind opcodes (eager and lazy)
 * and chained fixups.  Only names, ordinals and weakness are kept; where a pointer would
 * be written does not matter here, so segments are never looked at.
 */
#include "macho.h"

#include <stdlib.h>

#include "trilane/mem.h"

#include "trilane/banned.h"

enum {
	BLOCK_BYTES_MAX = 64 << 20,
	IMPORTS_MAX = 1 << 18,

	BIND_OPCODE_MASK = 0xf0,
	BIND_IMMEDIATE_MASK = 0x0f,
	BIND_DONE = 0x00,
	BIND_SET_ORDINAL_IMMEDIATE = 0x10,
	BIND_SET_ORDINAL_ULEB = 0x20,
	BIND_SET_ORDINAL_SPECIAL = 0x30,
	BIND_SET_SYMBOL = 0x40, /* the immediate holds the flags */
	BIND_SET_TYPE = 0x50,
	BIND_SET_ADDEND_SLEB = 0x60,
	BIND_SET_SEGMENT_OFFSET_ULEB = 0x70,
	BIND_ADD_ADDRESS_ULEB = 0x80,
	BIND_DO = 0x90,
	BIND_DO_ADD_ADDRESS_ULEB = 0xa0,
	BIND_DO_ADD_ADDRESS_SCALED = 0xb0,
	BIND_DO_ULEB_TIMES_SKIPPING = 0xc0,
	BIND_THREADED = 0xd0,
	BIND_THREADED_SET_TABLE_SIZE = 0xd0, /* sub-opcode 0 has an operand */
	BIND_SYMBOL_WEAK_IMPORT = 0x1,

	CHAINED_IMPORT = 1,
	CHAINED_IMPORT_ADDEND = 2,
	CHAINED_IMPORT_ADDEND64 = 3,
};

static bool imports_add(struct macho_imports *out, const struct macho_import *import)
{
	const struct macho_import *last = out->count ? &out->items[out->count - 1] : NULL;

	/* A symbol bound in many places is one opcode after the other. */
	if (last && last->name == import->name && last->ordinal == import->ordinal)
		return true;
	if (out->count >= IMPORTS_MAX)
		return false;
	out->items = array_reserve(out->items, &out->capacity, out->count + 1,
	                           sizeof(*out->items));
	out->items[out->count++] = *import;
	return true;
}

/* The operands of an opcode that this reader does not need. */
static bool bind_skip_operands(unsigned char opcode, struct cursor *c)
{
	switch (opcode & BIND_OPCODE_MASK) {
	case BIND_SET_TYPE:
		return true;
	case BIND_SET_ADDEND_SLEB:
		cursor_skip_sleb(c);
		return true;
	case BIND_SET_SEGMENT_OFFSET_ULEB:
	case BIND_ADD_ADDRESS_ULEB:
	case BIND_DO_ADD_ADDRESS_ULEB:
		cursor_uleb(c);
		return true;
	case BIND_DO:
	case BIND_DO_ADD_ADDRESS_SCALED:
		return true;
	case BIND_DO_ULEB_TIMES_SKIPPING:
		cursor_uleb(c);
		cursor_uleb(c);
		return true;
	case BIND_THREADED:
		if (opcode == BIND_THREADED_SET_TABLE_SIZE)
			cursor_uleb(c);
		return true;
	default:
		return false;
	}
}

static bool bind_binds(unsigned char opcode)
{
	unsigned char code = opcode & BIND_OPCODE_MASK;

	return code >= BIND_DO && code <= BIND_DO_ULEB_TIMES_SKIPPING;
}

/* Sets library or symbol; false if OPCODE does neither. */
static bool bind_set(unsigned char opcode, struct cursor *c, struct macho_import *import)
{
	unsigned char immediate = opcode & BIND_IMMEDIATE_MASK;
	uint64_t number;

	switch (opcode & BIND_OPCODE_MASK) {
	case BIND_SET_ORDINAL_IMMEDIATE:
		import->ordinal = immediate;
		return true;
	case BIND_SET_ORDINAL_ULEB:
		number = cursor_uleb(c);
		import->ordinal = number <= MACHO_LIBRARIES_MAX ? (int)number
		                                                : MACHO_LIBRARIES_MAX + 1;
		return true;
	case BIND_SET_ORDINAL_SPECIAL:
		import->ordinal = immediate ? (int)immediate - 16 : 0;
		return true;
	case BIND_SET_SYMBOL:
		import->weak = immediate & BIND_SYMBOL_WEAK_IMPORT;
		import->name = cursor_string(c);
		return true;
	default:
		return false;
	}
}

/* Runs a bind program.  A lazy one has BIND_DONE after each entry and goes on. */
static int bind_run(const struct str *block, bool lazy, struct macho_imports *out,
                    struct error *err)
{
	struct cursor c = cursor_of(block->data, block->len, false);
	struct macho_import import = {.name = NULL};

	while (c.at < c.end && !c.failed) {
		unsigned char opcode = cursor_u8(&c);

		if (opcode == BIND_DONE) {
			if (!lazy)
				break;
			continue;
		}
		if (bind_set(opcode, &c, &import))
			continue;
		if (!bind_skip_operands(opcode, &c))
			return error_set(err, ERROR_DAMAGED, "unknown bind opcode 0x%02x",
			                 opcode);
		if (bind_binds(opcode) && import.name && !imports_add(out, &import))
			return error_set(err, ERROR_TOO_LARGE, "too many imports");
	}
	if (c.failed)
		return error_set(err, ERROR_DAMAGED,
		                 "bind information ends in an operand");
	return 0;
}

/* Reads the piece RANGE into *BLOCK; where it lies beyond the end of the file is unknown.
 */
static int block_read(const struct binary *b, const struct macho_range *range,
                      struct str *block, struct error *err)
{
	if (range->size > BLOCK_BYTES_MAX)
		return error_set(err, ERROR_DAMAGED, "link-edit data of %llu bytes",
		                 (unsigned long long)range->size);
	if (!binary_block(b, range->offset, range->size, BLOCK_BYTES_MAX, block))
		return error_set(err, ERROR_NOT_FOUND,
		                 "the file ends before its link-edit data");
	return 0;
}

static int bind_read(const struct binary *b, const struct macho_range *range, bool lazy,
                     struct str *block, struct macho_imports *out, struct error *err)
{
	if (!range->size)
		return 0;
	int rc = block_read(b, range, block, err);
	return rc ? rc : bind_run(block, lazy, out, err);
}

/* One entry of the import table of chained fixups; the library's number is signed. */
static uint64_t chained_entry(struct cursor *c, uint32_t format,
                              struct macho_import *import)
{
	if (format == CHAINED_IMPORT_ADDEND64) {
		uint64_t bits = cursor_u64(c);
		unsigned ordinal = bits & 0xffff;

		cursor_skip(c, 8);
		import->ordinal =
			ordinal > 0xfff0 ? (int)ordinal - 0x10000 : (int)ordinal;
		import->weak = bits >> 16 & 1;
		return bits >> 32;
	}
	uint32_t bits = cursor_u32(c);
	unsigned ordinal = bits & 0xff;

	if (format == CHAINED_IMPORT_ADDEND)
		cursor_skip(c, 4);
	import->ordinal = ordinal > 0xf0 ? (int)ordinal - 0x100 : (int)ordinal;
	import->weak = bits >> 8 & 1;
	return bits >> 9;
}

static int chained_read(const struct binary *b, const struct macho_slice *slice,
                        struct str *block, struct macho_imports *out, struct error *err)
{
	int rc = block_read(b, &slice->fixups, block, err);
	if (rc)
		return rc;

	struct cursor c = cursor_of(block->data, block->len, slice->big_endian);
	cursor_skip(&c, 8);
	uint32_t imports_at = cursor_u32(&c), symbols_at = cursor_u32(&c);
	uint32_t count = cursor_u32(&c), format = cursor_u32(&c);
	uint32_t compression = cursor_u32(&c);
	if (c.failed || imports_at > block->len || symbols_at > block->len)
		return error_set(err, ERROR_DAMAGED,
		                 "chained fixups end in their header");
	if (compression || format < CHAINED_IMPORT || format > CHAINED_IMPORT_ADDEND64)
		return error_set(err, ERROR_UNSUPPORTED,
		                 "chained fixups of an unknown format");

	c = cursor_of(block->data + imports_at, block->len - imports_at,
	              slice->big_endian);
	for (uint32_t i = 0; i < count; i++) {
		struct macho_import import = {.name = NULL};
		uint64_t at = chained_entry(&c, format, &import);

		import.name = block_string(block->data + symbols_at,
		                           block->len - symbols_at, at);
		if (c.failed || !import.name)
			return error_set(err, ERROR_DAMAGED,
			                 "an import of the chained fixups has no name");
		if (!imports_add(out, &import))
			return error_set(err, ERROR_TOO_LARGE, "too many imports");
	}
	return 0;
}

int macho_imports(const struct binary *b, const struct macho_slice *slice,
                  struct macho_imports *out, struct error *err)
{
	*out = (struct macho_imports)MACHO_IMPORTS_INIT;
	if (!slice->whole)
		return error_set(err, ERROR_NOT_FOUND,
		                 "the load commands could not be read");
	if (slice->fixups.size) {
		int rc = chained_read(b, slice, &out->blocks[0], out, err);
		if (rc)
			return rc;
	}
	int rc = bind_read(b, &slice->bind, false, &out->blocks[1], out, err);
	return rc ? rc : bind_read(b, &slice->lazy_bind, true, &out->blocks[2], out, err);
}

void macho_imports_release(struct macho_imports *imports)
{
	free(imports->items);
	for (size_t i = 0; i < sizeof(imports->blocks) / sizeof(imports->blocks[0]); i++)
		str_release(&imports->blocks[i]);
	*imports = (struct macho_imports)MACHO_IMPORTS_INIT;
}
