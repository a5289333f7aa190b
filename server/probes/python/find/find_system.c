/* SPDX-License-Identifier: MIT */
/*
 * Pythons in the places where systems and their package managers put them, and those that
 * PATH and the variables of an active environment lead to.  The same tables serve both
 * systems: a place that does not exist costs one look-up.
 */
#include <stdlib.h>

#include "python/python.h"
#include "trilane/cleanup.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { PATH_PARTS_MAX = 200 };

/* Remembers for the names "python", "python3" … where a search of PATH first ends. */
static void note_on_path(struct find *f, size_t first, struct strlist *taken)
{
	for (size_t i = first; i < f->count; i++) {
		const char *name = fs_base_name(f->items[i].path);

		if (strlist_has(taken, name))
			continue;
		strlist_add(taken, name);
		f->items[i].on_path = xstrdup(name);
	}
}

void find_path(struct find *f)
{
	static const char *const active[] = {"VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONHOME",
	                                     "PIXI_PROJECT_ROOT"};
	CLEANUP(strlist_release) struct strlist parts = STRLIST_INIT;
	CLEANUP(strlist_release) struct strlist taken = STRLIST_INIT;
	const char *path = source_env(f->s, "PATH");

	if (path)
		strlist_split(&parts, path, ":");
	for (size_t i = 0; i < parts.count && i < PATH_PARTS_MAX; i++) {
		size_t first = f->count;

		find_add_bin(f, parts.items[i], "path");
		note_on_path(f, first, &taken);
	}
	for (size_t i = 0; i < COUNT(active); i++) {
		const char *prefix = find_env_path(f, active[i]);

		if (prefix)
			find_add_prefix(f, prefix, "variable");
	}
}

/* Folders of programs. */
static const struct {
	const char *dir;
	const char *found_by;
} bins[] = {
	{"/bin", "system"},
	{"/home/linuxbrew/.linuxbrew/bin", "homebrew"},
	{"/nix/var/nix/profiles/default/bin", "nix"},
	{"/opt/homebrew/bin", "homebrew"},
	{"/opt/local/bin", "macports"},
	{"/run/current-system/profile/bin", "guix"},
	{"/run/current-system/sw/bin", "nix"},
	{"/usr/bin", "system"},
	{"/usr/local/bin", "system"},
	{"/Library/Developer/CommandLineTools/usr/bin", "xcode"},
};

/* Folders of which each child is a version: CHILD + "/bin" holds the programs. */
static const struct {
	const char *dir;
	const char *found_by;
} frameworks[] = {
	{"/Library/Developer/CommandLineTools/Library/Frameworks/Python3.framework/"
         "Versions",
         "xcode"},
	{"/Library/Frameworks/Python.framework/Versions", "python.org"},
	{"/Library/Frameworks/PythonT.framework/Versions", "python.org"},
	{"/opt/local/Library/Frameworks/Python.framework/Versions", "macports"},
	{"/opt/python", "system"}, /* manylinux images */
	{"/System/Library/Frameworks/Python.framework/Versions", "system"},
};

static void find_versions(struct find *f, const char *dir, const char *found_by)
{
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;

	if (source_list(f->s, dir, &list, NULL))
		return;
	for (size_t i = 0; i < list.count && i < 100; i++) {
		/* "Current" is a link to one of the others. */
		if (list.items[i].kind != FS_KIND_DIR)
			continue;
		str_clear(&path);
		str_addf(&path, "%s/%s/bin", dir, list.items[i].name);
		find_add_bin(f, path.data, found_by);
	}
}

/* Every python formula below a Homebrew prefix: those without a link in bin, too. */
static void find_homebrew(struct find *f, const char *prefix)
{
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	CLEANUP(str_release) struct str dir = STR_INIT;
	CLEANUP(str_release) struct str bin = STR_INIT;

	path_join(&bin, prefix, "bin");
	path_join(&dir, prefix, "Cellar");
	if (source_list(f->s, dir.data, &list, NULL) == 0)
		find_add_bin(f, bin.data, "homebrew");
	path_join(&dir, prefix, "opt");
	fs_list_release(&list);
	if (source_list(f->s, dir.data, &list, NULL))
		return;
	for (size_t i = 0; i < list.count; i++) {
		const char *name = list.items[i].name;

		if (!text_starts(name, "python") && !text_starts(name, "pypy"))
			continue;
		str_clear(&bin);
		str_addf(&bin, "%s/%s/bin", dir.data, name);
		find_add_bin(f, bin.data, "homebrew");
	}
	/* Kegs that are installed beside the current one. */
	path_join(&dir, prefix, "Cellar");
	fs_list_release(&list);
	if (source_list(f->s, dir.data, &list, NULL))
		return;
	for (size_t i = 0; i < list.count; i++) {
		if (!text_starts(list.items[i].name, "python@"))
			continue;
		str_clear(&bin);
		str_addf(&bin, "%s/%s", dir.data, list.items[i].name);
		find_versions(f, bin.data, "homebrew");
	}
}

/* Xcode itself, also beta versions beside it. */
static void find_xcode(struct find *f)
{
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;

	if (f->s->os != SOURCE_MACOS || source_list(f->s, "/Applications", &list, NULL))
		return;
	for (size_t i = 0; i < list.count; i++) {
		if (!text_starts(list.items[i].name, "Xcode"))
			continue;
		str_clear(&path);
		str_addf(&path, "/Applications/%s/Contents/Developer/usr/bin",
		         list.items[i].name);
		find_add_bin(f, path.data, "xcode");
		str_clear(&path);
		str_addf(&path,
		         "/Applications/%s/Contents/Developer/Library/Frameworks/"
		         "Python3.framework/Versions",
		         list.items[i].name);
		find_versions(f, path.data, "xcode");
	}
}

void find_system(struct find *f)
{
	static const char *const prefixes[] = {"/opt/homebrew", "/usr/local",
	                                       "/home/linuxbrew/.linuxbrew"};
	static const char *const home_bins[] = {".local/bin", "bin", ".nix-profile/bin",
	                                        ".guix-profile/bin",
	                                        ".guix-home/profile/bin"};
	CLEANUP(str_release) struct str path = STR_INIT;

	for (size_t i = 0; i < COUNT(bins); i++)
		find_add_bin(f, bins[i].dir, bins[i].found_by);
	for (size_t i = 0; i < COUNT(frameworks); i++)
		find_versions(f, frameworks[i].dir, frameworks[i].found_by);
	for (size_t i = 0; i < COUNT(prefixes); i++)
		find_homebrew(f, prefixes[i]);
	if (find_env_path(f, "HOMEBREW_PREFIX"))
		find_homebrew(f, find_env_path(f, "HOMEBREW_PREFIX"));
	find_home_path(f, "homebrew", &path);
	find_homebrew(f, path.data);
	find_xcode(f);
	for (size_t i = 0; i < COUNT(home_bins); i++) {
		find_home_path(f, home_bins[i], &path);
		find_add_bin(f, path.data, "search");
	}
}
