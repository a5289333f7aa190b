/* SPDX-License-Identifier: MIT */
/*
 * Candidates: how the finders say "there may be a Python".  Adding costs a few look-ups
 * and judges nothing; what is the same is found out later (identity.c).
 */
#include <stdlib.h>
#include <string.h>

#include "python/python.h"
#include "trilane/cleanup.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum { CHILDREN_MAX = 500 };

void find_release(struct find *f)
{
	for (size_t i = 0; i < f->count; i++) {
		free(f->items[i].path);
		free(f->items[i].on_path);
		json_decref(f->items[i].kernel);
	}
	free(f->items);
	strlist_release(&f->visited);
	strlist_release(&f->conda);
	json_decref(f->lost_kernels);
}

/* "3", "3.12", "3.13t": the number behind a program's name. */
static bool version_suffix(const char *s)
{
	if (!*s)
		return true;
	if (*s < '2' || *s > '3')
		return false;
	s++;
	if (!*s)
		return true;
	if (*s++ != '.')
		return false;
	size_t digits = strspn(s, "0123456789");
	return digits >= 1 && digits <= 2 && (!s[digits] || text_equal(s + digits, "t"));
}

bool python_program_name(const char *name)
{
	if (text_starts(name, "python"))
		return version_suffix(name + 6);
	if (text_starts(name, "pypy"))
		return version_suffix(name + 4);
	return false;
}

void find_add(struct find *f, const char *path, const char *found_by)
{
	if (path[0] != '/' || strlen(path) > PYTHON_PATH_MAX)
		return;
	if (f->count >= CANDIDATES_MAX) {
		f->limited = true;
		return;
	}
	f->items = array_reserve(f->items, &f->capacity, f->count + 1, sizeof(*f->items));
	f->items[f->count++] =
		(struct candidate){.path = xstrdup(path), .found_by = found_by};
}

bool find_add_prefix(struct find *f, const char *prefix, const char *found_by)
{
	static const char *const names[] = {"python", "python3", "pypy3"};
	CLEANUP(str_release) struct str path = STR_INIT;
	struct fs_info info;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		str_clear(&path);
		str_addf(&path, "%s/bin/%s", prefix, names[i]);
		/* A link that leads nowhere is an environment too: a broken one. */
		if (source_info_link(f->s, path.data, &info, NULL) == 0) {
			find_add(f, path.data, found_by);
			return true;
		}
	}
	return false;
}

void find_add_bin(struct find *f, const char *dir, const char *found_by)
{
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;

	if (source_list(f->s, dir, &list, NULL))
		return;
	for (size_t i = 0; i < list.count; i++) {
		if (!python_program_name(list.items[i].name))
			continue;
		path_join(&path, dir, list.items[i].name);
		if (source_is_file(f->s, path.data))
			find_add(f, path.data, found_by);
	}
}

void find_add_children(struct find *f, const char *dir, const char *found_by)
{
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;

	if (source_list(f->s, dir, &list, NULL))
		return;
	for (size_t i = 0; i < list.count && i < CHILDREN_MAX; i++) {
		if (list.items[i].kind != FS_KIND_DIR &&
		    list.items[i].kind != FS_KIND_LINK)
			continue;
		path_join(&path, dir, list.items[i].name);
		find_add_prefix(f, path.data, found_by);
	}
	if (list.count > CHILDREN_MAX)
		f->limited = true;
}

void find_home_path(struct find *f, const char *rest, struct str *out)
{
	path_join(out, f->s->home, rest);
}

const char *find_env_path(struct find *f, const char *name)
{
	const char *value = source_env(f->s, name);

	return value && value[0] == '/' && strlen(value) <= PYTHON_PATH_MAX ? value
	                                                                    : NULL;
}
