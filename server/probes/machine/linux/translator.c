/* SPDX-License-Identifier: MIT */
/*
 * Linux: programs of another architecture.
 *
 * Rosetta for Linux (in guests on Apple silicon) and qemu-user register in binfmt_misc;
 * inside a container that folder is often not mounted, and then a translated process is
 * known by contradiction: it is x86-64 while the machine is Arm.  Which translator:
 * Rosetta shows programs a made-up /proc/cpuinfo ("VirtualApple"), qemu-user the host's.
 * Handlers for the machine's own architecture say nothing and are passed over.
 */
#include <string.h>

#include "linux.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

static const char binfmt_dir[] = "/proc/sys/fs/binfmt_misc";

struct handlers {
	bool rosetta;
	bool qemu;        /* for the other architecture */
	bool rosetta_off; /* registered but disabled */
	bool qemu_off;
	struct str rosetta_name;
	struct str qemu_name;
	json_t *others; /* "FEX-x86_64", "box64" … */
};

/* Bytes 18 and 19 of the magic are the ELF machine: 3e00 x86-64, b700 AArch64. */
static const char *arch_of_magic(const char *text)
{
	CLEANUP(str_release) struct str magic = STR_INIT;

	if (!line_value(text, "magic", &magic) || magic.len < 40)
		return NULL;
	if (memcmp(magic.data + 36, "3e00", 4) == 0)
		return "x86_64";
	return memcmp(magic.data + 36, "b700", 4) == 0 ? "arm64" : NULL;
}

static const char *arch_of_name(const char *name)
{
	if (strstr(name, "x86_64"))
		return "x86_64";
	return strstr(name, "aarch64") ? "arm64" : NULL;
}

static void take_handler(struct source *s, const char *name, const char *machine,
                         struct handlers *h)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(str_release) struct str program = STR_INIT;
	const char *arch;
	bool on;

	fs_join(&path, binfmt_dir, name);
	if (!file_text(s, path.data, &text))
		return;
	arch = arch_of_magic(text.data);
	arch = arch ? arch : arch_of_name(name);
	on = text_starts(text.data, "enabled");
	line_value(text.data, "interpreter", &program);
	if (!text_contains(name, "rosetta") && !text_contains(program.data, "rosetta") &&
	    (!arch || text_equal(arch, machine)))
		return;
	if (text_contains(name, "rosetta") || text_contains(program.data, "rosetta")) {
		h->rosetta = h->rosetta || on;
		h->rosetta_off = h->rosetta_off || !on;
		str_clear(&h->rosetta_name);
		str_add(&h->rosetta_name, path.data);
	} else if (text_contains(name, "qemu") || text_contains(program.data, "qemu")) {
		h->qemu = h->qemu || on;
		h->qemu_off = h->qemu_off || !on;
		str_clear(&h->qemu_name);
		str_add(&h->qemu_name, path.data);
	} else {
		json_add_text(h->others, name);
	}
}

static void find_handlers(struct source *s, const char *machine, struct handlers *h)
{
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;

	*h = (struct handlers){.rosetta_name = STR_INIT, .qemu_name = STR_INIT};
	h->others = json_array();
	if (source_list(s, binfmt_dir, &list, NULL) < 0)
		return;
	for (size_t i = 0; i < list.count && i < 256; i++)
		if (!text_equal(list.items[i].name, "register") &&
		    !text_equal(list.items[i].name, "status"))
			take_handler(s, list.items[i].name, machine, h);
}

static void handlers_release(struct handlers *h)
{
	str_release(&h->rosetta_name);
	str_release(&h->qemu_name);
	json_decref(h->others);
}

/* A program file of qemu-user for the other architecture, registered or not. */
static const char *qemu_program(struct source *s, const char *machine)
{
	static const char *const for_arm[] = {"/usr/bin/qemu-x86_64-static",
	                                      "/usr/bin/qemu-x86_64",
	                                      "/usr/local/bin/qemu-x86_64"};
	static const char *const for_x86[] = {"/usr/bin/qemu-aarch64-static",
	                                      "/usr/bin/qemu-aarch64",
	                                      "/usr/local/bin/qemu-aarch64"};
	const char *const *paths = text_equal(machine, "arm64") ? for_arm : for_x86;

	for (size_t i = 0; i < 3; i++)
		if (source_is_file(s, paths[i]))
			return paths[i];
	return NULL;
}

struct verdict {
	const char *kind; /* NULL: none */
	bool installed;
	const char *origin;
};

/* Of a process that is translated: by what? */
static struct verdict of_process(const struct source *s, const struct handlers *h,
                                 const struct cpuinfo *c)
{
	struct verdict v = {.installed = true};

	if (s->translator) {
		v.kind = s->translator;
		v.origin = "/proc/thread-self/exe";
	} else if (cpuinfo_is_rosetta(c)) {
		v.kind = "rosetta-linux";
		v.origin = "/proc/cpuinfo (VirtualApple)";
	} else if (h->rosetta && !h->qemu) {
		v.kind = "rosetta-linux";
		v.origin = h->rosetta_name.data;
	} else {
		v.kind = "qemu-user";
		v.origin = h->qemu ? h->qemu_name.data
		                   : "the process' architecture is not the machine's";
	}
	return v;
}

static struct verdict of_machine(struct source *s, const struct handlers *h,
                                 const char *machine)
{
	const char *program = qemu_program(s, machine);

	if (h->rosetta)
		return (struct verdict){"rosetta-linux", true, h->rosetta_name.data};
	if (h->qemu)
		return (struct verdict){"qemu-user", true, h->qemu_name.data};
	if (program)
		return (struct verdict){"qemu-user", true, program};
	if (h->rosetta_off)
		return (struct verdict){"rosetta-linux", false, h->rosetta_name.data};
	if (h->qemu_off)
		return (struct verdict){"qemu-user", false, h->qemu_name.data};
	return (struct verdict){NULL, false, binfmt_dir};
}

static bool is_translated(const struct source *s, const char *machine,
                          const struct cpuinfo *c)
{
	return s->translated || cpuinfo_is_rosetta(c) ||
	       (s->process_arch && machine && !text_equal(s->process_arch, machine) &&
	        (text_equal(s->process_arch, "arm64") ||
	         text_equal(s->process_arch, "x86_64")));
}

/* What the translated program sees is what there is; a native one cannot know. */
static void set_avx(json_t *report, const struct verdict *v, const struct cpuinfo *c,
                    const char *machine)
{
	if (!v->kind)
		machine_absent(report, "translator.avx", FACT_NOT_APPLICABLE,
		               "there is no translator");
	else if (text_equal(machine, "x86_64"))
		machine_absent(report, "translator.avx", FACT_NOT_APPLICABLE,
		               "it translates Arm programs");
	else if (cpuinfo_is_rosetta(c) && c->flags)
		machine_set(report, "translator.avx", json_boolean(cpuinfo_has(c, "avx")),
		            "/proc/cpuinfo (VirtualApple)");
	else if (text_equal(v->kind, "qemu-user"))
		machine_absent(report, "translator.avx", FACT_NOT_MEASURED,
		               "qemu-user translates AVX from version 7.2 on, if its "
		               "processor model has it");
	else
		machine_absent(report, "translator.avx", FACT_NOT_MEASURED,
		               "only a translated program is told");
}

void linux_translator(struct source *s, json_t *report)
{
	CLEANUP(cpuinfo_release) struct cpuinfo c = CPUINFO_INIT;
	CLEANUP(handlers_release) struct handlers h = {.rosetta_name = STR_INIT};
	const char *machine = machine_text(report, "arch");
	bool translated;
	struct verdict v;

	cpuinfo_read(s, &c);
	find_handlers(s, machine, &h);
	translated = is_translated(s, machine, &c);
	v = translated ? of_process(s, &h, &c) : of_machine(s, &h, machine);
	machine_set(report, "translator.kind", v.kind ? json_string(v.kind) : json_null(),
	            "%s", v.origin);
	machine_set(report, "translator.installed", json_boolean(v.installed), "%s",
	            v.origin);
	machine_set(report, "translator.registered", json_boolean(h.rosetta || h.qemu),
	            "%s", binfmt_dir);
	machine_set(report, "translated", json_boolean(translated), "%s",
	            translated ? v.origin : "the process' architecture is the machine's");
	if (json_array_size(h.others) > 0)
		machine_set(report, "translator.others", json_incref(h.others), "%s",
		            binfmt_dir);
	set_avx(report, &v, &c, machine);
}
