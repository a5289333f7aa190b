/* SPDX-License-Identifier: MIT */
/*
 * The installed packages of an interpreter.  A distribution is known by the name of its
 * metadata folder, which says name and version; METADATA is opened only where the name
 * does not, and for the few whose requirements matter.  Of several copies the first on
 * the path is imported; of several in one folder, the one whose version the module itself
 * states.
 */
#include <stdlib.h>
#include <string.h>

#include "python/packages/conda.h"
#include "python/packages/dists.h"
#include "python/packages/metadata.h"
#include "python/python.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/mem.h"
#include "trilane/pep440.h"

#include "trilane/banned.h"

enum { SMALL_FILE_MAX = 16 << 10 };

/* Opens the metadata where the folder's name does not say enough. */
static void read_metadata(struct source *s, const char *folder, const char *file,
                          struct str *name, struct str *version, const char **damage)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(metadata_release) struct metadata m = METADATA_INIT;

	path_join(&path, folder, file);
	if (source_read_head(s, path.data, SMALL_FILE_MAX, &text, NULL)) {
		*damage = "its metadata cannot be read";
		return;
	}
	metadata_parse(&m, text.data, text.len);
	if (!m.name.len || !m.version.len)
		*damage = "its metadata name no package or version";
	if (m.name.len) {
		str_clear(name);
		str_add(name, m.name.data);
	}
	if (m.version.len && !version->len)
		str_add(version, m.version.data);
}

/* One entry of a site folder whose name ends as ENDING. */
static void take_dist(const struct python_machine *m, struct interpreter *i, size_t site,
                      const char *entry, const char *ending, struct dists *out)
{
	CLEANUP(str_release) struct str stem = STR_INIT;
	CLEANUP(str_release) struct str name = STR_INIT;
	CLEANUP(str_release) struct str version = STR_INIT;
	CLEANUP(str_release) struct str folder = STR_INIT;
	const char *damage = NULL;

	path_join(&folder, i->sites[site].path, entry);
	str_add_n(&stem, entry, strlen(entry) - strlen(ending));
	if (!dist_name_split(stem.data, &name, &version)) {
		/* "~umpy-1.26.4": what pip leaves when it is stopped. */
		note_damage(i, folder.data, "remains of an interrupted installation");
		return;
	}
	if (!version.len) {
		bool egg = text_equal(ending, ".egg-info");

		read_metadata(m->s, folder.data, egg ? "PKG-INFO" : "METADATA", &name,
		              &version, &damage);
	}
	struct dist *d = dists_add(out, name.data, version.data);
	if (!d)
		return;
	d->folder = str_detach(&folder);
	d->source = ending + 1;
	d->damage = damage;
	d->site = site;
}

/* An egg is a folder on the path that holds one package, and is named like it. */
static void take_egg(const struct python_machine *m, const struct interpreter *i,
                     size_t site, struct dists *out)
{
	static const char ending[] = ".egg";
	const char *entry = fs_base_name(i->sites[site].path);
	CLEANUP(str_release) struct str stem = STR_INIT;
	CLEANUP(str_release) struct str name = STR_INIT;
	CLEANUP(str_release) struct str version = STR_INIT;
	CLEANUP(str_release) struct str folder = STR_INIT;

	path_join(&folder, i->sites[site].path, "EGG-INFO");
	if (!text_ends(entry, ending) || !source_is_dir(m->s, folder.data))
		return;
	str_add_n(&stem, entry, strlen(entry) - strlen(ending));
	if (!dist_name_split(stem.data, &name, &version) || !version.len)
		return;
	struct dist *d = dists_add(out, name.data, version.data);
	if (!d)
		return;
	d->folder = str_detach(&folder);
	d->source = "egg-info";
	d->site = site;
}

static void scan_site(const struct python_machine *m, struct interpreter *i, size_t site,
                      struct dists *out)
{
	static const char *const endings[] = {".dist-info", ".egg-info"};
	const struct fs_list *list = &i->sites[site].list;

	for (size_t n = 0; n < list->count && n < PYTHON_SITE_ENTRIES_MAX; n++)
		for (size_t e = 0; e < 2; e++)
			if (text_ends(list->items[n].name, endings[e]) &&
			    strlen(list->items[n].name) > strlen(endings[e]))
				take_dist(m, i, site, list->items[n].name, endings[e],
				          out);
	take_egg(m, i, site, out);
	if (list->count > PYTHON_SITE_ENTRIES_MAX)
		note_limit(i, "packages");
}

/* What the module says about itself, in the small files where projects keep it. */
static bool module_version(const struct python_machine *m, const struct interpreter *i,
                           const struct dist *d, char out[64])
{
	static const char *const files[] = {"version.py", "_version.py", "src/version.py",
	                                    "__init__.py"};
	static const char *const marks[] = {"\n__version__ = \"", "\n__version__ = '",
	                                    "\nversion = \"", "\nversion = '",
	                                    "\nfull_version = '"};
	CLEANUP(str_release) struct str module = STR_INIT;

	str_add(&module, d->name);
	for (char *c = module.data; *c; c++)
		if (*c == '-')
			*c = '_';
	for (size_t f = 0; d->site < i->site_count && f < 4; f++) {
		CLEANUP(str_release) struct str path = STR_INIT;
		CLEANUP(str_release) struct str text = STR_INIT;

		str_addf(&path, "%s/%s/%s", i->sites[d->site].path, module.data,
		         files[f]);
		str_add_char(&text, '\n');
		if (source_read_head(m->s, path.data, SMALL_FILE_MAX, &text, NULL))
			continue;
		for (size_t k = 0; k < 5; k++)
			if (text_between(text.data, marks[k], "\"'\n", out, 64))
				return true;
	}
	return false;
}

static bool has_record(const struct python_machine *m, const struct dist *d)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	path_join(&path, d->folder, "RECORD");
	return source_is_file(m->s, path.data);
}

/* Of several copies in one folder: which one's files are there? */
static bool is_better(const struct python_machine *m, const struct interpreter *i,
                      const struct dist *a, const struct dist *b)
{
	char stated[64];

	if (a->site != b->site)
		return a->site < b->site;
	if (module_version(m, i, a, stated)) {
		bool a_fits = text_equal(a->version, stated);
		bool b_fits = text_equal(b->version, stated);

		if (a_fits != b_fits)
			return a_fits;
	}
	bool a_record = has_record(m, a), b_record = has_record(m, b);
	if (a_record != b_record)
		return a_record;
	if (a->version && b->version)
		return pep440_compare_text(a->version, b->version) > 0;
	return a->version != NULL;
}

static json_t *dist_row(const struct interpreter *i, const struct dist *d)
{
	json_t *row = json_object();
	const char *location =
		d->site < i->site_count ? i->sites[d->site].path : d->folder;

	if (d->version)
		json_object_set_new(row, "version", json_string(d->version));
	else
		fact_set_absent(row, "version", FACT_FAILED, "%s",
		                d->damage ? d->damage : "its metadata do not say");
	json_object_set_new(row, "location", fact_text(location, strlen(location)));
	json_object_set_new(row, "source", json_string(d->source));
	if (d->damage)
		json_object_set_new(row, "damaged", json_string(d->damage));
	return row;
}

static int compare_dists(const void *left, const void *right)
{
	const struct dist *a = left, *b = right;
	int order = strcmp(a->name, b->name);

	if (order)
		return order;
	return a->site != b->site ? (a->site < b->site ? -1 : 1)
	                          : (a->order < b->order ? -1 : a->order > b->order);
}

/* The same version once as conda's record and once as dist-info is one installation. */
static bool worth_a_row(const struct dist *winner, const struct dist *other)
{
	return !text_equal(other->source, "conda-meta") ||
	       !text_equal(winner->version, other->version);
}

/* Writes the row of the copies FIRST … FIRST + COUNT - 1, which share a name. */
static void write_package(const struct python_machine *m, struct interpreter *i,
                          const struct dist *first, size_t count, json_t *packages)
{
	const struct dist *winner = first;
	json_t *shadowed = json_array();

	for (size_t n = 1; n < count; n++)
		if (is_better(m, i, &first[n], winner))
			winner = &first[n];
	json_t *row = dist_row(i, winner);
	for (size_t n = 0; n < count; n++)
		if (&first[n] != winner && worth_a_row(winner, &first[n]))
			json_array_append_new(shadowed, dist_row(i, &first[n]));
	if (json_array_size(shadowed))
		json_object_set(row, "shadowed", shadowed);
	json_decref(shadowed);
	json_object_set_new(row, "metadata",
	                    fact_text(winner->folder, strlen(winner->folder)));
	json_object_set_new(packages, winner->name, row);
}

void describe_packages(const struct python_machine *m, struct interpreter *i)
{
	CLEANUP(dists_release) struct dists dists = DISTS_INIT;
	json_t *packages = json_object();

	for (size_t n = 0; n < i->site_count; n++)
		scan_site(m, i, n, &dists);
	scan_conda(m, i, &dists);
	if (dists.count)
		qsort(dists.items, dists.count, sizeof(*dists.items), compare_dists);
	for (size_t n = 0; n < dists.count;) {
		size_t count = 1;

		while (n + count < dists.count &&
		       text_equal(dists.items[n].name, dists.items[n + count].name))
			count++;
		write_package(m, i, &dists.items[n], count, packages);
		n += count;
	}
	json_object_set_new(i->facts, "packages", packages);
}
