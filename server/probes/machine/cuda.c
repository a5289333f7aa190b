/* SPDX-License-Identifier: MIT */
/*
 * CUDA: what there is of it, and whether the machine could use it at all.  Toolkits,
 * libraries and variables on a machine without an NVIDIA driver are leftovers ("hybrid"
 * set-ups): harmless mostly, misleading always.  Packages inside environments are the
 * interpreters' part.
 */
#include <string.h>

#include "../probe.h"
#include "machine.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

static const char *const toolkit_parents[] = {"/usr/local", "/opt", "/Developer/NVIDIA"};

static const char *const library_paths[] = {
	"/Library/Frameworks/CUDA.framework/CUDA",
	"/usr/lib/aarch64-linux-gnu/libcuda.so.1",
	"/usr/lib/aarch64-linux-gnu/libcudnn.so.8",
	"/usr/lib/aarch64-linux-gnu/libcudnn.so.9",
	"/usr/lib/libcuda.so.1",
	"/usr/lib/wsl/lib/libcuda.so.1",
	"/usr/lib/x86_64-linux-gnu/libcuda.so.1",
	"/usr/lib/x86_64-linux-gnu/libcudart.so.11.0",
	"/usr/lib/x86_64-linux-gnu/libcudart.so.12",
	"/usr/lib/x86_64-linux-gnu/libcudart.so.13",
	"/usr/lib/x86_64-linux-gnu/libcudnn.so.8",
	"/usr/lib/x86_64-linux-gnu/libcudnn.so.9",
	"/usr/lib64/libcuda.so.1",
	"/usr/lib64/libcudart.so.12",
	"/usr/local/cuda/lib/libcuda.dylib",
	"/usr/local/cuda/lib/libcudart.dylib",
};

/* "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  …" or, of the open
 * modules, "NVIDIA UNIX Open Kernel Module for x86_64  550.54.14  …": the first word with
 * a digit in front and a dot in it. */
static bool driver_version(struct source *s, struct str *version)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(strlist_release) struct strlist words = STRLIST_INIT;

	str_clear(version);
	if (!file_text(s, "/proc/driver/nvidia/version", &text))
		return file_text(s, "/sys/module/nvidia/version", version);
	strlist_split(&words, text.data, " \t\n");
	for (size_t i = 0; i < words.count && version->len == 0; i++) {
		const char *word = words.items[i];

		if (word[0] >= '0' && word[0] <= '9' && strchr(word, '.'))
			str_add(version, word);
	}
	return version->len > 0;
}

/* A driver that programs can use: the kernel module, or the Windows host's. */
static bool set_driver(struct source *s, json_t *report)
{
	static const char wsl[] = "/usr/lib/wsl/lib/libcuda.so.1";
	CLEANUP(str_release) struct str version = STR_INIT;

	if (s->os == SOURCE_MACOS) {
		machine_absent(report, "cuda.driver", FACT_NOT_APPLICABLE,
		               "NVIDIA has no driver for macOS since 10.13");
		return false;
	}
	if (driver_version(s, &version)) {
		machine_set_text(report, "cuda.driver", version.data,
		                 "/proc/driver/nvidia/version");
		return true;
	}
	if (source_is_file(s, wsl)) {
		machine_set_text(report, "cuda.driver", "the Windows host's", wsl);
		return true;
	}
	machine_absent(report, "cuda.driver", FACT_UNAVAILABLE,
	               "no NVIDIA kernel module is loaded");
	return false;
}

/* Version of a toolkit: version.json {"cuda":{"version":"12.2.0"}} or version.txt
 * "CUDA Version 10.1.243", else what its folder is called. */
static json_t *toolkit_version(struct source *s, const char *dir)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	json_t *document = NULL;
	json_t *version = NULL;

	str_addf(&path, "%s/version.json", dir);
	if (file_text(s, path.data, &text) &&
	    document_parse(text.data, text.len, SMALL_FILE_BYTES, &document, NULL) == 0) {
		version = json_object_get(json_object_get(document, "cuda"), "version");
		version = json_is_string(version) ? json_incref(version) : NULL;
		json_decref(document);
		if (version)
			return version;
	}
	str_clear(&path);
	str_addf(&path, "%s/version.txt", dir);
	if (file_text(s, path.data, &text) && text_starts(text.data, "CUDA Version "))
		return json_text(text.data + strlen("CUDA Version "));
	if (text_contains(fs_base_name(dir), "-"))
		return json_text(strchr(fs_base_name(dir), '-') + 1);
	return machine_absence(FACT_UNAVAILABLE, "the toolkit does not say");
}

static void add_toolkits(struct source *s, const char *parent, json_t *toolkits)
{
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;

	if (source_list(s, parent, &list, NULL) < 0)
		return;
	for (size_t i = 0; i < list.count; i++) {
		CLEANUP(str_release) struct str dir = STR_INIT;
		const char *name = list.items[i].name;

		if (!text_starts(name, "cuda") && !text_starts(name, "CUDA"))
			continue;
		fs_join(&dir, parent, name);
		if (source_is_dir(s, dir.data) && json_array_size(toolkits) < 32)
			json_array_append_new(toolkits,
			                      json_pack("{s:o, s:o}", "path",
			                                json_text(dir.data), "version",
			                                toolkit_version(s, dir.data)));
	}
}

static json_t *find_toolkits(struct source *s)
{
	json_t *toolkits = json_array();

	for (size_t i = 0; i < sizeof(toolkit_parents) / sizeof(toolkit_parents[0]); i++)
		add_toolkits(s, toolkit_parents[i], toolkits);
	if (source_is_file(s, "/usr/bin/nvcc"))
		json_array_append_new(
			toolkits,
			json_pack("{s:s, s:o}", "path", "/usr/bin/nvcc", "version",
		                  machine_absence(FACT_NOT_MEASURED, "nvcc is not run")));
	return toolkits;
}

static json_t *find_libraries(struct source *s)
{
	json_t *libraries = json_array();
	struct fs_info info;

	for (size_t i = 0; i < sizeof(library_paths) / sizeof(library_paths[0]); i++)
		if (source_info(s, library_paths[i], &info, NULL) == 0)
			json_add_text(libraries, library_paths[i]);
	return libraries;
}

/* CUDA_… and NVIDIA_… as they are; of search paths only the parts that name CUDA. */
static void take_variable(void *context, const char *name, const char *value)
{
	json_t *variables = context;
	CLEANUP(strlist_release) struct strlist parts = STRLIST_INIT;
	CLEANUP(str_release) struct str cuda_parts = STR_INIT;

	if (text_starts(name, "CUDA_") || text_starts(name, "CUDNN_") ||
	    text_starts(name, "NVIDIA_")) {
		json_object_set_new(variables, name, json_text(value));
		return;
	}
	if (!text_equal(name, "PATH") && !text_contains(name, "LIBRARY_PATH"))
		return;
	strlist_split(&parts, value, ":");
	for (size_t i = 0; i < parts.count; i++) {
		if (!text_contains(parts.items[i], "cuda") &&
		    !text_contains(parts.items[i], "CUDA"))
			continue;
		if (cuda_parts.len > 0)
			str_add_char(&cuda_parts, ':');
		str_add(&cuda_parts, parts.items[i]);
	}
	if (cuda_parts.len > 0)
		json_object_set_new(variables, name, json_text(cuda_parts.data));
}

void probe_cuda(struct source *s, json_t *report)
{
	bool usable = set_driver(s, report);
	json_t *toolkits = find_toolkits(s);
	json_t *libraries = find_libraries(s);
	json_t *variables = json_object();
	bool traces;

	source_env_each(s, take_variable, variables);
	traces = json_array_size(toolkits) > 0 || json_array_size(libraries) > 0 ||
	         json_object_size(variables) > 0;
	machine_set(report, "cuda.toolkits", toolkits, "%s", toolkit_parents[0]);
	machine_set(report, "cuda.libraries", libraries, "the usual folders");
	machine_set(report, "cuda.variables", variables, "the environment");
	machine_set(report, "cuda.usable", json_boolean(usable), "the driver");
	machine_set(report, "cuda.hybrid", json_boolean(traces && !usable),
	            "traces of CUDA without a driver");
}
