/* SPDX-License-Identifier: MIT */
/*
 * The walk for environments in projects: breadth first below the home folder and a few
 * others, so that what is near is found even if the walk ends at its limit.  A folder
 * that is an environment is not entered, nor is what people do not keep projects in. 
 * Links are not followed, except those named as environments are: no loop can hold the
 * walk.
 */
#include <stdlib.h>
#include <string.h>

#include "python/python.h"
#include "trilane/cleanup.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	FOLDERS_MAX = 3000,
	ENTRIES_MAX = 4000, /* of one folder: more is data, not a project */
	HOME_DEPTH = 7,
};

struct folder {
	char *path;
	int depth; /* how many levels below it may still be listed */
};

struct search {
	struct find *f;
	struct folder *queue;
	size_t count, capacity, next;
};

static const char *const environment_names[] = {
	".conda", ".env", ".venv", ".virtualenv", "env", "venv", "virtualenv",
};

/* Where tools keep a project's environments; BELOW is the folder they are in. */
static const struct {
	const char *name, *below;
	const char *found_by;
} project_folders[] = {
	{".devenv", "state", "search"}, {".direnv", "", "search"}, {".nox", "", "search"},
	{".pixi", "envs", "pixi"},      {".tox", "", "search"},
};

static const char *const skipped_names[] = {
	"Applications",
	"Caskroom",
	"Cellar",
	"Library",
	"Movies",
	"Music",
	"Pictures",
	"Public",
	"Virtual Machines.localized",
	"__pycache__",
	"bower_components",
	"homebrew",
	"node_modules",
	"proc",
	"site-packages",
	"snap",
	"sys",
};

static bool name_in(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_equal(name, names[i]))
			return true;
	return false;
}

static void search_push(struct search *s, const char *path, int depth)
{
	if (s->count >= FOLDERS_MAX) {
		s->f->limited = true;
		return;
	}
	if (strlen(path) > PYTHON_PATH_MAX)
		return;
	s->queue = array_reserve(s->queue, &s->capacity, s->count + 1, sizeof(*s->queue));
	s->queue[s->count++] = (struct folder){.path = xstrdup(path), .depth = depth};
}

/* Is the folder itself an environment?  Its entries tell. */
static bool take_environment(struct search *s, const char *path,
                             const struct fs_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *name = list->items[i].name;

		if (text_equal(name, "pyvenv.cfg")) {
			find_add_prefix(s->f, path, "search");
			return true;
		}
		if (text_equal(name, "conda-meta")) {
			find_conda_prefix(s->f, path, "search");
			return true;
		}
	}
	return false;
}

static bool take_project(struct search *s, const char *path)
{
	CLEANUP(str_release) struct str below = STR_INIT;

	for (size_t i = 0; i < COUNT(project_folders); i++) {
		if (!text_equal(fs_base_name(path), project_folders[i].name))
			continue;
		path_join(&below, path, project_folders[i].below);
		find_add_children(s->f, below.data, project_folders[i].found_by);
		return true;
	}
	return false;
}

/* A broken environment may lack pyvenv.cfg: bin/python is enough where the name fits. */
static bool take_named(struct search *s, const char *path)
{
	CLEANUP(str_release) struct str meta = STR_INIT;

	path_join(&meta, path, "conda-meta");
	if (!source_is_dir(s->f->s, meta.data))
		return find_add_prefix(s->f, path, "search");
	find_conda_prefix(s->f, path, "search");
	return true;
}

static void search_entry(struct search *s, const struct folder *at,
                         const struct fs_entry *entry)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	const char *name = entry->name;

	if (entry->kind != FS_KIND_DIR && entry->kind != FS_KIND_LINK)
		return;
	path_join(&path, at->path, name);
	if (take_project(s, path.data))
		return;
	if (name_in(name, environment_names, COUNT(environment_names)) &&
	    take_named(s, path.data))
		return;
	if (entry->kind == FS_KIND_LINK)
		return;
	if (name[0] != '.' && !name_in(name, skipped_names, COUNT(skipped_names))) {
		if (at->depth > 0)
			search_push(s, path.data, at->depth - 1);
		return;
	}
	/* Caches by the thousand, media, whole systems: only as an environment. */
	str_add(&path, "/pyvenv.cfg");
	if (source_is_file(s->f->s, path.data)) {
		str_truncate(&path, path.len - strlen("/pyvenv.cfg"));
		find_add_prefix(s->f, path.data, "search");
	}
}

static void search_folder(struct search *s, size_t index)
{
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	struct folder at = s->queue[index]; /* the queue may move */

	if (source_list(s->f->s, at.path, &list, NULL) || list.count > ENTRIES_MAX)
		return;
	if (take_environment(s, at.path, &list))
		return;
	for (size_t i = 0; i < list.count; i++)
		search_entry(s, &at, &list.items[i]);
}

/* Other people's home folders, where they may be read. */
static void push_homes(struct search *s, const char *dir)
{
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;

	if (source_list(s->f->s, dir, &list, NULL))
		return;
	for (size_t i = 0; i < list.count && i < 20; i++) {
		path_join(&path, dir, list.items[i].name);
		if (list.items[i].kind == FS_KIND_DIR &&
		    !path_below(s->f->s->home, path.data))
			search_push(s, path.data, 2);
	}
}

void find_search(struct find *f)
{
	static const struct folder others[] = {
		{"/app", 2},          {"/code", 2},      {"/data", 2},
		{"/env", 1},          {"/opt", 2},       {"/project", 2},
		{"/root", 2},         {"/src", 2},       {"/srv", 2},
		{"/usr/local", 1},    {"/usr/src", 2},   {"/venv", 1},
		{"/.venv", 1},        {"/workspace", 3}, {"/workspaces", 3},
		{"/Users/Shared", 2}, {"/content", 1},   {"/virtualenvs", 1},
		{"/venvs", 1},
	};
	struct search s = {.f = f};

	search_push(&s, f->s->home, text_equal(f->s->home, "/") ? 1 : HOME_DEPTH);
	for (size_t i = 0; i < COUNT(others); i++)
		search_push(&s, others[i].path, others[i].depth);
	push_homes(&s, f->s->os == SOURCE_MACOS ? "/Users" : "/home");
	for (; s.next < s.count; s.next++)
		search_folder(&s, s.next);
	for (size_t i = 0; i < s.count; i++)
		free(s.queue[i].path);
	free(s.queue);
}
