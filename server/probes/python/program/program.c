/* SPDX-License-Identifier: MIT */
/*
 * An interpreter's own facts: its program, version and architecture, what it was made by
 * and from.  The members are those of the first table of docs/report.md.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python/program/version.h"
#include "python/python.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/mem.h"
#include "trilane/sha256.h"

#include "trilane/banned.h"

/* /usr/bin/python3 of macOS is a stub that starts the one of Xcode or its tools. */
static bool is_apple_stub(const struct source *s, const struct interpreter *i)
{
	return s->os == SOURCE_MACOS && i->real_path &&
	       path_below(i->real_path, "/usr/bin");
}

static void resolve_apple_stub(struct source *s, struct interpreter *i)
{
	static const char *const folders[] = {
		"/var/db/xcode_select_link", "/Library/Developer/CommandLineTools",
		"/Applications/Xcode.app/Contents/Developer"};
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str real = STR_INIT;

	for (size_t n = 0; n < 3; n++) {
		path_join(&path, folders[n], "usr/bin/python3");
		str_clear(&real);
		if (source_resolve(s, path.data, &real, NULL))
			continue;
		free(i->program);
		i->program = xstrdup(real.data);
		return;
	}
}

/* The folder of the installation a program belongs to. */
static char *program_prefix(const char *program)
{
	CLEANUP(str_release) struct str dir = STR_INIT;
	CLEANUP(str_release) struct str above = STR_INIT;

	fs_dir_name(&dir, program);
	fs_dir_name(&above, dir.data);
	return str_detach(&above);
}

static void read_archs(const struct python_machine *m, struct interpreter *i)
{
	CLEANUP(native_release) struct native n = NATIVE_INIT;
	struct error why = ERROR_INIT;

	if (!i->program) {
		fact_set_absent(i->facts, "archs", FACT_FAILED,
		                "the program's link leads nowhere");
		return;
	}
	if (!native_read(m->s, i->program, &n, &why)) {
		fact_set_absent(i->facts, "archs", FACT_FAILED, "%s", why.text);
		return;
	}
	for (size_t k = 0; k < n.archs.count; k++)
		strlist_add(&i->archs, n.archs.items[k]);
	json_object_set_new(i->facts, "archs", json_strings(&i->archs));
	if (n.libc)
		fact_set_string(i->facts, "libc", n.libc);
}

/* For which Python wheels are built, the program's name tells: "pypy3.10", "python3.13t".
 */
static void set_implementation(struct interpreter *i)
{
	const char *name = fs_base_name(i->program ? i->program : i->path);
	bool pypy = text_starts(name, "pypy");

	fact_set_string(i->facts, "implementation", pypy ? "pypy" : "cpython");
	if (!pypy && text_ends(name, "t"))
		json_object_set_new(i->facts, "free_threaded", json_true());
}

static void decide_runs_as(const struct python_machine *m, struct interpreter *i)
{
	/* A universal program started by an Intel process under Rosetta would be Intel
	 * too; "plainly" means from a native one. */
	if (!i->archs.count)
		fact_set_absent(i->facts, "runs_as", FACT_UNAVAILABLE,
		                "the program's architecture is not known");
	else if (m->arch && strlist_has(&i->archs, m->arch))
		i->runs_as = m->arch;
	else if (m->translates_x86 && strlist_has(&i->archs, "x86_64"))
		i->runs_as = "x86_64";
	else if (m->arch)
		fact_set_absent(i->facts, "runs_as", FACT_NOT_APPLICABLE,
		                "this machine cannot run it");
	else if (i->archs.count == 1)
		i->runs_as = i->archs.items[0];
	else
		fact_set_absent(i->facts, "runs_as", FACT_UNAVAILABLE,
		                "the machine's architecture is not known");
	if (i->runs_as)
		fact_set_string(i->facts, "runs_as", i->runs_as);
}

static void set_minor(struct interpreter *i)
{
	const char *dot = strchr(i->version, '.');
	size_t n = dot ? (size_t)(dot - i->version) + 1 : 0;

	if (!dot)
		return;
	n += strspn(i->version + n, "0123456789");
	snprintf(i->minor, sizeof(i->minor), "%.*s", (int)(n < 15 ? n : 15), i->version);
}

/* The installation under an environment says which version it is today; pyvenv.cfg says
 * which it was when the environment was made. */
static void read_version(const struct python_machine *m, struct interpreter *i)
{
	char minor[16] = "";

	version_minor(m->s, i->program, i->prefix, minor);
	if (i->is_conda) {
		version_of_installation(m->s, "", i->prefix, "", i->version);
	} else if (i->program) {
		CLEANUP_FREE char *prefix = program_prefix(i->program);

		if (!*minor)
			version_minor(m->s, i->program, prefix, minor);
		version_of_installation(m->s, i->program, prefix, minor, i->version);
	}
	if (!version_is_full(i->version) && i->venv.version) {
		char recorded[32];

		if (version_take(i->venv.version, i->version, recorded))
			snprintf(i->version, sizeof(i->version), "%s", recorded);
	}
	if (!*i->version)
		snprintf(i->version, sizeof(i->version), "%s", minor);
	set_minor(i);
	if (*i->version)
		fact_set_string(i->facts, "version", i->version);
	else
		fact_set_absent(i->facts, "version", FACT_UNAVAILABLE,
		                "nothing beside the program says its version");
}

static void set_path(json_t *facts, const char *name, const char *path)
{
	json_object_set_new(facts, name, fact_text(path, strlen(path)));
}

static void set_names(struct interpreter *i)
{
	char id[SHA256_HEX_SIZE];

	sha256_hex(i->path, strlen(i->path), id);
	id[16] = 0;
	fact_set_string(i->facts, "id", id);
	set_path(i->facts, "path", i->path);
	if (i->real_path)
		set_path(i->facts, "real_path", i->real_path);
	else /* "damaged" says why */
		json_object_set_new(i->facts, "real_path", json_null());
	if (i->aliases.count)
		json_object_set_new(i->facts, "aliases", json_strings(&i->aliases));
	json_object_set_new(i->facts, "found_by", json_strings(&i->found_by));
	if (i->on_path.count)
		json_object_set_new(i->facts, "on_path", json_strings(&i->on_path));
	if (i->kernels)
		json_object_set(i->facts, "kernels", i->kernels);
}

void describe_program(const struct python_machine *m, struct interpreter *i)
{
	set_names(i);
	if (is_apple_stub(m->s, i))
		resolve_apple_stub(m->s, i);
	if (i->program && text_starts(i->key, "file:")) {
		free(i->prefix);
		i->prefix = program_prefix(i->program);
	}
	read_version(m, i);
	set_implementation(i);
	read_archs(m, i);
	decide_runs_as(m, i);
	set_path(i->facts, "prefix", i->prefix);
	if (!i->real_path)
		note_damage(i, i->path, "the link leads nowhere or in a circle");
}

/* The folder of the Python an environment was made from. */
static char *base_prefix(struct interpreter *i)
{
	CLEANUP(str_release) struct str above = STR_INIT;

	/* A copied program lies in the environment itself and leads nowhere. */
	if (i->program && !path_below(i->program, i->prefix))
		return program_prefix(i->program);
	if (!i->venv.home || i->venv.home[0] != '/')
		return NULL;
	fs_dir_name(&above, i->venv.home);
	return str_detach(&above);
}

static const struct interpreter *find_base(const struct interpreter *i,
                                           const struct interpreters *all)
{
	for (size_t n = 0; n < all->count; n++) {
		const struct interpreter *other = &all->items[n];

		if (other == i || other->venv.present || !other->real_path)
			continue;
		if (i->real_path && text_equal(other->real_path, i->real_path))
			return other;
		if (i->base_prefix && other->is_conda &&
		    text_equal(other->prefix, i->base_prefix))
			return other;
	}
	return NULL;
}

void describe_base(const struct python_machine *m, struct interpreter *i,
                   const struct interpreters *all)
{
	json_t *base;

	(void)m;
	if (!i->venv.present)
		return;
	i->base_prefix = base_prefix(i);
	i->base = find_base(i, all);
	base = json_object();
	if (i->base_prefix)
		set_path(base, "prefix", i->base_prefix);
	else
		fact_set_absent(
			base, "prefix", FACT_UNAVAILABLE,
			"pyvenv.cfg does not say what the environment is made from");
	if (i->base)
		set_path(base, "path", i->base->path);
	json_object_set_new(base, "exists", json_boolean(i->real_path != NULL));
	json_object_set_new(i->facts, "base", base);
	json_object_set_new(i->facts, "system_site_packages",
	                    json_boolean(i->venv.system_site));
}
