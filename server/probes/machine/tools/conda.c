/* SPDX-License-Identifier: MIT */
/*
 * conda: installations by their folders, not by running conda.  The version is in the
 * name of conda-meta/conda-VERSION-BUILD.json; "subdir" is the platform that new
 * environments get: CONDA_SUBDIR or .condarc if they say, else what base itself is.
 * An installation whose base is of another architecture than the machine's is the
 * commonest cause of slow or dying TensorFlows, so "platform" keeps base's own.
 */
#include <string.h>

#include "tools.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

enum { ROOTS_MAX = 32 };

static const char *const in_home[] = {
	"miniforge3", "mambaforge",     "miniconda3",     "anaconda3",     "miniconda",
	"anaconda",   "opt/miniforge3", "opt/miniconda3", "opt/anaconda3", "micromamba",
	"conda",      ".miniforge3",    ".miniconda3",    ".anaconda3",    "miniconda2",
};

static const char *const in_system[] = {
	"/opt/miniforge3",
	"/opt/mambaforge",
	"/opt/miniconda3",
	"/opt/anaconda3",
	"/opt/conda",
	"/opt/homebrew/Caskroom/miniforge/base",
	"/opt/homebrew/Caskroom/miniconda/base",
	"/opt/homebrew/Caskroom/anaconda/base",
	"/opt/homebrew/anaconda3",
	"/usr/local/Caskroom/miniforge/base",
	"/usr/local/Caskroom/miniconda/base",
	"/usr/local/anaconda3",
	"/usr/local/miniconda3",
	"/usr/local/miniforge3",
	"/usr/local/conda",
};

static bool has(struct source *s, const char *root, const char *name, bool is_dir)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	fs_join(&path, root, name);
	return is_dir ? source_is_dir(s, path.data) : source_is_file(s, path.data);
}

/* An environment has conda-meta too; only a base has conda, or the packages' cache. */
static void add_root(struct source *s, struct strlist *roots, const char *path)
{
	if (path[0] != '/' || roots->count >= ROOTS_MAX || strlist_has(roots, path) ||
	    !has(s, path, "conda-meta", true))
		return;
	if (has(s, path, "condabin/conda", false) || has(s, path, "bin/conda", false) ||
	    (has(s, path, "pkgs", true) && has(s, path, "envs", true)))
		strlist_add(roots, path);
}

/* ROOT of ROOT/bin/conda or ROOT/condabin/conda. */
static void add_root_of_program(struct source *s, struct strlist *roots,
                                const char *program)
{
	CLEANUP(str_release) struct str dir = STR_INIT;
	CLEANUP(str_release) struct str root = STR_INIT;

	fs_dir_name(&dir, program);
	fs_dir_name(&root, dir.data);
	add_root(s, roots, root.data);
}

static void add_by_variables(struct source *s, struct strlist *roots)
{
	CLEANUP(strlist_release) struct strlist folders = STRLIST_INIT;
	const char *exe = source_env(s, "CONDA_EXE");
	const char *path = source_env(s, "PATH");

	if (exe)
		add_root_of_program(s, roots, exe);
	if (path)
		strlist_split(&folders, path, ":");
	for (size_t i = 0; i < folders.count && i < 256; i++) {
		CLEANUP(str_release) struct str root = STR_INIT;

		if (!text_ends(folders.items[i], "/condabin") &&
		    !text_ends(folders.items[i], "/bin"))
			continue;
		fs_dir_name(&root, folders.items[i]);
		add_root(s, roots, root.data);
	}
}

/* ~/.conda/environments.txt lists every environment that conda made, bases too. */
static void add_by_list(struct source *s, struct strlist *roots)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(strlist_release) struct strlist lines = STRLIST_INIT;

	tool_home(s, ".conda/environments.txt", &path);
	if (!file_text(s, path.data, &text))
		return;
	strlist_split(&lines, text.data, "\r\n");
	for (size_t i = 0; i < lines.count && i < 1000; i++) {
		const char *envs = strstr(lines.items[i], "/envs/");

		add_root(s, roots, lines.items[i]);
		if (envs) {
			CLEANUP(str_release) struct str root = STR_INIT;

			str_add_n(&root, lines.items[i], (size_t)(envs - lines.items[i]));
			add_root(s, roots, root.data);
		}
	}
}

static void find_roots(struct source *s, struct strlist *roots)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	add_by_variables(s, roots);
	for (size_t i = 0; i < sizeof(in_home) / sizeof(in_home[0]); i++) {
		tool_home(s, in_home[i], &path);
		add_root(s, roots, path.data);
	}
	for (size_t i = 0; i < sizeof(in_system) / sizeof(in_system[0]); i++)
		add_root(s, roots, in_system[i]);
	add_by_list(s, roots);
}

/* The file of a package's record in conda-meta: NAME-VERSION-BUILD.json where neither
 * version nor build has a dash. */
static bool record_of(const struct fs_list *list, const char *name, struct str *file,
                      struct str *version)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < list->count; i++) {
		const char *entry = list->items[i].name;
		const char *dash;

		if (!text_starts(entry, name) || entry[n] != '-' ||
		    !text_ends(entry, ".json"))
			continue;
		dash = strchr(entry + n + 1, '-');
		if (!dash || strchr(dash + 1, '-') || entry[n + 1] < '0' ||
		    entry[n + 1] > '9')
			continue;
		str_clear(version);
		str_add_n(version, entry + n + 1, (size_t)(dash - entry) - n - 1);
		str_clear(file);
		str_add(file, entry);
		return true;
	}
	return false;
}

/* "osx-64" of {"subdir": …}, else of the channel's address. */
static json_t *subdir_of_record(struct source *s, const char *path)
{
	static const char *const platforms[] = {"osx-arm64", "osx-64", "linux-aarch64",
	                                        "linux-64"};
	CLEANUP(str_release) struct str text = STR_INIT;
	json_t *document = NULL;
	json_t *subdir = NULL;
	const char *said, *channel;

	if (source_read(s, path, 4 << 20, &text, NULL) < 0 ||
	    document_parse(text.data, text.len, 4 << 20, &document, NULL) < 0)
		return NULL;
	said = json_string_value(json_object_get(document, "subdir"));
	channel = json_string_value(json_object_get(document, "channel"));
	for (size_t i = 0; i < 4 && !subdir; i++)
		if (text_equal(said, platforms[i]) ||
		    (channel && text_ends(channel, platforms[i])))
			subdir = json_string(platforms[i]);
	json_decref(document);
	return subdir;
}

static bool condarc_subdir(struct source *s, const char *path, struct str *value)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (!file_text(s, path, &text) || !line_value(text.data, "subdir", value))
		return false;
	str_truncate(value, strcspn(value->data, " \t#"));
	if (value->len >= 2 && (value->data[0] == '"' || value->data[0] == '\'')) {
		memmove(value->data, value->data + 1, value->len - 2);
		str_truncate(value, value->len - 2);
	}
	return value->len > 0 && value->len < 64;
}

/* What new environments are made for, if anybody has said so. */
static bool configured_subdir(struct source *s, const char *root, struct str *value)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	const char *variable = source_env(s, "CONDA_SUBDIR");

	str_clear(value);
	if (variable && variable[0]) {
		str_add(value, variable);
		return true;
	}
	tool_home(s, ".condarc", &path);
	if (condarc_subdir(s, path.data, value))
		return true;
	str_clear(&path);
	fs_join(&path, root, ".condarc");
	return condarc_subdir(s, path.data, value) ||
	       condarc_subdir(s, "/etc/conda/.condarc", value);
}

static json_t *base_platform(struct source *s, const char *meta,
                             const struct fs_list *list)
{
	static const char *const packages[] = {"python", "conda"};
	json_t *platform = NULL;

	for (size_t i = 0; i < 2 && !platform; i++) {
		CLEANUP(str_release) struct str file = STR_INIT;
		CLEANUP(str_release) struct str version = STR_INIT;
		CLEANUP(str_release) struct str path = STR_INIT;

		if (!record_of(list, packages[i], &file, &version))
			continue;
		fs_join(&path, meta, file.data);
		platform = subdir_of_record(s, path.data);
	}
	return platform ? platform
	                : machine_absence(FACT_UNAVAILABLE,
	                                  "conda-meta does not name base's platform");
}

static json_t *describe(struct source *s, const char *root)
{
	CLEANUP(str_release) struct str meta = STR_INIT;
	CLEANUP(str_release) struct str file = STR_INIT;
	CLEANUP(str_release) struct str version = STR_INIT;
	CLEANUP(str_release) struct str configured = STR_INIT;
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	json_t *platform;
	json_t *conda = json_object();

	fs_join(&meta, root, "conda-meta");
	source_list(s, meta.data, &list, NULL);
	platform = base_platform(s, meta.data, &list);
	json_object_set_new(conda, "path", json_text(root));
	json_object_set_new(conda, "version",
	                    record_of(&list, "conda", &file, &version)
	                            ? json_text(version.data)
	                            : machine_absence(FACT_UNAVAILABLE,
	                                              "conda-meta has no record of it"));
	if (configured_subdir(s, root, &configured)) {
		json_object_set_new(conda, "subdir", json_text(configured.data));
		json_object_set_new(conda, "subdir_configured", json_true());
	} else {
		json_object_set(conda, "subdir", platform);
		json_object_set_new(conda, "subdir_configured", json_false());
	}
	json_object_set_new(conda, "platform", platform);
	return conda;
}

void tool_conda(struct source *s, json_t *report)
{
	CLEANUP(strlist_release) struct strlist roots = STRLIST_INIT;
	json_t *all = json_array();

	find_roots(s, &roots);
	for (size_t i = 0; i < roots.count; i++)
		json_array_append_new(all, describe(s, roots.items[i]));
	if (roots.count > 0)
		machine_set(report, "tools.conda", json_deep_copy(json_array_get(all, 0)),
		            "%s", roots.items[0]);
	else
		machine_absent(report, "tools.conda", FACT_UNAVAILABLE,
		               "no installation in the usual folders, PATH or "
		               "~/.conda/environments.txt");
	machine_set(report, "tools.condas", all, "the usual folders");
}
