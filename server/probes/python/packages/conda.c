/* SPDX-License-Identifier: MIT */
/*
 * What conda says about an environment: conda-meta, a file for each package whose name
 * holds name, version and build.  Only the record of python itself is opened.
 */
#include "python/packages/conda.h"

#include <string.h>

#include "python/packages/metadata.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum { CONDA_RECORD_MAX = 4 << 20 };

static void set_text(json_t *conda, const char *name, const json_t *value)
{
	if (json_is_string(value))
		json_object_set_new(conda, name, json_string(json_string_value(value)));
	else
		fact_set_absent(conda, name, FACT_UNAVAILABLE,
		                "the record of its python package does not say");
}

int conda_record_parse(const char *text, size_t n, json_t *conda, struct error *err)
{
	json_t *record = NULL;
	int rc = document_parse(text, n, CONDA_RECORD_MAX, &record, err);

	if (rc)
		return rc;
	set_text(conda, "subdir", json_object_get(record, "subdir"));
	set_text(conda, "channel", json_object_get(record, "channel"));
	json_decref(record);
	return 0;
}

/* The record of conda's python package: for which system and by whom it was built. */
static void read_conda_python(const struct python_machine *m, struct interpreter *i,
                              const char *path, json_t *conda)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct error why = ERROR_INIT;

	if (source_read(m->s, path, CONDA_RECORD_MAX, &text, &why) == 0 &&
	    conda_record_parse(text.data, text.len, conda, &why) == 0)
		return;
	fact_set_absent(conda, "subdir", FACT_FAILED,
	                "the record of its python package cannot be read");
	note_damage(i, path, "%s", why.text);
}

/* Is a conda package without a dist-info a Python package?  Its build says so. */
static bool conda_build_is_python(const char *build)
{
	return text_starts(build, "py") || text_contains(build, "_py") ||
	       text_contains(build, "py3");
}

static void take_conda_record(struct interpreter *i, const char *stem, const char *folder,
                              json_t *packages, struct dists *out)
{
	CLEANUP(str_release) struct str name = STR_INIT;
	CLEANUP(str_release) struct str version = STR_INIT;
	CLEANUP(str_release) struct str build = STR_INIT;

	if (!conda_name_split(stem, &name, &version, &build))
		return;
	json_object_set_new(packages, name.data, json_string(version.data));
	if (text_equal(name.data, "python") || !conda_build_is_python(build.data))
		return;
	struct dist *d = dists_add(out, name.data, version.data);
	if (!d)
		return;
	d->folder = xstrdup(folder);
	d->source = "conda-meta";
	d->site = i->site_count;
}

static void describe_conda_base(struct interpreter *i, json_t *conda)
{
	const char *envs = strstr(i->prefix, "/envs/");

	if (envs && !strchr(envs + 6, '/'))
		json_object_set_new(conda, "base",
		                    fact_text(i->prefix, (size_t)(envs - i->prefix)));
}

void scan_conda(const struct python_machine *m, struct interpreter *i, struct dists *out)
{
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	CLEANUP(str_release) struct str dir = STR_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;

	path_join(&dir, i->prefix, "conda-meta");
	if (!i->is_conda)
		return;
	json_t *conda = json_object();
	json_t *packages = json_object();
	json_object_set_new(conda, "prefix", fact_text(i->prefix, strlen(i->prefix)));
	describe_conda_base(i, conda);
	json_object_set_new(conda, "packages", packages);
	json_object_set_new(i->facts, "conda", conda);
	if (source_list(m->s, dir.data, &list, NULL))
		return;
	for (size_t n = 0; n < list.count && n < PYTHON_SITE_ENTRIES_MAX; n++) {
		CLEANUP(str_release) struct str stem = STR_INIT;
		const char *name = list.items[n].name;

		if (!text_ends(name, ".json"))
			continue;
		str_add_n(&stem, name, strlen(name) - 5);
		path_join(&path, dir.data, name);
		take_conda_record(i, stem.data, path.data, packages, out);
		if (text_starts(name, "python-3") || text_starts(name, "python-2"))
			read_conda_python(m, i, path.data, conda);
	}
	if (!json_object_get(conda, "subdir"))
		fact_set_absent(conda, "subdir", FACT_UNAVAILABLE,
		                "no record of a python package");
}
