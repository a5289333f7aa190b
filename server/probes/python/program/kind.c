/* SPDX-License-Identifier: MIT */
/*
 * What kind of Python an interpreter is, by where it lives.  One table from the real path
 * of the program or prefix to kind and distribution; the first row that fits wins.
 */
#include <stdlib.h>
#include <string.h>

#include "python/python.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

/* PART is looked for anywhere in the path. */
struct place {
	const char *part;
	const char *kind;
	const char *distribution;
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Of installations; first MacPorts and macOS itself, whose frameworks' paths end like
 * python.org's. */
static const struct place places[] = {
	{"/opt/local/", "system", "macports"},
	{"/System/Library/", "system", "apple"},
	{"/.asdf/installs/", "pyenv", "asdf"},
	{"/.pixi/", "pixi", "pixi"},
	{"/.pyenv/versions/", "pyenv", "pyenv"},
	{"/.rye/py/", "uv", "rye"},
	{"/Cellar/", "homebrew", "homebrew"},
	{"/Library/Developer/CommandLineTools/", "system", "apple"},
	{"/Library/Frameworks/Python.framework/", "python.org", "python.org"},
	{"/Library/Frameworks/PythonT.framework/", "python.org", "python.org"},
	{"/Python3.framework/", "system", "apple"},
	{"/gnu/store/", "system", "guix"},
	{"/hatch/pythons/", "uv", "hatch"},
	{"/linuxbrew/", "homebrew", "homebrew"},
	{"/mise/installs/python/", "pyenv", "mise"},
	{"/nix/store/", "system", "nix"},
	{"/opt/homebrew/", "homebrew", "homebrew"},
	{"/pyenv/versions/", "pyenv", "pyenv"},
	{"/rtx/installs/python/", "pyenv", "mise"},
	{"/uv/python/", "uv", "uv"},
};

/* Of environments, by their prefix. */
static const struct place environments[] = {
	{"/.pixi/envs/", "pixi", "pixi"},
	{"/hatch/env/virtual/", "venv", "hatch"},
	{"/pipx/venvs/", "venv", "pipx"},
	{"/pypoetry/virtualenvs/", "venv", "poetry"},
	{"/share/virtualenvs/", "venv", "pipenv"},
	{"/uv/tools/", "uv", "uv"},
};

/* Names of conda bases, in the path of the base. */
static const struct place bases[] = {
	{"/anaconda", "conda", "anaconda"},     {"/mambaforge", "conda", "mambaforge"},
	{"/micromamba", "conda", "micromamba"}, {"/miniconda", "conda", "miniconda"},
	{"/miniforge", "conda", "miniforge"},
};

static const struct place *find_place(const struct place *table, size_t count,
                                      const char *path)
{
	for (size_t i = 0; path && i < count; i++)
		if (text_contains(path, table[i].part))
			return &table[i];
	return NULL;
}

/* PREFIX with a slash behind, so that a folder's own name can be a part. */
static const struct place *find_prefix(const struct place *table, size_t count,
                                       const char *prefix)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	str_addf(&path, "%s/", prefix);
	return find_place(table, count, path.data);
}

static struct place place_environment(const struct interpreter *i)
{
	const struct place *found =
		find_prefix(environments, COUNT(environments), i->prefix);

	if (found)
		return *found;
	if (i->is_conda) {
		found = find_prefix(bases, COUNT(bases), i->prefix);
		return (struct place){NULL, "conda",
		                      found ? found->distribution : "conda"};
	}
	const char *maker = i->venv.uv           ? "uv"
	                    : i->venv.virtualenv ? "virtualenv"
	                                         : "venv";
	return (struct place){NULL, "venv", maker};
}

static struct place place_installation(const struct python_machine *m,
                                       const struct interpreter *i)
{
	const struct place *found = find_place(places, COUNT(places), i->program);
	bool only_kernel =
		i->found_by.count == 1 && text_equal(i->found_by.items[0], "kernelspec");

	if (found)
		return *found;
	if (m->s->os == SOURCE_MACOS && path_below(i->real_path, "/usr/bin"))
		return (struct place){NULL, "system", "apple"};
	if (only_kernel)
		return (struct place){NULL, "jupyter", NULL};
	if (path_below(i->program, "/usr/local") || path_below(i->program, "/opt"))
		return (struct place){NULL, "system", "local"};
	if (m->s->os == SOURCE_LINUX && path_below(i->program, "/usr"))
		return (struct place){NULL, "system", "linux"};
	return (struct place){NULL, "system", NULL};
}

/* A conda environment's name: "base", or the folder below envs. */
static void set_name(const struct python_machine *m, struct interpreter *i, bool is_base)
{
	CLEANUP(str_release) struct str project = STR_INIT;
	const char *name = fs_base_name(i->prefix);

	(void)m;
	if (!i->is_conda && !i->venv.present)
		return;
	if (is_base)
		name = "base";
	else if (name[0] == '.' || text_equal(name, "venv") || text_equal(name, "env")) {
		/* .venv and the like: the project's name tells more. */
		fs_dir_name(&project, i->prefix);
		name = fs_base_name(project.data);
	}
	json_object_set_new(i->facts, "name", fact_text(name, strlen(name)));
}

/* A base has conda itself; an environment only its record. */
static bool is_conda_base(struct source *s, const char *prefix)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	path_join(&path, prefix, "condabin");
	if (source_is_dir(s, path.data))
		return true;
	path_join(&path, prefix, "bin/conda");
	return source_is_file(s, path.data);
}

void describe_kind(const struct python_machine *m, struct interpreter *i)
{
	struct place place = i->is_conda || i->venv.present ? place_environment(i)
	                                                    : place_installation(m, i);

	fact_set_string(i->facts, "kind", place.kind);
	if (place.distribution)
		fact_set_string(i->facts, "distribution", place.distribution);
	else
		fact_set_absent(i->facts, "distribution", FACT_UNAVAILABLE,
		                "its place does not tell who made it");
	set_name(m, i, i->is_conda && is_conda_base(m->s, i->prefix));
}
