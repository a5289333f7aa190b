/* SPDX-License-Identifier: MIT */
/*
 * Is there what a worker will load?  Told by files alone: loading a driver or a library
 * into a server that only wants to know would cost threads and memory.  Where the files
 * do not decide, the lane is possible and its worker says what it finds.
 */
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/platform.h"

#include "trilane/banned.h"

enum { CACHE_MAX = 16 << 20, MANIFESTS_MAX = 1000 };

static bool is_in_folders(const struct lane_host *host, const char *const *names)
{
	static const char *const folders[] = {
		"/lib",
		"/lib64",
		"/usr/lib",
		"/usr/lib64",
		"/usr/local/lib",
		"/lib/x86_64-linux-gnu",
		"/usr/lib/x86_64-linux-gnu",
		"/lib/aarch64-linux-gnu",
		"/usr/lib/aarch64-linux-gnu",
		NULL,
	};
	for (const char *const *folder = folders; *folder; folder++) {
		for (const char *const *name = names; *name; name++) {
			CLEANUP(str_release) struct str path = STR_INIT;
			fs_join(&path, *folder, *name);
			if (fs_root_is_file(host->root, path.data))
				return true;
		}
	}
	return false;
}

/* Does the dynamic linker's cache hold one of these names?  They are C strings in it. */
static bool is_in_cache(const struct str *cache, const char *const *names)
{
	for (const char *const *name = names; *name; name++) {
		const char *from = cache->data;
		size_t left = cache->len;
		const char *hit;
		size_t n = strlen(*name) + 1;
		while ((hit = memmem(from, left, *name, n))) {
			if (hit == cache->data || hit[-1] == '\0')
				return true;
			left -= (size_t)(hit + 1 - from);
			from = hit + 1;
		}
	}
	return false;
}

/* May the worker find one of these libraries?  A system without a cache is not glibc's,
 * and only trying would tell. */
static bool may_load(const struct lane_host *host, const char *const *names)
{
	CLEANUP(str_release) struct str cache = STR_INIT;
	if (fs_root_read(host->root, "/etc/ld.so.cache", CACHE_MAX, &cache, NULL))
		return true;
	return is_in_cache(&cache, names) || is_in_folders(host, names);
}

void plan_blas_library(struct lane_plan *plan, const struct lane_host *host)
{
	static const char *const names[] = {"libopenblas.so.0", "libmkl_rt.so.2",
	                                    "libmkl_rt.so.1",   "libblis.so.4",
	                                    "libopenblas.so",   NULL};
	if (text_equal(host->os, TRILANE_OS_MACOS) || may_load(host, names))
		return;
	plan_refuse(plan, NULL,
	            "Install one: Debian and Ubuntu call it libopenblas0-pthread, Fedora "
	            "openblas-openmp.",
	            "There is no tuned matrix library here: none of OpenBLAS, MKL and "
	            "BLIS.");
}

/* --- Vulkan --- */

static bool has_manifest(const struct lane_host *host, const char *folder)
{
	struct fs_list list = FS_LIST_INIT;
	bool found = false;
	if (fs_root_list(host->root, folder, MANIFESTS_MAX, &list, NULL) == 0)
		for (size_t i = 0; i < list.count && !found; i++)
			found = text_ends(list.items[i].name, ".json");
	fs_list_release(&list);
	return found;
}

/* Where Vulkan's loader looks for drivers' manifests: LoaderDriverInterface.md of
 * https://github.com/KhronosGroup/Vulkan-Loader/tree/main/docs */
static bool has_driver(const struct lane_host *host)
{
	static const char *const folders[] = {
		"/etc/vulkan/icd.d",
		"/etc/xdg/vulkan/icd.d",
		"/usr/share/vulkan/icd.d",
		"/usr/local/share/vulkan/icd.d",
		"/usr/local/etc/vulkan/icd.d",
		"/run/opengl-driver/share/vulkan/icd.d",
		NULL,
	};
	static const char *const below_home[] = {"/.config/vulkan/icd.d",
	                                         "/.local/share/vulkan/icd.d", NULL};
	const char *home = getenv("HOME");
	for (const char *const *folder = folders; *folder; folder++)
		if (has_manifest(host, *folder))
			return true;
	for (const char *const *part = below_home; home && *part; part++) {
		CLEANUP(str_release) struct str path = STR_INIT;
		fs_join(&path, home, *part);
		if (has_manifest(host, path.data))
			return true;
	}
	return false;
}

void plan_vulkan(struct lane_plan *plan, const struct lane_host *host)
{
	static const char *const names[] = {"libvulkan.so.1", NULL};
	if (!may_load(host, names))
		plan_refuse(
			plan, NULL,
			"Install Vulkan's loader: Debian and Ubuntu call it libvulkan1, "
			"Fedora vulkan-loader.",
			"There is no Vulkan library (libvulkan.so.1) on this machine.");
	else if (!getenv("VK_DRIVER_FILES") && !getenv("VK_ICD_FILENAMES") &&
	         !has_driver(host))
		plan_refuse(
			plan, NULL,
			"Install the driver of your GPU: NVIDIA's own, or Mesa's for AMD "
			"and Intel (Debian and Ubuntu: mesa-vulkan-drivers).",
			"There is no Vulkan driver on this machine.");
}
