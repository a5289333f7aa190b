/* SPDX-License-Identifier: MIT */
/*
 * The native libraries of an interpreter's packages: what they are built for.  A wheel is
 * built as a whole, so of each of its folders one library is opened; TensorFlow's own are
 * opened all (tensorflow.c).  That keeps a thousand-package environment below 50 ms.
 */
#include <stdlib.h>
#include <string.h>

#include "python/python.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/pep440.h"

#include "trilane/banned.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	FILES_MAX = 600,
	FOLDERS_MAX = 4000,
	FOLDERS_PER_PACKAGE = 8,
	FOREIGN_MAX = 200,
	OPENMP_MAX = 50
};

/* Where packages keep native code below their own folder, beside the folder itself. */
static const char *const inner_folders[] = {
	".dylibs", "_cython", "_ext",  "_lib", "_libs",   "_core",  "_upb",
	"core",    "ext",     "lib",   "libs", "linalg",  "python", "pyext",
	"stats",   "sparse",  "utils", "impl", "backend", "rust",   "_C",
};

/* Folders whose distribution has another name. */
static const struct {
	const char *folder;
	const char *package;
} owners[] = {
	{"Crypto", "pycryptodome"},
	{"PIL", "pillow"},
	{"_upb", "protobuf"},
	{"cv2", "opencv-python"},
	{"google", "protobuf"},
	{"grpc", "grpcio"},
	{"skimage", "scikit-image"},
	{"sklearn", "scikit-learn"},
	{"yaml", "pyyaml"},
	{"zmq", "pyzmq"},
	{"tensorflow-plugins", "tensorflow-metal"},
};

struct natives {
	const struct python_machine *m;
	struct interpreter *i;
	json_t *foreign, *openmp, *rpaths;
	size_t files, folders;
};

static bool is_library(const char *name)
{
	return text_ends(name, ".so") || text_ends(name, ".dylib");
}

/* Packages for several machines ship a library for each ("libx_arm64.dylib") and choose
 * at run time: such a name says that the others are not loaded.  Extension modules carry
 * the architecture by rule, and are chosen by nobody. */
static bool is_one_of_several(const char *name)
{
	static const char *const words[] = {"aarch64", "amd64", "arm64", "i386",
	                                    "linux",   "win32", "x86_64"};

	if (text_contains(name, ".cpython-") || text_contains(name, ".abi3."))
		return false;
	for (size_t k = 0; k < COUNT(words); k++)
		if (text_contains(name, words[k]))
			return true;
	return false;
}

/* Would this system's Python load a file of this name? */
static bool is_loadable_name(const struct natives *n, const char *name)
{
	if (n->m->s->os != SOURCE_MACOS && text_ends(name, ".dylib"))
		return false;
	return is_library(name) && !is_one_of_several(name);
}

static bool is_openmp(const char *name)
{
	return text_starts(name, "libomp.") || text_starts(name, "libiomp5.") ||
	       text_starts(name, "libgomp.") || text_starts(name, "libgomp-") ||
	       text_starts(name, "libomp-") || text_starts(name, "libiomp5-");
}

static void package_name(const struct interpreter *i, const char *folder, struct str *out)
{
	json_t *packages = json_object_get(i->facts, "packages");

	for (size_t n = 0; n < COUNT(owners); n++)
		if (text_equal(folder, owners[n].folder)) {
			str_add(out, owners[n].package);
			return;
		}
	CLEANUP(str_release) struct str stem = STR_INIT;
	str_add_n(&stem, folder, strcspn(folder, "."));
	python_normalize_name(stem.data, out);
	/* "_cffi_backend" and the like: the package without the underscore, if known. */
	if (!json_object_get(packages, out->data) && out->data[0] == '-') {
		const char *end = strchr(out->data + 1, '-');
		CLEANUP(str_release) struct str bare = STR_INIT;

		str_add_n(&bare, out->data + 1,
		          end ? (size_t)(end - out->data) - 1 : out->len - 1);
		if (json_object_get(packages, bare.data)) {
			str_clear(out);
			str_add(out, bare.data);
		}
	}
}

static json_t *path_row(const char *path)
{
	json_t *row = json_object();

	json_object_set_new(row, "path", fact_text(path, strlen(path)));
	return row;
}

static bool is_foreign(const struct natives *n, const struct native *file)
{
	const char *format = n->m->s->os == SOURCE_MACOS ? "mach-o" : "elf";

	if (!text_equal(file->format, format))
		return true;
	return n->i->archs.count && file->archs.count &&
	       !interpreter_can_load(n->i, &file->archs);
}

static void note_foreign(struct natives *n, const char *path, const char *package,
                         const struct native *file)
{
	if (!is_foreign(n, file))
		return;
	if (json_array_size(n->foreign) >= FOREIGN_MAX) {
		note_limit(n->i, "foreign_libraries");
		return;
	}
	json_t *row = path_row(path);
	json_object_set_new(row, "archs", json_strings(&file->archs));
	json_object_set_new(row, "package", fact_text(package, strlen(package)));
	json_object_set_new(row, "format", json_string(file->format));
	json_array_append_new(n->foreign, row);
}

/* The package's "archs": what all its files that were read share. */
static void note_package_archs(struct natives *n, const char *package,
                               const struct native *file)
{
	json_t *row = json_object_get(json_object_get(n->i->facts, "packages"), package);
	json_t *known = json_object_get(row, "archs");
	json_t *shared = json_array();

	if (!row) {
		json_decref(shared);
		return;
	}
	if (!known) {
		json_decref(shared);
		json_object_set_new(row, "archs", json_strings(&file->archs));
		return;
	}
	for (size_t k = 0; k < json_array_size(known); k++)
		if (strlist_has(&file->archs,
		                json_string_value(json_array_get(known, k))))
			json_array_append(shared, json_array_get(known, k));
	if (json_array_size(shared))
		json_object_set(row, "archs", shared);
	else
		for (size_t k = 0; k < file->archs.count; k++)
			json_array_append_new(known, json_string(file->archs.items[k]));
	json_decref(shared);
}

static void note_rpaths(struct natives *n, const char *path, const struct native *file)
{
	for (size_t k = 0; k < file->duplicate_rpaths.count; k++) {
		const char *rpath = file->duplicate_rpaths.items[k];
		json_t *row = path_row(path);

		json_object_set_new(row, "rpath", fact_text(rpath, strlen(rpath)));
		json_array_append_new(n->rpaths, row);
	}
}

/* MUST: it is a library by its place, not by its name's end alone. */
static void look_at_file(struct natives *n, const char *path, const char *package,
                         bool must)
{
	CLEANUP(native_release) struct native file = NATIVE_INIT;
	struct error why = ERROR_INIT;

	if (++n->files > FILES_MAX) {
		note_limit(n->i, "foreign_libraries");
		return;
	}
	if (!native_read(n->m->s, path, &file, &why)) {
		/* Linker scripts and stubs are no damage; cut headers are. */
		if (must || why.code == ERROR_DAMAGED)
			note_damage(n->i, path, "%s", why.text);
		return;
	}
	if (file.damaged)
		note_damage(n->i, path, "its load commands make no sense");
	note_foreign(n, path, package, &file);
	if (text_equal(file.format, n->m->s->os == SOURCE_MACOS ? "mach-o" : "elf"))
		note_package_archs(n, package, &file);
	note_rpaths(n, path, &file);
}

/* One library of a folder, and its copies of OpenMP. */
static void look_at_folder(struct natives *n, const char *dir, const char *package,
                           const struct fs_list *list)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	bool looked = false;

	for (size_t k = 0; k < list->count; k++) {
		const char *name = list->items[k].name;

		if (list->items[k].kind == FS_KIND_DIR ||
		    (!is_library(name) && !is_openmp(name)))
			continue;
		path_join(&path, dir, name);
		if (is_openmp(name) && json_array_size(n->openmp) < OPENMP_MAX)
			json_array_append_new(n->openmp, fact_text(path.data, path.len));
		if (!looked && is_loadable_name(n, name)) {
			looked = true;
			look_at_file(n, path.data, package, false);
		}
	}
}

static bool is_inner_folder(const struct fs_entry *entry)
{
	if (entry->kind != FS_KIND_DIR)
		return false;
	for (size_t k = 0; k < COUNT(inner_folders); k++)
		if (text_equal(entry->name, inner_folders[k]))
			return true;
	return false;
}

/* TensorFlow's own libraries are known already, and belong to whoever provides it. */
static void look_at_tensorflow(struct natives *n)
{
	const char *package = fact_get_string(n->i->facts, "tensorflow.package");
	size_t index;
	json_t *row;

	json_array_foreach(fact_get(n->i->facts, "tensorflow.libraries"), index, row)
	{
		const char *path = json_string_value(json_object_get(row, "path"));

		if (path)
			look_at_file(n, path, package ? package : "tensorflow", true);
	}
}

static void look_at_package(struct natives *n, const char *site, const char *folder)
{
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	CLEANUP(str_release) struct str dir = STR_INIT;
	CLEANUP(str_release) struct str inner = STR_INIT;
	CLEANUP(str_release) struct str package = STR_INIT;
	size_t folders = 0;

	path_join(&dir, site, folder);
	if (++n->folders > FOLDERS_MAX) {
		note_limit(n->i, "foreign_libraries");
		return;
	}
	if (source_list(n->m->s, dir.data, &list, NULL))
		return;
	package_name(n->i, folder, &package);
	look_at_folder(n, dir.data, package.data, &list);
	for (size_t k = 0; k < list.count && folders < FOLDERS_PER_PACKAGE; k++) {
		CLEANUP(fs_list_release) struct fs_list below = FS_LIST_INIT;

		if (!is_inner_folder(&list.items[k]))
			continue;
		folders++;
		path_join(&inner, dir.data, list.items[k].name);
		if (source_list(n->m->s, inner.data, &below, NULL) == 0)
			look_at_folder(n, inner.data, package.data, &below);
	}
}

static bool is_package_folder(const struct fs_entry *entry)
{
	return entry->kind == FS_KIND_DIR && entry->name[0] != '_' &&
	       entry->name[0] != '~' && !text_ends(entry->name, ".dist-info") &&
	       !text_ends(entry->name, ".egg-info") && !text_equal(entry->name, "nvidia");
}

static void look_at_site(struct natives *n, const struct python_site *site)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str package = STR_INIT;

	for (size_t k = 0; k < site->list.count; k++) {
		const struct fs_entry *entry = &site->list.items[k];

		if (text_equal(entry->name, "tensorflow")) {
			continue;
		} else if (is_package_folder(entry)) {
			look_at_package(n, site->path, entry->name);
		} else if (entry->kind != FS_KIND_DIR &&
		           is_loadable_name(n, entry->name)) {
			str_clear(&package);
			package_name(n->i, entry->name, &package);
			path_join(&path, site->path, entry->name);
			look_at_file(n, path.data, package.data, false);
		}
	}
}

/* The libraries of a conda environment that break others: OpenMP and libgfortran. */
static void look_at_conda_libraries(struct natives *n)
{
	static const char *const names[] = {"libgfortran.5.dylib", "libopenblas.0.dylib",
	                                    "libquadmath.0.dylib", "libgcc_s.1.1.dylib"};
	static const char *const openmp[] = {"libomp.dylib", "libiomp5.dylib",
	                                     "libiomp5.so", "libgomp.so.1", "libomp.so"};
	CLEANUP(str_release) struct str path = STR_INIT;

	if (!n->i->is_conda)
		return;
	for (size_t k = 0; k < COUNT(names); k++) {
		str_clear(&path);
		str_addf(&path, "%s/lib/%s", n->i->prefix, names[k]);
		if (source_is_file(n->m->s, path.data))
			look_at_file(n, path.data, "", false);
	}
	for (size_t k = 0; k < COUNT(openmp); k++) {
		str_clear(&path);
		str_addf(&path, "%s/lib/%s", n->i->prefix, openmp[k]);
		if (source_is_file(n->m->s, path.data))
			json_array_append_new(n->openmp, fact_text(path.data, path.len));
	}
}

static void set_if_any(json_t *facts, const char *name, json_t *array)
{
	if (json_array_size(array))
		json_object_set(facts, name, array);
	json_decref(array);
}

void describe_natives(const struct python_machine *m, struct interpreter *i)
{
	struct natives n = {.m = m,
	                    .i = i,
	                    .foreign = json_array(),
	                    .openmp = json_array(),
	                    .rpaths = json_array()};

	look_at_tensorflow(&n);
	for (size_t k = 0; k < i->site_count; k++)
		look_at_site(&n, &i->sites[k]);
	look_at_conda_libraries(&n);
	json_object_set_new(i->facts, "foreign_libraries", n.foreign);
	set_if_any(i->facts, "openmp_runtimes", n.openmp);
	set_if_any(i->facts, "duplicate_rpaths", n.rpaths);
}
