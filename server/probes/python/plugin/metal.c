/* SPDX-License-Identifier: MIT */
/*
 * Can the dynamic linker load a plugin beside this TensorFlow?  Judged from the Mach-O
 * files as dyld would: a needed library is there if one that TensorFlow has loaded
 * carries exactly that install name (or the path leads to a file); a two-level symbol
 * must be exported by the one library it names; a flat one by a library in the flat
 * namespace, where _pywrap_tensorflow_internal.so is not, since Python loads it
 * RTLD_LOCAL.
 */
#include "python/plugin/metal.h"

#include <stdlib.h>
#include <string.h>

#include "macho.h"
#include "python/python.h"
#include "trilane/cleanup.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum { LOADED_MAX = 16, REEXPORT_DEPTH = 8 };

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_UNKNOWN };

/* A library that is in the process when plugins are loaded. */
struct loaded {
	struct binary b;
	struct macho *m;
	const struct macho_slice *slice; /* NULL: not readable */
	struct macho_exports exports;
	bool exports_read, exports_known;
	bool flat; /* its symbols are visible in the flat namespace */
};

struct process {
	struct source *s;
	const char *arch;
	struct loaded items[LOADED_MAX];
	size_t count;
	bool complete; /* all of its libraries could be read */
};

static void process_release(struct process *p)
{
	for (size_t i = 0; i < p->count; i++) {
		macho_exports_release(&p->items[i].exports);
		macho_release(p->items[i].m);
		free(p->items[i].m);
		binary_release(&p->items[i].b);
	}
}

static void process_load(struct process *p, const char *path)
{
	struct loaded *l = &p->items[p->count];

	if (p->count >= LOADED_MAX)
		return;
	*l = (struct loaded){.b = BINARY_INIT, .exports = MACHO_EXPORTS_INIT};
	l->m = xcalloc(1, sizeof(*l->m));
	l->flat = !text_starts(fs_base_name(path), "_pywrap_tensorflow_internal.");
	p->count++;
	if (binary_open(&l->b, p->s, path, NULL) == 0 &&
	    macho_parse(l->m, &l->b, NULL) == 0)
		l->slice = macho_slice_for(l->m, p->arch);
	if (!l->slice || !l->slice->whole)
		p->complete = false;
}

static struct loaded *process_find(struct process *p, const char *install_name)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->items[i].slice &&
		    text_equal(p->items[i].slice->install_name, install_name))
			return &p->items[i];
	return NULL;
}

static enum answer exports(struct process *p, struct loaded *l, const char *name,
                           int depth);

/* A name that L takes from its library ORDINAL. */
static enum answer exports_through(struct process *p, struct loaded *l, uint64_t ordinal,
                                   const char *name, int depth)
{
	if (!ordinal || ordinal > l->slice->library_count)
		return ANSWER_UNKNOWN;
	const char *library = l->slice->libraries[ordinal - 1].name;
	struct loaded *target = process_find(p, library);
	if (target)
		return exports(p, target, name, depth + 1);
	return macho_is_system_library(library) ? ANSWER_YES : ANSWER_UNKNOWN;
}

static enum answer exports(struct process *p, struct loaded *l, const char *name,
                           int depth)
{
	struct macho_export found;

	if (!l->slice || depth > REEXPORT_DEPTH)
		return ANSWER_UNKNOWN;
	if (!l->exports_read) {
		l->exports_read = true;
		l->exports_known =
			macho_exports_read(&l->exports, &l->b, l->slice, NULL) == 0;
	}
	if (!l->exports_known)
		return ANSWER_UNKNOWN;
	if (macho_exports_find(&l->exports, name, &found)) {
		if (!found.reexport)
			return ANSWER_YES;
		return exports_through(p, l, found.ordinal,
		                       *found.imported ? found.imported : name, depth);
	}
	for (size_t i = 0; i < l->slice->library_count; i++)
		if (l->slice->libraries[i].kind == MACHO_LIBRARY_REEXPORT &&
		    !macho_is_system_library(l->slice->libraries[i].name)) {
			enum answer a = exports_through(p, l, i + 1, name, depth);

			if (a != ANSWER_NO)
				return a;
		}
	return ANSWER_NO;
}

/* Is there a file where PATH leads, "@loader_path" being the folder DIR? */
static bool path_exists(struct source *s, const char *dir, const char *path,
                        const char *rest)
{
	CLEANUP(str_release) struct str full = STR_INIT;

	if (text_starts(path, "@loader_path"))
		str_addf(&full, "%s%s", dir, path + strlen("@loader_path"));
	else
		str_add(&full, path);
	if (rest)
		str_addf(&full, "/%s", rest);
	return full.data[0] == '/' && source_is_file(s, full.data);
}

/* Would dyld find the library through the plugin's own paths? */
static bool library_on_disk(struct source *s, const char *plugin,
                            const struct macho_slice *slice, const char *name)
{
	CLEANUP(str_release) struct str dir = STR_INIT;

	fs_dir_name(&dir, plugin);
	if (!text_starts(name, "@rpath/"))
		return path_exists(s, dir.data, name, NULL);
	for (size_t i = 0; i < slice->rpaths.count; i++)
		if (path_exists(s, dir.data, slice->rpaths.items[i], name + 7))
			return true;
	return false;
}

/* Where an import's library is. */
enum place { PLACE_SKIPPED, PLACE_LOADED, PLACE_FLAT };

static enum place import_place(struct process *p, const struct macho_slice *slice,
                               const struct macho_import *import, struct loaded **loaded)
{
	if (import->weak)
		return PLACE_SKIPPED;
	if (import->ordinal == MACHO_ORDINAL_FLAT)
		return PLACE_FLAT;
	if (import->ordinal <= 0 || (size_t)import->ordinal > slice->library_count)
		return PLACE_SKIPPED;
	*loaded = process_find(p, slice->libraries[import->ordinal - 1].name);
	return *loaded ? PLACE_LOADED : PLACE_SKIPPED;
}

/* Only TensorFlow's own names are looked for among its libraries: any other flat name
 * (_objc_msgSend, Python's) is macOS' or the program's, whose exports are not on disk. */
static bool is_tensorflow_name(const char *name)
{
	static const char *const prefixes[] = {"_TF_", "_TFE_", "_TSL_", "_SE_", "_SP_"};
	static const char *const namespaces[] = {"10tensorflow",    "3tsl",
	                                         "google8protobuf", "3xla",
	                                         "4absl",           "15stream_executor"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (text_starts(name, prefixes[i]))
			return true;
	for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++)
		if (text_starts(name, "__Z") && text_contains(name, namespaces[i]))
			return true;
	return false;
}

static enum answer flat_exports(struct process *p, const char *name)
{
	enum answer answer = ANSWER_NO;

	if (!is_tensorflow_name(name))
		return ANSWER_YES;
	for (size_t i = 0; i < p->count; i++) {
		enum answer a =
			p->items[i].flat ? exports(p, &p->items[i], name, 0) : ANSWER_NO;

		if (a == ANSWER_YES)
			return a;
		if (a == ANSWER_UNKNOWN)
			answer = a;
	}
	return answer;
}

static void judge_libraries(struct process *p, const char *plugin,
                            const struct macho_slice *slice, struct plugin_judgement *out)
{
	for (size_t i = 0; i < slice->library_count && !out->missing_library; i++) {
		const struct macho_library *library = &slice->libraries[i];

		if (library->kind == MACHO_LIBRARY_WEAK ||
		    macho_is_system_library(library->name) ||
		    process_find(p, library->name) ||
		    library_on_disk(p->s, plugin, slice, library->name))
			continue;
		out->missing_library = xstrdup(library->name);
	}
}

/* Counts missing symbols; false if one could not be decided. */
static bool judge_symbols(struct process *p, const struct macho_slice *slice,
                          const struct macho_imports *imports,
                          const struct macho_exports *own, struct plugin_judgement *out)
{
	for (size_t i = 0; i < imports->count; i++) {
		const struct macho_import *import = &imports->items[i];
		struct loaded *loaded = NULL;
		struct macho_export mine;
		enum answer a = ANSWER_YES;

		switch (import_place(p, slice, import, &loaded)) {
		case PLACE_LOADED:
			a = exports(p, loaded, import->name, 0);
			break;
		case PLACE_FLAT:
			a = flat_exports(p, import->name);
			if (a == ANSWER_NO &&
			    macho_exports_find(own, import->name, &mine))
				a = ANSWER_YES;
			break;
		case PLACE_SKIPPED:
			break;
		}
		if (a == ANSWER_UNKNOWN)
			return false;
		if (a == ANSWER_YES)
			continue;
		if (!out->missing_symbol)
			out->missing_symbol = xstrdup(import->name);
		out->missing_count++;
	}
	return true;
}

static void judge_whole(struct process *p, const struct binary *b, const char *plugin,
                        const struct macho_slice *slice, struct plugin_judgement *out)
{
	CLEANUP(macho_imports_release) struct macho_imports imports = MACHO_IMPORTS_INIT;
	CLEANUP(macho_exports_release) struct macho_exports own = MACHO_EXPORTS_INIT;

	judge_libraries(p, plugin, slice, out);
	if (!p->complete && out->missing_library) {
		free(move_ptr(out->missing_library));
		return;
	}
	/* dyld stops at a missing library, and so does the judgement. */
	out->known = out->missing_library != NULL;
	out->from_headers = out->known;
	if (out->known || macho_imports(b, slice, &imports, NULL) ||
	    macho_exports_read(&own, b, slice, NULL))
		return;
	out->known = judge_symbols(p, slice, &imports, &own, out);
	if (!out->known) {
		free(move_ptr(out->missing_symbol));
		out->missing_count = 0;
	}
}

void plugin_judge(struct source *s, const char *plugin, const char *arch,
                  const struct strlist *libraries, struct plugin_judgement *out)
{
	CLEANUP(process_release)
	struct process p = {.s = s, .arch = arch, .complete = true};
	CLEANUP(binary_release) struct binary b = BINARY_INIT;
	CLEANUP_FREE struct macho *m = xcalloc(1, sizeof(*m));

	*out = (struct plugin_judgement){.known = false};
	for (size_t i = 0; i < libraries->count; i++)
		process_load(&p, libraries->items[i]);
	if (p.count && binary_open(&b, s, plugin, NULL) == 0 &&
	    macho_parse(m, &b, NULL) == 0) {
		const struct macho_slice *slice = macho_slice_for(m, arch);

		if (slice && slice->whole)
			judge_whole(&p, &b, plugin, slice, out);
	}
	macho_release(m);
}

void plugin_judgement_release(struct plugin_judgement *j)
{
	free(j->missing_library);
	free(j->missing_symbol);
	*j = (struct plugin_judgement){.known = false};
}
