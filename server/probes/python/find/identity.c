/* SPDX-License-Identifier: MIT */
/*
 * From candidates to interpreters.  An environment (pyvenv.cfg or conda-meta beside bin)
 * is one interpreter, whatever its programs are links to: Python takes its prefix from
 * the place it is called by.  Everything else is one for each file at the end of the
 * links.
 */
#include <stdlib.h>
#include <string.h>

#include "python/python.h"
#include "trilane/cleanup.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum { PYVENV_BYTES_MAX = 64 << 10, HEAD_BYTES = 4 };

static void interpreter_release(struct interpreter *i)
{
	free(i->key);
	free(i->path);
	free(i->real_path);
	free(i->program);
	free(i->prefix);
	free(i->base_prefix);
	strlist_release(&i->aliases);
	strlist_release(&i->found_by);
	strlist_release(&i->on_path);
	strlist_release(&i->archs);
	json_decref(i->kernels);
	json_decref(i->facts);
	pyvenv_release(&i->venv);
	for (size_t n = 0; n < i->site_count; n++) {
		free(i->sites[n].path);
		free(i->sites[n].real);
		fs_list_release(&i->sites[n].list);
	}
}

void interpreters_release(struct interpreters *all)
{
	for (size_t i = 0; i < all->count; i++)
		interpreter_release(&all->items[i]);
	free(all->items);
	*all = (struct interpreters)INTERPRETERS_INIT;
}

/* The folder above the folder of PATH: of ".../env/bin/python", ".../env". */
static void grandparent(const char *path, struct str *out)
{
	CLEANUP(str_release) struct str dir = STR_INIT;

	fs_dir_name(&dir, path);
	str_clear(out);
	fs_dir_name(out, dir.data);
}

static bool in_bin(const char *path)
{
	CLEANUP(str_release) struct str dir = STR_INIT;

	fs_dir_name(&dir, path);
	return text_equal(fs_base_name(dir.data), "bin") &&
	       python_program_name(fs_base_name(path));
}

static bool has_conda_meta(struct source *s, const char *prefix)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	path_join(&path, prefix, "conda-meta");
	return source_is_dir(s, path.data);
}

/* Is PREFIX an environment?  Then I gets its key, prefix and pyvenv.cfg. */
static bool take_environment(struct source *s, const char *prefix, struct interpreter *i)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;

	path_join(&path, prefix, "pyvenv.cfg");
	if (source_is_file(s, path.data)) {
		/* One that cannot be read is an environment still. */
		source_read_head(s, path.data, PYVENV_BYTES_MAX, &text, NULL);
		pyvenv_parse(&i->venv, text.data, text.len);
	} else if (has_conda_meta(s, prefix)) {
		i->is_conda = true;
	} else {
		return false;
	}
	i->key = xasprintf("env:%s", prefix);
	i->prefix = xstrdup(prefix);
	return true;
}

/* Scripts in the place of a program (pyenv's shims) start some other Python. */
static bool is_script(struct source *s, const char *path)
{
	CLEANUP(str_release) struct str head = STR_INIT;

	return source_read_head(s, path, HEAD_BYTES, &head, NULL) == 0 &&
	       text_starts(head.data, "#!");
}

/* Fills the parts of I that tell it from others; false if PATH starts no Python. */
static bool identify_path(struct source *s, const char *path, struct interpreter *i)
{
	CLEANUP(str_release) struct str above = STR_INIT;
	CLEANUP(str_release) struct str prefix = STR_INIT;
	CLEANUP(str_release) struct str real = STR_INIT;

	if (source_resolve(s, path, &real, NULL) == 0)
		i->real_path = xstrdup(real.data);
	if (in_bin(path)) {
		grandparent(path, &above);
		if (source_resolve(s, above.data, &prefix, NULL) == 0 &&
		    take_environment(s, prefix.data, i))
			return true;
	}
	if (!i->real_path || !source_is_file(s, i->real_path))
		return false;
	grandparent(i->real_path, &prefix);
	if (in_bin(i->real_path) && has_conda_meta(s, prefix.data))
		return take_environment(s, prefix.data, i);
	if (is_script(s, i->real_path))
		return false;
	i->key = xasprintf("file:%s", i->real_path);
	i->prefix = xstrdup(prefix.data);
	return true;
}

static struct interpreter *interpreters_find(struct interpreters *all, const char *key)
{
	for (size_t i = 0; i < all->count; i++)
		if (text_equal(all->items[i].key, key))
			return &all->items[i];
	return NULL;
}

/* How much worse than others a path is for people: the lowest is reported.  Of an
 * environment that is its bin/python; of an installation the program itself, unless it
 * lies where nobody looks, and then the shortest link to it. */
static size_t path_rank(const struct interpreter *i, const char *path)
{
	const char *name = fs_base_name(path);
	size_t rank = strlen(path);

	if (text_starts(i->key, "env:"))
		return rank + (text_equal(name, "python") ? 0 : 4000);
	if (!strchr(name, '.'))
		rank += 4000;
	if (path_has_part(path, "Cellar") || path_below(path, "/nix/store") ||
	    path_below(path, "/gnu/store"))
		rank += 6000; /* more than a name without a version */
	else if (!text_equal(path, i->real_path))
		rank += 1000;
	if (path_below(path, "/bin")) /* a link to /usr/bin nowadays */
		rank += 1000;
	return rank;
}

static void take_alias(struct interpreter *i, const char *path)
{
	if (text_equal(i->path, path))
		return;
	if (path_rank(i, path) < path_rank(i, i->path)) {
		strlist_take(&i->aliases, i->path);
		i->path = xstrdup(path);
	} else if (!strlist_has(&i->aliases, path)) {
		strlist_add(&i->aliases, path);
	}
}

static void take_candidate(struct interpreter *i, const struct candidate *c)
{
	if (!strlist_has(&i->found_by, c->found_by))
		strlist_add(&i->found_by, c->found_by);
	if (c->on_path && !strlist_has(&i->on_path, c->on_path))
		strlist_add(&i->on_path, c->on_path);
	if (c->kernel) {
		if (!i->kernels)
			i->kernels = json_array();
		json_array_append(i->kernels, c->kernel);
	}
}

static void identify_candidate(struct find *f, const struct candidate *c,
                               struct interpreters *out)
{
	struct interpreter fresh = {.key = NULL};

	if (!identify_path(f->s, c->path, &fresh)) {
		interpreter_release(&fresh);
		return;
	}
	struct interpreter *known = interpreters_find(out, fresh.key);
	if (known) {
		interpreter_release(&fresh);
		take_alias(known, c->path);
		take_candidate(known, c);
		return;
	}
	if (out->count >= INTERPRETERS_MAX) {
		out->limited = true;
		interpreter_release(&fresh);
		return;
	}
	fresh.path = xstrdup(c->path);
	out->items = array_reserve(out->items, &out->capacity, out->count + 1,
	                           sizeof(*out->items));
	out->items[out->count] = fresh;
	struct interpreter *added = &out->items[out->count++];
	if (text_starts(added->key, "file:") && in_bin(added->real_path))
		take_alias(added, added->real_path);
	take_candidate(added, c);
}

void identify(struct find *f, struct interpreters *out)
{
	for (size_t i = 0; i < f->count; i++)
		identify_candidate(f, &f->items[i], out);
	for (size_t i = 0; i < out->count; i++) {
		struct interpreter *at = &out->items[i];

		strlist_sort(&at->aliases);
		if (at->real_path)
			at->program = xstrdup(at->real_path);
		at->facts = json_object();
	}
}
