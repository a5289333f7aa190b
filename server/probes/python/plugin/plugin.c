/* SPDX-License-Identifier: MIT */
/*
 * The libraries in tensorflow-plugins: what they are, whose, and whether they load beside
 * the TensorFlow that is imported.  Files decide where they are whole; where they are
 * cut, what is known about the pair of versions does, and where that is silent, the
 * answer is an absence.
 */
#include <stdlib.h>
#include <string.h>

#include "macho.h"
#include "python/plugin/metal.h"
#include "python/plugin/plugin_facts.h"
#include "python/python.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum { PLUGINS_MAX = 20 };

static const char apple_package[] = "tensorflow-metal";
static const char third_party_package[] = "tensorflow-metal-plugin";

static const char *package_version(const struct interpreter *i, const char *name)
{
	json_t *row = json_object_get(json_object_get(i->facts, "packages"), name);

	return json_string_value(json_object_get(row, "version"));
}

static bool needs(const struct macho_slice *slice, const char *part)
{
	for (size_t n = 0; n < slice->library_count; n++)
		if (text_contains(slice->libraries[n].name, part))
			return true;
	return false;
}

/* Apple's own needs _pywrap_tensorflow_internal.so, or (before 0.8) nothing outside
 * macOS; what links libtensorflow_framework is somebody else's. */
static const char *vendor_of(const struct interpreter *i, const struct macho_slice *slice)
{
	if (slice && needs(slice, "libtensorflow_framework"))
		return "third-party";
	if (slice && needs(slice, "_pywrap_tensorflow_internal"))
		return "apple";
	if (slice && slice->whole && slice->install_name &&
	    text_contains(slice->install_name, "metal_plugin/libmetal_plugin.dylib"))
		return "apple";
	if (package_version(i, apple_package) && !package_version(i, third_party_package))
		return "apple";
	if (package_version(i, third_party_package))
		return "third-party";
	return slice && slice->whole ? "third-party" : NULL;
}

/* What the plugin is loaded into: the architecture the interpreter runs in. */
static const char *running_arch(const struct interpreter *i, const json_t *archs)
{
	if (i->runs_as)
		return i->runs_as;
	if (i->archs.count)
		return i->archs.items[0];
	return json_string_value(json_array_get(archs, 0));
}

static void tensorflow_libraries(const struct interpreter *i, struct strlist *out)
{
	json_t *rows =
		json_object_get(json_object_get(i->facts, "tensorflow"), "libraries");
	size_t index;
	json_t *row;

	json_array_foreach(rows, index, row)
	{
		const char *path = json_string_value(json_object_get(row, "path"));

		if (path)
			strlist_add(out, path);
	}
}

static void set_loads(json_t *row, const struct plugin_judgement *j)
{
	json_object_set_new(row, "loads",
	                    json_boolean(!j->missing_library && !j->missing_symbol));
	if (j->missing_library)
		fact_set_string(row, "missing_library", j->missing_library);
	if (j->missing_symbol) {
		fact_set_string(row, "missing_symbol", j->missing_symbol);
		fact_set_integer(row, "missing_count", (json_int_t)j->missing_count);
	}
	fact_set_string(row, "basis", "file");
}

/* PLUGIN is a version of Apple's, or NULL for one whose distribution is gone. */
static bool set_from_table(json_t *row, const char *package, const char *version,
                           const char *plugin, const char *arch)
{
	json_t *known = NULL;

	if (version && arch && package)
		known = plugin ? plugin_facts_judge(package, version, plugin, arch)
		               : plugin_facts_judge_any(package, version, arch);
	if (!known)
		return false;
	json_object_update(row, known);
	json_decref(known);
	fact_set_string(row, "basis", "table");
	return true;
}

/* Headers alone prove a library missing; but a recording's may be those of a neighbouring
 * version, so what is known about the exact pair comes first. */
static void judge(const struct python_machine *m, const struct interpreter *i,
                  const char *path, const json_t *facts, json_t *row)
{
	CLEANUP(plugin_judgement_release) struct plugin_judgement j = {.known = false};
	CLEANUP(strlist_release) struct strlist libraries = STRLIST_INIT;
	const char *package = fact_get_string(i->facts, "tensorflow.package");
	const char *version = fact_get_string(i->facts, "tensorflow.version");
	const char *arch = running_arch(i, json_object_get(facts, "archs"));
	bool apple = text_equal(fact_get_string(facts, "vendor"), "apple");
	const char *plugin = apple ? package_version(i, apple_package) : NULL;
	bool cut = !json_is_true(json_object_get(facts, "complete"));

	tensorflow_libraries(i, &libraries);
	if (arch)
		plugin_judge(m->s, path, arch, &libraries, &j);
	if (j.known && !(j.from_headers && cut)) {
		set_loads(row, &j);
		return;
	}
	if (apple && set_from_table(row, package, version, plugin, arch))
		return;
	if (j.known) {
		set_loads(row, &j);
		return;
	}
	fact_set_absent(row, "loads", FACT_UNAVAILABLE, "%s",
	                cut ? "the files are cut, and nothing is known about this pair"
	                    : "TensorFlow's libraries could not be read far enough");
}

/* Why every dynamic linker would refuse the file, whatever is beside it; NULL if none. */
static const char *refusal(const struct python_machine *m, const struct interpreter *i,
                           const struct native *file, const struct error *why)
{
	const char *arch = running_arch(i, NULL);

	if (!file->format)
		return why->code == ERROR_INVALID || why->code == ERROR_DAMAGED
		               ? why->text
		               : NULL;
	if (!text_equal(file->format, m->s->os == SOURCE_MACOS ? "mach-o" : "elf"))
		return "it is built for another operating system";
	if (arch && !strlist_has(&file->archs, arch))
		return "it is built for another architecture than the interpreter runs "
		       "in";
	return NULL;
}

static void describe_loading(const struct python_machine *m, const struct interpreter *i,
                             const char *path, const char *refused, json_t *facts)
{
	json_t *tensorflow = json_object_get(i->facts, "tensorflow");
	json_t *row = json_object();

	if (!tensorflow) {
		json_decref(row);
		fact_set_absent(facts, "loads_with", FACT_NOT_APPLICABLE,
		                "no TensorFlow is installed beside it");
		return;
	}
	json_object_set(row, "tensorflow", json_object_get(tensorflow, "version"));
	json_object_set_new(facts, "loads_with", row);
	if (refused) {
		json_object_set_new(row, "loads", json_false());
		fact_set_string(row, "basis", "file");
		fact_set_string(row, "detail", refused);
	} else if (m->s->os == SOURCE_MACOS) {
		judge(m, i, path, facts, row);
	} else {
		fact_set_absent(row, "loads", FACT_NOT_APPLICABLE,
		                "only plugins of macOS are judged");
	}
}

static void set_needed(json_t *facts, const struct macho_slice *slice)
{
	json_t *needed = json_array();

	for (size_t n = 0; n < slice->library_count; n++) {
		const char *name = slice->libraries[n].name;

		if (*name && !macho_is_system_library(name))
			json_array_append_new(needed, fact_text(name, strlen(name)));
	}
	json_object_set_new(facts, "needed", needed);
}

static void set_owner(const struct interpreter *i, json_t *facts, const char *vendor)
{
	const char *package =
		text_equal(vendor, "apple") ? apple_package : third_party_package;
	const char *version = package_version(i, package);

	if (vendor)
		fact_set_string(facts, "vendor", vendor);
	else
		fact_set_absent(facts, "vendor", FACT_FAILED,
		                "the file is too damaged to tell");
	if (vendor && version) {
		fact_set_string(facts, "version", version);
		fact_set_string(facts, "package", package);
	} else {
		fact_set_absent(facts, "version", FACT_UNAVAILABLE,
		                "no installed package owns the file");
	}
}

static void describe_file(json_t *facts, const struct native *file)
{
	json_object_set_new(facts, "complete",
	                    json_boolean(file->complete && !file->damaged));
	if (file->archs.count)
		json_object_set_new(facts, "archs", json_strings(&file->archs));
	else
		fact_set_absent(facts, "archs", FACT_FAILED, "neither Mach-O nor ELF");
}

/* What only a Mach-O says. */
static void describe_macho(const struct python_machine *m, const struct interpreter *i,
                           const char *path, json_t *facts)
{
	CLEANUP(binary_release) struct binary b = BINARY_INIT;
	CLEANUP_FREE struct macho *macho = xcalloc(1, sizeof(*macho));
	const struct macho_slice *slice = NULL;
	const char *arch = running_arch(i, json_object_get(facts, "archs"));

	if (binary_open(&b, m->s, path, NULL) == 0 && macho_parse(macho, &b, NULL) == 0) {
		slice = arch ? macho_slice_for(macho, arch) : NULL;
		if (!slice)
			slice = &macho->slices[0];
		set_needed(facts, slice);
	}
	if (slice && *slice->minos)
		fact_set_string(facts, "minos", slice->minos);
	else
		fact_set_absent(facts, "minos", FACT_UNAVAILABLE,
		                "the file does not say");
	set_owner(i, facts, vendor_of(i, slice));
	macho_release(macho);
}

static json_t *describe_one(const struct python_machine *m, struct interpreter *i,
                            const char *path)
{
	CLEANUP(native_release) struct native file = NATIVE_INIT;
	struct error why = ERROR_INIT;
	json_t *facts = json_object();

	json_object_set_new(facts, "path", fact_text(path, strlen(path)));
	if (!native_read(m->s, path, &file, &why))
		note_damage(i, path, "%s", why.text);
	else if (file.damaged)
		note_damage(i, path, "its load commands make no sense");
	describe_file(facts, &file);
	if (m->s->os == SOURCE_MACOS)
		describe_macho(m, i, path, facts);
	else
		fact_set_absent(facts, "vendor", FACT_NOT_APPLICABLE,
		                "only plugins of macOS are told apart");
	describe_loading(m, i, path, refusal(m, i, &file, &why), facts);
	return facts;
}

static void collect(const struct python_machine *m, const struct interpreter *i,
                    struct strlist *out)
{
	for (size_t n = 0; n < i->site_count; n++) {
		CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
		CLEANUP(str_release) struct str dir = STR_INIT;
		CLEANUP(str_release) struct str path = STR_INIT;

		path_join(&dir, i->sites[n].path, "tensorflow-plugins");
		if (source_list(m->s, dir.data, &list, NULL))
			continue;
		for (size_t k = 0; k < list.count && out->count < PLUGINS_MAX; k++) {
			if (!text_ends(list.items[k].name, ".dylib") &&
			    !text_ends(list.items[k].name, ".so"))
				continue;
			path_join(&path, dir.data, list.items[k].name);
			strlist_add(out, path.data);
		}
	}
}

void describe_plugin(const struct python_machine *m, struct interpreter *i)
{
	CLEANUP(strlist_release) struct strlist paths = STRLIST_INIT;
	json_t *all = json_array();
	size_t first = 0;

	collect(m, i, &paths);
	for (size_t n = 0; n < paths.count; n++) {
		json_array_append_new(all, describe_one(m, i, paths.items[n]));
		if (!text_contains(fs_base_name(paths.items[first]), "metal") &&
		    text_contains(fs_base_name(paths.items[n]), "metal"))
			first = n;
	}
	if (paths.count)
		json_object_set(i->facts, "plugin", json_array_get(all, first));
	if (paths.count > 1)
		json_object_set(i->facts, "plugins", all);
	json_decref(all);
}
