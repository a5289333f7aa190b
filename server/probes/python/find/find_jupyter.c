/* SPDX-License-Identifier: MIT */
/*
 * Jupyter kernelspecs: folders with a kernel.json whose argv[0] starts an interpreter.
 * https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs
 */
#include <stdlib.h>
#include <string.h>

#include "python/python.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { KERNEL_BYTES_MAX = 64 << 10, KERNELS_MAX = 200 };

/* argv[0], where it is the path of a Python; a name alone means the one of Jupyter. */
static const char *kernel_program(const json_t *spec)
{
	const char *program =
		json_string_value(json_array_get(json_object_get(spec, "argv"), 0));

	return program && program[0] == '/' && python_program_name(fs_base_name(program))
	               ? program
	               : NULL;
}

static json_t *describe_kernel(const char *name, const char *path, const json_t *title)
{
	json_t *kernel = json_object();

	json_object_set_new(kernel, "name", fact_text(name, strlen(name)));
	if (json_is_string(title))
		json_object_set(kernel, "display_name", (json_t *)title);
	json_object_set_new(kernel, "path", fact_text(path, strlen(path)));
	return kernel;
}

static void add_kernel(struct find *f, const char *program, const char *name,
                       const char *path, const json_t *title)
{
	json_t *kernel = describe_kernel(name, path, title);
	size_t before = f->count;
	struct fs_info info;

	if (source_info_link(f->s, program, &info, NULL) != 0) {
		json_object_set_new(kernel, "program",
		                    fact_text(program, strlen(program)));
		if (!f->lost_kernels)
			f->lost_kernels = json_array();
		json_array_append_new(f->lost_kernels, kernel);
		return;
	}
	find_add(f, program, "kernelspec");
	if (f->count > before)
		f->items[before].kernel = kernel;
	else
		json_decref(kernel);
}

static void find_kernel(struct find *f, const char *dir, const char *name)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	json_t *spec = NULL;

	str_addf(&path, "%s/%s/kernel.json", dir, name);
	if (source_read(f->s, path.data, KERNEL_BYTES_MAX, &text, NULL) ||
	    document_parse(text.data, text.len, KERNEL_BYTES_MAX, &spec, NULL))
		return;
	const char *program = kernel_program(spec);
	if (program)
		add_kernel(f, program, name, path.data,
		           json_object_get(spec, "display_name"));
	json_decref(spec);
}

static void find_kernels(struct find *f, const char *dir)
{
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;

	if (source_list(f->s, dir, &list, NULL))
		return;
	for (size_t i = 0; i < list.count && i < KERNELS_MAX; i++)
		find_kernel(f, dir, list.items[i].name);
}

void find_jupyter_prefix(struct find *f, const char *prefix)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	path_join(&path, prefix, "share/jupyter/kernels");
	find_kernels(f, path.data);
}

void find_jupyter(struct find *f)
{
	static const char *const home_dirs[] = {"Library/Jupyter/kernels",
	                                        ".local/share/jupyter/kernels",
	                                        ".ipython/kernels"};
	static const char *const prefixes[] = {"/usr/local", "/usr", "/opt/homebrew",
	                                       "/opt/local"};
	CLEANUP(str_release) struct str path = STR_INIT;
	const char *data = find_env_path(f, "JUPYTER_DATA_DIR");

	for (size_t i = 0; i < COUNT(home_dirs); i++) {
		find_home_path(f, home_dirs[i], &path);
		find_kernels(f, path.data);
	}
	if (data) {
		path_join(&path, data, "kernels");
		find_kernels(f, path.data);
	}
	for (size_t i = 0; i < COUNT(prefixes); i++)
		find_jupyter_prefix(f, prefixes[i]);
}
