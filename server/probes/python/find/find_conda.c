/* SPDX-License-Identifier: MIT */
/*
 * conda, mamba and micromamba: bases in the usual places, the environments below them,
 * those that ~/.conda/environments.txt remembers, and the folders of .condarc.
 */
#include <stdlib.h>
#include <string.h>

#include "python/python.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	ENVIRONMENTS_BYTES_MAX = 256 << 10,
	CONDARC_BYTES_MAX = 64 << 10,
	CONDA_PREFIXES_MAX = 1000,
};

static const char *const base_names[] = {
	".anaconda3",      ".micromamba", ".miniconda3", ".miniforge3",
	"anaconda",        "anaconda2",   "anaconda3",   "conda",
	"condaforge",      "mamba",       "mambaforge",  "mambaforge-pypy3",
	"micromamba",      "miniconda",   "miniconda3",  "miniforge",
	"miniforge-pypy3", "miniforge3",  "r-miniconda", "r-miniconda-arm64",
};

/* What has an environment's folder below it: NULL-terminated, relative to home. */
static const char *const home_parents[] = {
	"",      "opt",          ".local",   ".local/share", "local",
	"tools", "Applications", "software", "Library",
};

static const char *const system_parents[] = {
	"/opt", "/usr/local",    "/usr/share", "/opt/homebrew", "/srv",
	"/",    "/Applications", "/data",      "/databricks",   "/usr/local/lib",
};

static void find_conda_envs(struct find *f, const char *dir, const char *found_by)
{
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;

	if (source_list(f->s, dir, &list, NULL))
		return;
	for (size_t i = 0; i < list.count && i < CONDA_PREFIXES_MAX; i++) {
		if (list.items[i].kind != FS_KIND_DIR &&
		    list.items[i].kind != FS_KIND_LINK)
			continue;
		path_join(&path, dir, list.items[i].name);
		find_conda_prefix(f, path.data, found_by);
	}
}

static void find_condarc(struct find *f, const char *path);

void find_conda_prefix(struct find *f, const char *prefix, const char *found_by)
{
	CLEANUP(str_release) struct str real = STR_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;

	if (prefix[0] != '/' || source_resolve(f->s, prefix, &real, NULL) ||
	    strlist_has(&f->conda, real.data))
		return;
	path_join(&path, prefix, "conda-meta");
	bool is_prefix = source_is_dir(f->s, path.data);
	path_join(&path, prefix, "envs");
	bool has_envs = source_is_dir(f->s, path.data);
	/* micromamba's root has environments without being one. */
	if ((!is_prefix && !has_envs) || f->conda.count >= CONDA_PREFIXES_MAX)
		return;
	strlist_add(&f->conda, real.data);
	if (is_prefix)
		find_add_prefix(f, prefix, found_by);
	if (has_envs)
		find_conda_envs(f, path.data, found_by);
	path_join(&path, prefix, ".condarc");
	find_condarc(f, path.data);
}

/* Lines of ~/.conda/environments.txt are prefixes; some are long gone.  An editor may
 * have put a byte order mark before the first. */
static void find_environments_txt(struct find *f)
{
	static const char mark[] = "\xef\xbb\xbf";
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(strlist_release) struct strlist lines = STRLIST_INIT;

	find_home_path(f, ".conda/environments.txt", &path);
	if (source_read_head(f->s, path.data, ENVIRONMENTS_BYTES_MAX, &text, NULL))
		return;
	strlist_split(&lines,
	              text.data + (text_starts(text.data, mark) ? sizeof(mark) - 1 : 0),
	              "\r\n");
	for (size_t i = 0; i < lines.count && i < CONDA_PREFIXES_MAX; i++)
		find_conda_prefix(f, lines.items[i], "environments.txt");
}

/* "~/x" and "$HOME/x" of a configuration file. */
static void add_configured_dir(struct find *f, const char *value)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	size_t n = strlen(value);

	if (n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n - 1] == value[0]) {
		value++;
		n -= 2;
	}
	if (n >= 2 && !strncmp(value, "~/", 2)) {
		str_add(&path, f->s->home);
		str_add_n(&path, value + 1, n - 1);
	} else if (n >= 6 && !strncmp(value, "$HOME/", 6)) {
		str_add(&path, f->s->home);
		str_add_n(&path, value + 5, n - 5);
	} else {
		str_add_n(&path, value, n);
	}
	if (path.data[0] == '/' && path.len <= PYTHON_PATH_MAX)
		find_conda_envs(f, path.data, "conda");
}

/* The list behind envs_dirs (or its old name envs_path): YAML as far as people
 * write it. */
static void find_condarc(struct find *f, const char *path)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(strlist_release) struct strlist lines = STRLIST_INIT;
	bool inside = false;

	if (source_read(f->s, path, CONDARC_BYTES_MAX, &text, NULL))
		return;
	strlist_split(&lines, text.data, "\r\n");
	for (size_t i = 0; i < lines.count && i < CONDA_PREFIXES_MAX; i++) {
		const char *line = lines.items[i];

		if (line[0] != ' ' && line[0] != '-' && line[0] != '\t')
			inside = text_starts(line, "envs_dirs:") ||
			         text_starts(line, "envs_path:");
		if (!inside)
			continue;
		CLEANUP(strlist_release) struct strlist words = STRLIST_INIT;
		const char *rest = strchr(line, line[0] == 'e' ? ':' : '-');
		if (rest)
			strlist_split(&words, rest + 1, "[], \t");
		for (size_t w = 0; w < words.count; w++)
			add_configured_dir(f, words.items[w]);
	}
}

static void find_conda_bases(struct find *f, const char *parent)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	if (!source_is_dir(f->s, parent))
		return;
	for (size_t i = 0; i < COUNT(base_names); i++) {
		path_join(&path, parent, base_names[i]);
		find_conda_prefix(f, path.data, "conda");
	}
}

/* Homebrew's casks: Caskroom/miniforge/base. */
static void find_casks(struct find *f, const char *caskroom)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	if (!source_is_dir(f->s, caskroom))
		return;
	for (size_t i = 0; i < COUNT(base_names); i++) {
		str_clear(&path);
		str_addf(&path, "%s/%s/base", caskroom, base_names[i]);
		find_conda_prefix(f, path.data, "conda");
	}
}

/* CONDA_EXE is BASE/bin/conda; the others are lists of folders. */
static void find_conda_variables(struct find *f)
{
	static const char *const roots[] = {"CONDA_PREFIX", "CONDA_PREFIX_1",
	                                    "CONDA_ROOT", "MAMBA_ROOT_PREFIX"};
	static const char *const lists[] = {"CONDA_ENVS_PATH", "CONDA_ENVS_DIRS"};
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str base = STR_INIT;
	const char *program = find_env_path(f, "CONDA_EXE");

	if (program) {
		fs_dir_name(&path, program);
		fs_dir_name(&base, path.data);
		find_conda_prefix(f, base.data, "variable");
	}
	for (size_t i = 0; i < COUNT(roots); i++)
		if (find_env_path(f, roots[i]))
			find_conda_prefix(f, find_env_path(f, roots[i]), "variable");
	for (size_t i = 0; i < COUNT(lists); i++) {
		CLEANUP(strlist_release) struct strlist dirs = STRLIST_INIT;
		const char *value = source_env(f->s, lists[i]);

		if (value)
			strlist_split(&dirs, value, ":");
		for (size_t d = 0; d < dirs.count; d++)
			if (dirs.items[d][0] == '/')
				find_conda_envs(f, dirs.items[d], "variable");
	}
}

void find_conda(struct find *f)
{
	static const char *const rc_files[] = {".condarc", ".conda/.condarc",
	                                       ".config/conda/.condarc", ".mambarc"};
	CLEANUP(str_release) struct str path = STR_INIT;

	find_conda_variables(f);
	for (size_t i = 0; i < COUNT(home_parents); i++) {
		find_home_path(f, home_parents[i], &path);
		find_conda_bases(f, path.data);
	}
	for (size_t i = 0; i < COUNT(system_parents); i++)
		find_conda_bases(f, system_parents[i]);
	find_casks(f, "/opt/homebrew/Caskroom");
	find_casks(f, "/usr/local/Caskroom");
	find_environments_txt(f);
	find_home_path(f, ".conda/envs", &path);
	find_conda_envs(f, path.data, "conda");
	for (size_t i = 0; i < COUNT(rc_files); i++) {
		find_home_path(f, rc_files[i], &path);
		find_condarc(f, path.data);
	}
	find_condarc(f, "/etc/conda/.condarc");
	find_condarc(f, "/etc/conda/condarc");
}
