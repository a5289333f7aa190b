/* SPDX-License-Identifier: MIT */
/* Makes a recording from a description: see machine_builder.h. */
#include "machine_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "macho_builder.h"
#include "trilane/cleanup.h"
#include "trilane/fs.h"

#include "trilane/banned.h"

enum { DESCRIPTION_MAX = 1 << 20 };

struct machine {
	const char *dir;
	struct str os, arch, home;
	struct str text_path, text; /* the file whose lines are being read */
};

static void place(const char *dir, const char *path, struct str *out)
{
	CLEANUP(str_release) struct str folder = STR_INIT;

	assert_int_equal(path[0], '/');
	str_addf(out, "%s/root%s", dir, path);
	fs_dir_name(&folder, out->data);
	assert_int_equal(fs_make_dirs(folder.data, 0755, NULL), 0);
}

void machine_file(const char *dir, const char *path, const void *bytes, size_t n)
{
	CLEANUP(str_release) struct str full = STR_INIT;

	place(dir, path, &full);
	assert_int_equal(fs_write(full.data, bytes, n, 0755, NULL), 0);
}

static void flush_text(struct machine *m)
{
	if (m->text_path.len)
		machine_file(m->dir, m->text_path.data, m->text.data, m->text.len);
	str_clear(&m->text_path);
	str_clear(&m->text);
}

static uint32_t cpu_type(const char *arch)
{
	return text_equal(arch, "x86_64") ? CPU_X86_64 : CPU_ARM64;
}

static void add_macho(struct machine *m, const struct strlist *words)
{
	CLEANUP(str_release) struct str file = STR_INIT;
	struct str slices[2] = {STR_INIT, STR_INIT};
	uint32_t types[2];
	size_t count = words->count - 2;

	assert_in_range(count, 1, 2);
	for (size_t i = 0; i < count; i++) {
		struct recipe r = {.minos = 0x000b0000};

		r.file_type = text_equal(words->items[0], "program") ? 2 : 6;
		r.cpu_type = types[i] = cpu_type(words->items[2 + i]);
		macho_build(&r, &slices[i]);
	}
	if (count == 1)
		str_add_n(&file, slices[0].data, slices[0].len);
	else
		macho_build_fat(slices, types, count, false, &file);
	machine_file(m->dir, words->items[1], file.data, file.len);
	str_release(&slices[0]);
	str_release(&slices[1]);
}

static void add_code(struct machine *m, const struct strlist *words)
{
	CLEANUP(str_release) struct str file = STR_INIT;

	assert_in_range(words->count, 3, 4);
	if (text_equal(m->os.data, "macOS")) {
		add_macho(m, words);
		return;
	}
	elf_build(text_equal(words->items[2], "x86_64") ? 62 : 183,
	          text_equal(words->items[0], "musl") ? "/lib/ld-musl-x86_64.so.1" : NULL,
	          NULL, NULL, NULL, &file);
	machine_file(m->dir, words->items[1], file.data, file.len);
}

static void add_dist(struct machine *m, const struct strlist *words)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;

	assert_true(words->count >= 4);
	str_addf(&path, "%s/", words->items[1]);
	for (const char *c = words->items[2]; *c; c++)
		str_add_char(&path, *c == '-' ? '_' : *c);
	str_addf(&path, "-%s.dist-info/METADATA", words->items[3]);
	str_addf(&text, "Metadata-Version: 2.1\nName: %s\nVersion: %s\n", words->items[2],
	         words->items[3]);
	for (size_t i = 4; i < words->count; i++)
		str_addf(&text, "Requires-Dist: %s\n", words->items[i]);
	str_add(&text, "\nRequires-Dist: nothing, this is the description\n");
	machine_file(m->dir, path.data, text.data, text.len);
}

static void add_conda(struct machine *m, const struct strlist *words)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;

	assert_int_equal(words->count, 6);
	str_addf(&path, "%s/conda-meta/%s-%s-%s.json", words->items[1], words->items[2],
	         words->items[3], words->items[4]);
	str_addf(&text, "{\"name\": \"%s\", \"subdir\": \"%s\"}\n", words->items[2],
	         words->items[5]);
	machine_file(m->dir, path.data, text.data, text.len);
}

static void add_link(struct machine *m, const struct strlist *words)
{
	CLEANUP(str_release) struct str full = STR_INIT;

	assert_int_equal(words->count, 3);
	place(m->dir, words->items[1], &full);
	assert_int_equal(symlink(words->items[2], full.data), 0);
}

static void add_line(struct machine *m, const char *line)
{
	CLEANUP(strlist_release) struct strlist words = STRLIST_INIT;

	if (line[0] == '|') {
		str_addf(&m->text, "%s\n", line[1] ? line + 2 : "");
		return;
	}
	flush_text(m);
	strlist_split(&words, line, " ");
	if (!words.count || line[0] == '#')
		return;
	const char *verb = words.items[0];
	assert_true(words.count >= 2);
	if (text_equal(verb, "os")) {
		str_add(&m->os, words.items[1]);
		str_add(&m->arch, words.items[2]);
	} else if (text_equal(verb, "home")) {
		str_add(&m->home, words.items[1]);
	} else if (text_equal(verb, "program") || text_equal(verb, "library") ||
	           text_equal(verb, "musl")) {
		add_code(m, &words);
	} else if (text_equal(verb, "text")) {
		str_add(&m->text_path, words.items[1]);
	} else if (text_equal(verb, "link")) {
		add_link(m, &words);
	} else if (text_equal(verb, "dist")) {
		add_dist(m, &words);
	} else if (text_equal(verb, "conda")) {
		add_conda(m, &words);
	} else if (text_equal(verb, "dir")) {
		CLEANUP(str_release) struct str full = STR_INIT;

		str_addf(&full, "%s/root%s", m->dir, words.items[1]);
		assert_int_equal(fs_make_dirs(full.data, 0755, NULL), 0);
	} else {
		fail_msg("unknown word %s", verb);
	}
}

void machine_build(const char *description, const char *dir)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(strlist_release) struct strlist lines = STRLIST_INIT;
	struct machine m = {dir, STR_INIT, STR_INIT, STR_INIT, STR_INIT, STR_INIT};

	assert_int_equal(fs_read(description, DESCRIPTION_MAX, &text, NULL), 0);
	strlist_split(&lines, text.data, "\n");
	for (size_t i = 0; i < lines.count; i++)
		add_line(&m, lines.items[i]);
	flush_text(&m);
	str_clear(&text);
	str_addf(
		&text,
		"{\"schema\": \"trilane/recording/1\", \"os\": \"%s\", \"arch\": \"%s\", "
		"\"process_arch\": \"%s\", \"translated\": false, \"home\": \"%s\", "
		"\"taken\": \"2026-01-02T03:04:05Z\", \"tool\": {}}\n",
		m.os.data, m.arch.data, m.arch.data, m.home.data);
	str_addf(&path, "%s/recording.json", dir);
	assert_int_equal(fs_write(path.data, text.data, text.len, 0644, NULL), 0);
	str_release(&m.os);
	str_release(&m.arch);
	str_release(&m.home);
	str_release(&m.text_path);
	str_release(&m.text);
}
