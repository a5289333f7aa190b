/* SPDX-License-Identifier: MIT */
/*
 * TensorFlow in an interpreter: which distribution's files are imported, whether they are
 * there, what they are built for, and whether what they require is installed.  Several
 * distributions own the same folder `tensorflow`, and some (2.13 to 2.15 on Apple
 * silicon) own nothing: RECORD tells.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python/packages/metadata.h"
#include "python/python.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/pep440.h"

#include "trilane/banned.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { HEAD_BYTES = 64 << 10, LIBRARIES_MAX = 12, REQUIRES_MAX = 100 };

/* What provides the module, the likelier first where nothing decides. */
static const char *const providers[] = {
	"tensorflow",         "tensorflow-macos", "tensorflow-cpu",  "tensorflow-gpu",
	"tensorflow-intel",   "intel-tensorflow", "tensorflow-rocm", "tensorflow-aarch64",
	"tensorflow-cpu-aws", "tf-nightly",       "tf-nightly-cpu",  "tf-nightly-macos",
	"tf-nightly-gpu",
};

static json_t *package(const struct interpreter *i, const char *name)
{
	return json_object_get(json_object_get(i->facts, "packages"), name);
}

static const char *package_text(const struct interpreter *i, const char *name,
                                const char *member)
{
	return json_string_value(json_object_get(package(i, name), member));
}

/* Does RECORD list no file of the module?  -1: there is no RECORD to ask. */
static int is_stub(const struct python_machine *m, const struct interpreter *i,
                   const char *name)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *folder = package_text(i, name, "metadata");

	if (!folder)
		return -1;
	path_join(&path, folder, "RECORD");
	str_add_char(&text, '\n');
	if (source_read_head(m->s, path.data, HEAD_BYTES, &text, NULL) || text.len < 2)
		return -1;
	return !strstr(text.data, "\ntensorflow/") &&
	       !strstr(text.data, "\n\"tensorflow/");
}

/* The folder `tensorflow` that an import finds first, preferring one with __init__. */
static bool find_module(const struct python_machine *m, const struct interpreter *i,
                        struct str *out, bool *package_found)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str init = STR_INIT;
	bool found = false;

	*package_found = false;
	for (size_t n = 0; n < i->site_count; n++) {
		path_join(&path, i->sites[n].path, "tensorflow");
		if (!source_is_dir(m->s, path.data))
			continue;
		path_join(&init, path.data, "__init__.py");
		*package_found = source_is_file(m->s, init.data);
		if (!found || *package_found) {
			str_clear(out);
			str_add(out, path.data);
			found = true;
		}
		if (*package_found)
			return true;
	}
	return found;
}

/* "2.11.0" of the headers that TensorFlow installs; false where they are left out. */
static bool header_version(const struct python_machine *m, const char *module,
                           char out[32])
{
	static const char *const files[] = {
		"include/tensorflow/core/public/release_version.h",
		"include/tensorflow/core/public/version.h",
	};
	char major[8], minor[8], patch[8];

	for (size_t n = 0; n < 2; n++) {
		CLEANUP(str_release) struct str path = STR_INIT;
		CLEANUP(str_release) struct str text = STR_INIT;

		path_join(&path, module, files[n]);
		if (source_read_head(m->s, path.data, HEAD_BYTES, &text, NULL) ||
		    !text_between(text.data, "TF_MAJOR_VERSION ", "\r\n", major, 8) ||
		    !text_between(text.data, "TF_MINOR_VERSION ", "\r\n", minor, 8) ||
		    !text_between(text.data, "TF_PATCH_VERSION ", "\r\n", patch, 8))
			continue;
		snprintf(out, 32, "%s.%s.%s", major, minor, patch);
		return true;
	}
	return false;
}

/* Chooses among the installed providers, and writes them down. */
static const char *choose_provider(const struct python_machine *m, struct interpreter *i,
                                   const char *module, json_t *facts)
{
	json_t *rows = json_array();
	const char *chosen = NULL, *stub_only = NULL;
	char version[32] = "";
	bool stated = module && header_version(m, module, version);

	for (size_t n = 0; n < COUNT(providers); n++) {
		if (!package(i, providers[n]))
			continue;
		int stub = is_stub(m, i, providers[n]);
		json_t *row = json_object();

		json_object_set_new(row, "name", json_string(providers[n]));
		json_object_set(row, "version",
		                json_object_get(package(i, providers[n]), "version"));
		if (stub >= 0)
			json_object_set_new(row, "stub", json_boolean(stub));
		else
			fact_set_absent(row, "stub", FACT_UNAVAILABLE,
			                "it has no RECORD");
		json_array_append_new(rows, row);
		if (stub == 1) {
			if (!stub_only)
				stub_only = providers[n];
			continue;
		}
		if (!chosen ||
		    (stated &&
		     text_equal(version, package_text(i, providers[n], "version"))))
			chosen = providers[n];
	}
	json_object_set_new(facts, "distributions", rows);
	/* A wrapper without what it wraps: still what is installed. */
	return chosen ? chosen : stub_only;
}

/* A wrapper without a RECORD gives itself away by having a companion of its version. */
static const char *prefer_companion(const struct interpreter *i, const char *chosen)
{
	const char *version = package_text(i, "tensorflow", "version");
	const char *companion = package_text(i, "tensorflow-macos", "version");

	if (text_equal(chosen, "tensorflow") && version &&
	    text_equal(version, companion) && pep440_compare_text(version, "2.13") >= 0)
		return "tensorflow-macos";
	return chosen;
}

static void add_library(const struct python_machine *m, const char *path, json_t *rows,
                        struct strlist *archs, bool *any)
{
	CLEANUP(native_release) struct native n = NATIVE_INIT;
	json_t *row = json_object();

	json_object_set_new(row, "path", fact_text(path, strlen(path)));
	if (!native_read(m->s, path, &n, NULL) || !n.archs.count) {
		fact_set_absent(row, "archs", FACT_FAILED, "neither Mach-O nor ELF");
		json_object_set_new(row, "complete", json_false());
		json_array_append_new(rows, row);
		return;
	}
	json_object_set_new(row, "archs", json_strings(&n.archs));
	if (*n.minos)
		json_object_set_new(row, "minos", json_string(n.minos));
	if (n.install_name)
		json_object_set_new(row, "install_name",
		                    fact_text(n.install_name, strlen(n.install_name)));
	json_object_set_new(row, "complete", json_boolean(n.complete));
	json_array_append_new(rows, row);
	/* The first says what there is; the others may only take away. */
	for (size_t k = 0; !*any && k < n.archs.count; k++)
		strlist_add(archs, n.archs.items[k]);
	*any = true;
}

static bool is_core_library(const char *name)
{
	return text_starts(name, "_pywrap_tensorflow_internal.") ||
	       text_starts(name, "lib_pywrap_tensorflow_common.") ||
	       text_starts(name, "libtensorflow_framework.") ||
	       text_starts(name, "libtensorflow_cc.");
}

/* The same library under its versioned and plain names counts once. */
static bool is_repeated(const struct fs_list *list, size_t index)
{
	const char *name = list->items[index].name;
	size_t stem = strcspn(name, ".");

	for (size_t n = 0; n < index; n++)
		if (is_core_library(list->items[n].name) &&
		    strcspn(list->items[n].name, ".") == stem &&
		    !strncmp(list->items[n].name, name, stem))
			return true;
	return false;
}

static void read_libraries(const struct python_machine *m, const char *module,
                           json_t *facts)
{
	static const char *const folders[] = {"python", ""};
	CLEANUP(strlist_release) struct strlist archs = STRLIST_INIT;
	json_t *rows = json_array();
	bool any = false;

	for (size_t d = 0; module && d < COUNT(folders); d++) {
		CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
		CLEANUP(str_release) struct str dir = STR_INIT;
		CLEANUP(str_release) struct str path = STR_INIT;

		path_join(&dir, module, folders[d]);
		if (source_list(m->s, dir.data, &list, NULL))
			continue;
		for (size_t n = 0; n < list.count; n++) {
			if (!is_core_library(list.items[n].name) ||
			    is_repeated(&list, n) ||
			    json_array_size(rows) >= LIBRARIES_MAX)
				continue;
			path_join(&path, dir.data, list.items[n].name);
			add_library(m, path.data, rows, &archs, &any);
		}
	}
	json_object_set_new(facts, "libraries", rows);
	if (any)
		json_object_set_new(facts, "archs", json_strings(&archs));
	else
		fact_set_absent(facts, "archs", FACT_UNAVAILABLE,
		                "none of its libraries could be read");
}

/* Every provider of the module is built for what its files are. */
static void share_archs(struct interpreter *i, const json_t *facts)
{
	json_t *archs = json_object_get(facts, "archs");

	if (!json_is_array(archs))
		return;
	for (size_t n = 0; n < COUNT(providers); n++)
		if (package(i, providers[n]))
			json_object_set(package(i, providers[n]), "archs", archs);
}

static void add_requirement(const struct interpreter *i,
                            const struct python_requirement *r, json_t *rows)
{
	json_t *row = json_object();
	json_t *installed = package(i, r->name.data);
	const char *version = package_text(i, r->name.data, "version");

	json_object_set_new(row, "name", json_string(r->name.data));
	json_object_set_new(row, "specifiers", json_string(r->specifiers.data));
	if (version) {
		json_object_set_new(row, "installed", json_string(version));
		json_object_set_new(
			row, "satisfied",
			json_boolean(pep440_satisfies(version, r->specifiers.data)));
	} else if (installed) {
		json_object_set(row, "installed", json_object_get(installed, "version"));
		fact_set_absent(row, "satisfied", FACT_UNAVAILABLE,
		                "the installed version is not known");
	} else {
		fact_set_absent(row, "installed", FACT_NOT_APPLICABLE, "not installed");
		json_object_set_new(row, "satisfied", json_false());
	}
	json_array_append_new(rows, row);
}

static struct python_marker_environment marker_environment(const struct python_machine *m,
                                                           const struct interpreter *i)
{
	bool mac = m->s->os == SOURCE_MACOS;
	const char *arch = i->runs_as       ? i->runs_as
	                   : i->archs.count ? i->archs.items[0]
	                                    : "";

	if (!mac && text_equal(arch, "arm64"))
		arch = "aarch64";
	return (struct python_marker_environment){
		.python_version = i->minor,
		.python_full_version = i->version,
		.sys_platform = mac ? "darwin" : "linux",
		.platform_system = mac ? "Darwin" : "Linux",
		.platform_machine = arch,
		.os_name = "posix",
		.implementation_name = "cpython",
		.platform_python_implementation = "CPython",
		.extra = "",
	};
}

static void read_requirements(const struct python_machine *m, struct interpreter *i,
                              const char *provider, json_t *facts)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(metadata_release) struct metadata meta = METADATA_INIT;
	struct python_marker_environment env = marker_environment(m, i);
	const char *folder = package_text(i, provider, "metadata");
	json_t *rows = json_array();

	if (folder)
		path_join(&path, folder, "METADATA");
	if (!folder ||
	    source_read_head(m->s, path.data, METADATA_BYTES_MAX, &text, NULL)) {
		json_decref(rows);
		fact_set_absent(facts, "requires", FACT_UNAVAILABLE,
		                "it has no METADATA");
		return;
	}
	metadata_parse(&meta, text.data, text.len);
	if (!meta.name.len || !meta.version.len) {
		note_damage(i, path.data, "its metadata name no package or version");
		json_object_set_new(
			package(i, provider), "damaged",
			json_string("its metadata name no package or version"));
	}
	for (size_t n = 0; n < meta.requires.count && n < REQUIRES_MAX; n++) {
		CLEANUP(python_requirement_release)
		struct python_requirement r = PYTHON_REQUIREMENT_INIT;

		if (python_requirement_parse(meta.requires.items[n], &r) &&
		    python_marker_true(r.marker.data, &env))
			add_requirement(i, &r, rows);
	}
	json_object_set_new(facts, "requires", rows);
}

static void read_build(const struct python_machine *m, const char *module, json_t *facts)
{
	static const char *const keys[] = {"is_cuda_build", "is_rocm_build"};
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;

	path_join(&path, module, "python/platform/build_info.py");
	if (source_read_head(m->s, path.data, HEAD_BYTES, &text, NULL))
		return;
	json_t *build = json_object();
	for (size_t n = 0; n < COUNT(keys); n++) {
		CLEANUP(str_release) struct str mark = STR_INIT;
		char value[8];

		str_addf(&mark, "('%s', ", keys[n]);
		if (text_between(text.data, mark.data, ")", value, sizeof(value)))
			json_object_set_new(build, keys[n],
			                    json_boolean(text_equal(value, "True")));
	}
	json_object_set_new(facts, "build", build);
}

void describe_tensorflow(const struct python_machine *m, struct interpreter *i)
{
	CLEANUP(str_release) struct str module = STR_INIT;
	bool is_package;
	json_t *facts = json_object();
	bool folder = find_module(m, i, &module, &is_package);
	const char *provider = choose_provider(m, i, folder ? module.data : NULL, facts);

	if (!provider && !folder) {
		json_decref(facts);
		return;
	}
	json_object_set_new(i->facts, "tensorflow", facts);
	provider = prefer_companion(i, provider);
	json_object_set_new(facts, "module",
	                    json_string(is_package ? "package"
	                                : folder   ? "namespace"
	                                           : "missing"));
	if (folder)
		json_object_set_new(facts, "path", fact_text(module.data, module.len));
	if (provider) {
		json_object_set_new(facts, "package", json_string(provider));
		json_object_set(facts, "version",
		                json_object_get(package(i, provider), "version"));
		read_requirements(m, i, provider, facts);
	} else {
		fact_set_absent(facts, "package", FACT_UNAVAILABLE,
		                "no installed distribution provides the folder");
		fact_set_absent(facts, "version", FACT_UNAVAILABLE,
		                "no installed distribution provides the folder");
	}
	read_libraries(m, folder ? module.data : NULL, facts);
	share_archs(i, facts);
	if (folder)
		read_build(m, module.data, facts);
}
