/* SPDX-License-Identifier: MIT */
/*
 * ELF headers and the dynamic section.  One decision: the dynamic section is found
 * through the program headers, as the dynamic linker does, since section headers may be
 * stripped.
 */
#include "elf.h"

#include <stdlib.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum {
	HEADERS_MAX = 4096,
	DYNAMIC_BYTES_MAX = 1 << 20,
	STRINGS_BYTES_MAX = 64 << 20,
	NEEDED_MAX = 1000,
	PATH_BYTES_MAX = 4096,

	PT_LOAD = 1,
	PT_DYNAMIC = 2,
	PT_INTERP = 3,
	DT_NULL = 0,
	DT_NEEDED = 1,
	DT_STRTAB = 5,
	DT_STRSZ = 10,
	DT_SONAME = 14,
	DT_RPATH = 15,
	DT_RUNPATH = 29,
};

static const struct {
	uint16_t machine;
	bool is_64;
	const char *name;
} machines[] = {
	{3, false, "i386"},     {8, false, "mips"},      {20, false, "ppc"},
	{21, true, "ppc64"},    {22, true, "s390x"},     {40, false, "arm"},
	{62, true, "x86_64"},   {62, false, "x32"},      {183, true, "arm64"},
	{243, true, "riscv64"}, {243, false, "riscv32"}, {258, true, "loongarch64"},
};

static const char *machine_name(uint16_t machine, bool is_64)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (machines[i].machine == machine && machines[i].is_64 == is_64)
			return machines[i].name;
	return "unknown";
}

struct header {
	uint64_t program_at;
	uint16_t program_size, program_count;
};

struct program {
	uint32_t type;
	uint64_t offset, address, size;
};

static uint64_t read_word(struct cursor *c, bool is_64)
{
	return is_64 ? cursor_u64(c) : cursor_u32(c);
}

bool elf_looks_like(const struct binary *b)
{
	unsigned char head[4];

	return binary_read(b, 0, head, 4) && !memcmp(head, "\177ELF", 4);
}

/* The identification and the rest of the header. */
static int header_read(struct elf *e, const struct binary *b, struct header *h,
                       struct error *err)
{
	unsigned char head[64] = {0};

	if (!elf_looks_like(b))
		return error_set(err, ERROR_INVALID, "not an ELF file");
	if (!binary_read(b, 0, head, 20))
		return error_set(err, ERROR_DAMAGED, "the file ends in its header");
	if (head[4] < 1 || head[4] > 2 || head[5] < 1 || head[5] > 2)
		return error_set(err, ERROR_DAMAGED, "an ELF file of unknown class");
	e->is_64 = head[4] == 2;
	e->big_endian = head[5] == 2;
	size_t size = e->is_64 ? 64 : 52;
	if (!binary_read(b, 0, head, size))
		e->cut = true;
	struct cursor c = cursor_of(head, size, e->big_endian);
	cursor_skip(&c, 16);
	e->type = cursor_u16(&c);
	e->machine = cursor_u16(&c);
	e->arch = machine_name(e->machine, e->is_64);
	cursor_skip(&c, e->is_64 ? 12 : 8);
	h->program_at = read_word(&c, e->is_64);
	read_word(&c, e->is_64);
	cursor_skip(&c, 6);
	h->program_size = cursor_u16(&c);
	h->program_count = cursor_u16(&c);
	return 0;
}

static bool program_read(const struct elf *e, const struct binary *b,
                         const struct header *h, unsigned index, struct program *p)
{
	unsigned char bytes[56];
	size_t size = e->is_64 ? 56 : 32;

	if (h->program_size < size || h->program_at > b->size ||
	    !binary_read(b, h->program_at + (uint64_t)index * h->program_size, bytes,
	                 size))
		return false;
	struct cursor c = cursor_of(bytes, size, e->big_endian);
	p->type = cursor_u32(&c);
	if (e->is_64)
		cursor_skip(&c, 4);
	p->offset = read_word(&c, e->is_64);
	p->address = read_word(&c, e->is_64);
	read_word(&c, e->is_64);
	p->size = read_word(&c, e->is_64);
	return true;
}

/* Where the byte at ADDRESS of the loaded program is in the file. */
static bool file_offset(const struct elf *e, const struct binary *b,
                        const struct header *h, uint64_t address, uint64_t *offset)
{
	for (unsigned i = 0; i < h->program_count && i < HEADERS_MAX; i++) {
		struct program p;

		if (!program_read(e, b, h, i, &p))
			return false;
		if (p.type == PT_LOAD && address >= p.address &&
		    address - p.address < p.size) {
			*offset = p.offset + (address - p.address);
			return true;
		}
	}
	return false;
}

static void add_name(struct strlist *out, const struct str *strings, uint64_t at)
{
	const char *name = block_string(strings->data, strings->len, at);

	if (name && *name && out->count < NEEDED_MAX)
		strlist_add(out, name);
}

static void add_paths(struct strlist *out, const struct str *strings, uint64_t at)
{
	const char *paths = block_string(strings->data, strings->len, at);

	if (paths && strlen(paths) < PATH_BYTES_MAX && out->count < NEEDED_MAX)
		strlist_split(out, paths, ":");
}

static void dynamic_entry(struct elf *e, const struct str *strings, uint64_t tag,
                          uint64_t value)
{
	switch (tag) {
	case DT_NEEDED:
		add_name(&e->needed, strings, value);
		break;
	case DT_SONAME: {
		const char *name = block_string(strings->data, strings->len, value);

		free(e->soname);
		e->soname = name ? xstrdup(name) : NULL;
		break;
	}
	case DT_RPATH:
		add_paths(&e->rpath, strings, value);
		break;
	case DT_RUNPATH:
		add_paths(&e->runpath, strings, value);
		break;
	default:
		break;
	}
}

/* The string table that the dynamic section names, as far as the file has it. */
static bool dynamic_strings(struct elf *e, const struct binary *b, const struct header *h,
                            const struct str *dynamic, struct str *strings)
{
	struct cursor c = cursor_of(dynamic->data, dynamic->len, e->big_endian);
	uint64_t address = 0, size = 0, offset;

	for (;;) {
		uint64_t tag = read_word(&c, e->is_64), value = read_word(&c, e->is_64);

		if (c.failed || tag == DT_NULL)
			break;
		if (tag == DT_STRTAB)
			address = value;
		else if (tag == DT_STRSZ)
			size = value;
	}
	if (!size || !file_offset(e, b, h, address, &offset)) {
		e->damaged = true;
		return false;
	}
	if (binary_block(b, offset, size, STRINGS_BYTES_MAX, strings))
		return true;
	e->cut = true;
	return false;
}

static void dynamic_read(struct elf *e, const struct binary *b, const struct header *h,
                         const struct program *p)
{
	CLEANUP(str_release) struct str dynamic = STR_INIT;
	CLEANUP(str_release) struct str strings = STR_INIT;

	if (!binary_block(b, p->offset, p->size, DYNAMIC_BYTES_MAX, &dynamic)) {
		e->cut = true;
		return;
	}
	if (!dynamic_strings(e, b, h, &dynamic, &strings))
		return;
	struct cursor c = cursor_of(dynamic.data, dynamic.len, e->big_endian);
	for (;;) {
		uint64_t tag = read_word(&c, e->is_64), value = read_word(&c, e->is_64);

		if (c.failed || tag == DT_NULL)
			break;
		dynamic_entry(e, &strings, tag, value);
	}
	e->dynamic_read = true;
}

static void interpreter_read(struct elf *e, const struct binary *b,
                             const struct program *p)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	if (!binary_block(b, p->offset, p->size, PATH_BYTES_MAX, &path)) {
		e->cut = true;
		return;
	}
	free(e->interpreter);
	e->interpreter = xstrndup(path.data, strnlen(path.data, path.len));
}

int elf_parse(struct elf *e, const struct binary *b, struct error *err)
{
	struct header h = {0};

	*e = (struct elf)ELF_INIT;
	int rc = header_read(e, b, &h, err);
	if (rc)
		return rc;
	bool dynamic = false;
	for (unsigned i = 0; i < h.program_count && i < HEADERS_MAX; i++) {
		struct program p;

		if (!program_read(e, b, &h, i, &p)) {
			e->cut = true;
			break;
		}
		if (p.type == PT_INTERP)
			interpreter_read(e, b, &p);
		/* One dynamic section is enough; a file with a thousand is hostile. */
		if (p.type == PT_DYNAMIC && !dynamic) {
			dynamic = true;
			dynamic_read(e, b, &h, &p);
		}
	}
	if (!dynamic)
		e->dynamic_read = !e->cut;
	return 0;
}

void elf_release(struct elf *e)
{
	free(e->interpreter);
	free(e->soname);
	strlist_release(&e->needed);
	strlist_release(&e->rpath);
	strlist_release(&e->runpath);
	*e = (struct elf)ELF_INIT;
}
