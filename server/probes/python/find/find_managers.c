/* SPDX-License-Identifier: MIT */
/*
 * Managers of Python versions and environments, each with its own folder: uv, pyenv,
 * pixi, asdf, mise, rye, pipx, poetry, pipenv, virtualenvwrapper, hatch.  A table of
 * folders, of which every child is an installation or an environment.
 */
#include <stdlib.h>

#include "python/python.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *dir; /* below home, or absolute */
	const char *found_by;
} folders[] = {
	{".asdf/installs/python", "pyenv"},
	{".cache/pypoetry/virtualenvs", "search"},
	{".local/pipx/venvs", "search"},
	{".local/share/hatch/pythons", "search"},
	{".local/share/mamba/envs", "conda"},
	{".local/share/mise/installs/python", "pyenv"},
	{".local/share/pipx/venvs", "search"},
	{".local/share/rtx/installs/python", "pyenv"},
	{".local/share/uv/python", "uv"},
	{".local/share/uv/tools", "uv"},
	{".local/share/virtualenvs", "search"},
	{".pixi/envs", "pixi"},
	{".pyenv/versions", "pyenv"},
	{".rye/py", "search"},
	{".venvs", "search"},
	{".virtualenvs", "search"},
	{"Library/Application Support/pipx/venvs", "search"},
	{"Library/Application Support/pypoetry/virtualenvs", "search"},
	{"Library/Application Support/uv/python", "uv"},
	{"Library/Application Support/uv/tools", "uv"},
	{"Library/Caches/pypoetry/virtualenvs", "search"},
	{"/opt/homebrew/var/pyenv/versions", "pyenv"},
	{"/opt/pyenv/versions", "pyenv"},
	{"/opt/uv/python", "uv"},
	{"/usr/local/pyenv/versions", "pyenv"},
	{"/usr/local/var/pyenv/versions", "pyenv"},
};

/* Variables that move such a folder; BELOW is what follows the value. */
static const struct {
	const char *name;
	const char *below;
	const char *found_by;
} variables[] = {
	{"PYENV_ROOT", "versions", "pyenv"},
	{"UV_PYTHON_INSTALL_DIR", "", "uv"},
	{"UV_TOOL_DIR", "", "uv"},
	{"WORKON_HOME", "", "search"},
	{"XDG_DATA_HOME", "uv/python", "uv"},
	{"XDG_DATA_HOME", "uv/tools", "uv"},
};

/* pyenv-virtualenv keeps environments below the version that made them. */
static void find_pyenv_envs(struct find *f, const char *versions)
{
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;

	if (source_list(f->s, versions, &list, NULL))
		return;
	for (size_t i = 0; i < list.count && i < 200; i++) {
		if (list.items[i].kind != FS_KIND_DIR)
			continue;
		path_join(&path, versions, list.items[i].name);
		find_conda_prefix(f, path.data,
		                  "pyenv"); /* pyenv installs Minicondas too */
		str_add(&path, "/envs");
		find_add_children(f, path.data, "pyenv");
	}
}

static void find_folder(struct find *f, const char *dir, const char *found_by)
{
	find_add_children(f, dir, found_by);
	if (text_equal(found_by, "pyenv"))
		find_pyenv_envs(f, dir);
}

/* hatch: env/virtual/PROJECT/HASH/NAME. */
static void find_hatch(struct find *f, const char *dir, int depth)
{
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;

	if (source_list(f->s, dir, &list, NULL))
		return;
	for (size_t i = 0; i < list.count && i < 100; i++) {
		path_join(&path, dir, list.items[i].name);
		if (list.items[i].kind != FS_KIND_DIR)
			continue;
		if (!find_add_prefix(f, path.data, "search") && depth > 0)
			find_hatch(f, path.data, depth - 1);
	}
}

void find_managers(struct find *f)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	for (size_t i = 0; i < COUNT(folders); i++) {
		if (folders[i].dir[0] == '/') {
			find_folder(f, folders[i].dir, folders[i].found_by);
			continue;
		}
		find_home_path(f, folders[i].dir, &path);
		find_folder(f, path.data, folders[i].found_by);
	}
	for (size_t i = 0; i < COUNT(variables); i++) {
		const char *value = find_env_path(f, variables[i].name);

		if (!value)
			continue;
		path_join(&path, value, variables[i].below);
		find_folder(f, path.data, variables[i].found_by);
	}
	find_home_path(f, ".local/share/hatch/env/virtual", &path);
	find_hatch(f, path.data, 2);
	find_home_path(f, "Library/Application Support/hatch/env/virtual", &path);
	find_hatch(f, path.data, 2);
}
