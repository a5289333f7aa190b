/* SPDX-License-Identifier: MIT */
/*
 * Where an interpreter looks for packages, in its order, as site.py arranges it:
 * PYTHONPATH, then for an environment its own folder (and its base's, if it may see
 * them), otherwise the user's folder before the installation's; behind each folder the
 * paths that its .pth files name.  https://docs.python.org/3/library/site.html
 */
#include <stdlib.h>
#include <string.h>

#include "python/python.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum { PTH_BYTES_MAX = 64 << 10, PTH_LINES_MAX = 200, PTH_FILES_MAX = 100 };

static struct python_site *add_site(const struct python_machine *m, struct interpreter *i,
                                    const char *path)
{
	CLEANUP(str_release) struct str real = STR_INIT;
	struct python_site *site = &i->sites[i->site_count];

	if (source_resolve(m->s, path, &real, NULL))
		return NULL;
	for (size_t n = 0; n < i->site_count; n++)
		if (text_equal(i->sites[n].real, real.data))
			return NULL;
	if (i->site_count >= PYTHON_SITES_MAX) {
		note_limit(i, "site_packages");
		return NULL;
	}
	struct fs_list list = FS_LIST_INIT;
	struct error why = ERROR_INIT;
	if (source_list(m->s, path, &list, &why)) {
		if (why.code != ERROR_NOT_FOUND && source_is_dir(m->s, path))
			note_damage(i, path, "%s", why.text);
		fs_list_release(&list);
		return NULL;
	}
	*site = (struct python_site){
		.path = xstrdup(path), .real = str_detach(&real), .list = list};
	i->site_count++;
	return site;
}

/* A line of a .pth file: a path, unless it is a comment or code. */
static void take_pth_line(const struct python_machine *m, struct interpreter *i,
                          const char *dir, char *line)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;

	str_add(&text, line);
	str_trim(&text);
	if (!text.len || text.data[0] == '#' || text_starts(text.data, "import ") ||
	    text_starts(text.data, "import\t") || text.len > PYTHON_PATH_MAX)
		return;
	if (text.data[0] == '/')
		str_add(&path, text.data);
	else
		fs_join(&path, dir, text.data);
	if (source_is_dir(m->s, path.data))
		add_site(m, i, path.data);
}

static void take_pth_files(const struct python_machine *m, struct interpreter *i,
                           size_t index)
{
	size_t files = 0;

	for (size_t n = 0; n < i->sites[index].list.count && files < PTH_FILES_MAX; n++) {
		CLEANUP(str_release) struct str path = STR_INIT;
		CLEANUP(str_release) struct str text = STR_INIT;
		CLEANUP(strlist_release) struct strlist lines = STRLIST_INIT;
		const char *name = i->sites[index].list.items[n].name;

		/* The one of setuptools is code only, and in every environment. */
		if (!text_ends(name, ".pth") ||
		    text_equal(name, "distutils-precedence.pth"))
			continue;
		files++;
		path_join(&path, i->sites[index].path, name);
		if (source_read_head(m->s, path.data, PTH_BYTES_MAX, &text, NULL))
			continue;
		strlist_split(&lines, text.data, "\r\n");
		for (size_t l = 0; l < lines.count && l < PTH_LINES_MAX; l++)
			take_pth_line(m, i, i->sites[index].path, lines.items[l]);
	}
}

/* A site folder with what its .pth files add. */
static void add_site_dir(const struct python_machine *m, struct interpreter *i,
                         const char *path)
{
	size_t index = i->site_count;

	if (add_site(m, i, path))
		take_pth_files(m, i, index);
}

/* site-packages below PREFIX, for each name the folder of this version may have. */
static void add_prefix(const struct python_machine *m, struct interpreter *i,
                       const char *prefix)
{
	static const struct {
		const char *before, *after;
	} forms[] = {{"lib/python", ""},
	             {"lib64/python", ""},
	             {"lib/python", "t"},
	             {"lib/pypy", ""}};
	CLEANUP(str_release) struct str path = STR_INIT;

	for (size_t n = 0; n < 4; n++) {
		str_clear(&path);
		str_addf(&path, "%s/%s%s%s/site-packages", prefix, forms[n].before,
		         i->minor, forms[n].after);
		add_site_dir(m, i, path.data);
	}
}

/* Debian keeps packages of its own and pip's in three folders; others use the usual name
 * below /usr/local, which on Debian belongs to a Python somebody built. */
static void add_distribution(const struct python_machine *m, struct interpreter *i)
{
	static const char debian[] = "/usr/lib/python3/dist-packages";
	CLEANUP(str_release) struct str path = STR_INIT;

	str_addf(&path, "/usr/local/lib/python%s/dist-packages", i->minor);
	if (!source_is_dir(m->s, debian) && !source_is_dir(m->s, path.data) &&
	    !source_is_file(m->s, "/etc/debian_version")) {
		add_prefix(m, i, "/usr/local");
		return;
	}
	add_site_dir(m, i, path.data);
	add_site_dir(m, i, debian);
	str_clear(&path);
	str_addf(&path, "/usr/lib/python%s/dist-packages", i->minor);
	add_site_dir(m, i, path.data);
}

/* A keg's packages are beside the Cellar, where an upgrade does not reach them. */
static void add_homebrew(const struct python_machine *m, struct interpreter *i,
                         const char *prefix)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	const char *cellar = strstr(prefix, "/Cellar/");

	if (!text_contains(prefix, ".framework")) {
		str_addf(&path, "%s/Frameworks/Python.framework/Versions/%s", prefix,
		         i->minor);
		add_prefix(m, i, path.data);
	}
	str_clear(&path);
	str_add_n(&path, prefix, (size_t)(cellar - prefix));
	add_prefix(m, i, path.data);
}

static void add_installation(const struct python_machine *m, struct interpreter *i,
                             const char *prefix)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	add_prefix(m, i, prefix);
	if (text_equal(prefix, "/usr") && m->s->os == SOURCE_LINUX)
		add_distribution(m, i);
	if (m->s->os == SOURCE_MACOS && text_contains(prefix, "/Python3.framework/")) {
		str_addf(&path, "/Library/Python/%s/site-packages", i->minor);
		add_site_dir(m, i, path.data);
	}
	if (text_contains(prefix, "/Cellar/"))
		add_homebrew(m, i, prefix);
}

static void find_user_site(const struct python_machine *m, const struct interpreter *i,
                           struct str *out, bool *enabled)
{
	const char *base = source_env(m->s, "PYTHONUSERBASE");
	bool framework = m->s->os == SOURCE_MACOS && i->program &&
	                 text_contains(i->program, ".framework/");

	*enabled = (!i->venv.present || i->venv.system_site) &&
	           !source_env(m->s, "PYTHONNOUSERSITE");
	if (base && base[0] == '/')
		str_add(out, base);
	else if (framework)
		str_addf(out, "%s/Library/Python/%s", m->s->home, i->minor);
	else
		str_addf(out, "%s/.local", m->s->home);
	if (framework && !base)
		str_add(out, "/lib/python/site-packages");
	else
		str_addf(out, "/lib/python%s/site-packages", i->minor);
}

static void add_user_site(const struct python_machine *m, struct interpreter *i)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	bool enabled;

	find_user_site(m, i, &path, &enabled);
	if (!source_is_dir(m->s, path.data))
		return;
	json_t *row = json_object();
	json_object_set_new(row, "path", fact_text(path.data, path.len));
	json_object_set_new(row, "enabled", json_boolean(enabled));
	json_object_set_new(i->facts, "user_site", row);
	if (enabled)
		add_site_dir(m, i, path.data);
}

/* Of the probing process: it holds for every interpreter started from there. */
static void add_pythonpath(const struct python_machine *m, struct interpreter *i)
{
	CLEANUP(strlist_release) struct strlist parts = STRLIST_INIT;
	const char *value = source_env(m->s, "PYTHONPATH");

	if (value)
		strlist_split(&parts, value, ":");
	for (size_t n = 0; n < parts.count && n < 20; n++)
		if (parts.items[n][0] == '/')
			add_site(m, i, parts.items[n]);
}

static bool externally_managed(const struct python_machine *m,
                               const struct interpreter *i)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	if (i->venv.present)
		return false;
	str_addf(&path, "%s/lib/python%s/EXTERNALLY-MANAGED", i->prefix, i->minor);
	if (source_is_file(m->s, path.data))
		return true;
	if (!text_contains(i->prefix, "/Cellar/"))
		return false;
	str_clear(&path);
	str_addf(&path,
	         "%s/Frameworks/Python.framework/Versions/%s/lib/python%s/"
	         "EXTERNALLY-MANAGED",
	         i->prefix, i->minor, i->minor);
	return source_is_file(m->s, path.data);
}

/* python.org's Python has no CA bundle until its own command makes one. */
static void describe_certificates(const struct python_machine *m, struct interpreter *i)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	if (!text_equal(fact_get_string(i->facts, "kind"), "python.org"))
		return;
	path_join(&path, i->prefix, "etc/openssl/cert.pem");
	json_t *row = json_object();
	json_object_set_new(row, "path", fact_text(path.data, path.len));
	json_object_set_new(row, "exists", json_boolean(source_is_file(m->s, path.data)));
	json_object_set_new(i->facts, "certificates", row);
}

void describe_sites(const struct python_machine *m, struct interpreter *i)
{
	json_t *paths = json_array();

	if (*i->minor) {
		add_pythonpath(m, i);
		if (i->venv.present)
			add_prefix(m, i, i->prefix);
		add_user_site(m, i);
		if (!i->venv.present)
			add_installation(m, i, i->prefix);
		else if (i->venv.system_site && i->base_prefix)
			add_installation(m, i, i->base_prefix);
	}
	for (size_t n = 0; n < i->site_count; n++)
		json_array_append_new(
			paths, fact_text(i->sites[n].path, strlen(i->sites[n].path)));
	json_object_set_new(i->facts, "site_packages", paths);
	json_object_set_new(i->facts, "externally_managed",
	                    json_boolean(externally_managed(m, i)));
	describe_certificates(m, i);
}
