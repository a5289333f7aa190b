/* SPDX-License-Identifier: MIT */
/*
 * Linux: graphics processors from the PCI bus, from /sys/class/drm (boards without PCI)
 * and from NVIDIA's driver, and the Vulkan drivers that are installed.  A GPU's API is
 * "vulkan" if a driver for its kernel driver is among them; software drivers are no GPU
 * and are listed apart.
 */
#include <stdio.h>
#include <string.h>

#include "linux.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

enum { GPUS_MAX = 32, DEVICES_MAX = 1024 };

static const struct {
	int64_t id;
	const char *name;
} vendors[] = {
	{0x1002, "AMD"},       {0x1013, "Cirrus Logic"}, {0x1022, "AMD"},
	{0x106b, "Apple"},     {0x10de, "NVIDIA"},       {0x1234, "QEMU"},
	{0x1414, "Microsoft"}, {0x15ad, "VMware"},       {0x1a03, "ASPEED"},
	{0x1af4, "Virtio"},    {0x1b36, "QEMU"},         {0x102b, "Matrox"},
	{0x8086, "Intel"},
};

/* Kernel driver, and the word in the file name of its Vulkan driver. */
static const struct {
	const char *driver;
	const char *icd;
} vulkan_drivers[] = {
	{"nvidia", "nvidia"},     {"nouveau", "nouveau"},   {"amdgpu", "radeon"},
	{"amdgpu", "amd_icd"},    {"i915", "intel"},        {"xe", "intel"},
	{"asahi", "asahi"},       {"panfrost", "panfrost"}, {"panthor", "panfrost"},
	{"v3d", "broadcom"},      {"msm", "freedreno"},     {"msm_dpu", "freedreno"},
	{"virtio_gpu", "virtio"}, {"virtio-gpu", "virtio"}, {"powervr", "powervr_mesa"},
	{"dxgkrnl", "dzn"},
};

static const char *const icd_folders[] = {"/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d",
                                          "/usr/local/share/vulkan/icd.d",
                                          "/usr/local/etc/vulkan/icd.d"};

static const char *vendor_name(int64_t id)
{
	for (size_t i = 0; i < sizeof(vendors) / sizeof(vendors[0]); i++)
		if (vendors[i].id == id)
			return vendors[i].name;
	return NULL;
}

/* The names of the installed drivers' descriptions, an array of paths. */
static json_t *list_icds(struct source *s)
{
	json_t *icds = json_array();

	for (size_t f = 0; f < sizeof(icd_folders) / sizeof(icd_folders[0]); f++) {
		CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;

		if (source_list(s, icd_folders[f], &list, NULL) < 0)
			continue;
		for (size_t i = 0; i < list.count && i < 64; i++) {
			CLEANUP(str_release) struct str path = STR_INIT;

			if (!text_ends(list.items[i].name, ".json"))
				continue;
			fs_join(&path, icd_folders[f], list.items[i].name);
			json_add_text(icds, path.data);
		}
	}
	return icds;
}

static bool has_icd(const json_t *icds, const char *word)
{
	size_t i;
	json_t *path;

	json_array_foreach(icds, i, path)
	{
		if (text_starts(fs_base_name(json_string_value(path)), word))
			return true;
	}
	return false;
}

static json_t *api_of(const json_t *icds, const char *driver)
{
	size_t count = sizeof(vulkan_drivers) / sizeof(vulkan_drivers[0]);

	for (size_t i = 0; driver && i < count; i++)
		if (text_equal(vulkan_drivers[i].driver, driver) &&
		    has_icd(icds, vulkan_drivers[i].icd))
			return json_string("vulkan");
	return json_null();
}

/* The base name of the link DIR/driver. */
static bool driver_of(struct source *s, const char *dir, struct str *driver)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str target = STR_INIT;
	CLEANUP(str_release) struct str uevent = STR_INIT;

	str_clear(driver);
	str_addf(&path, "%s/driver", dir);
	if (source_read_link(s, path.data, &target, NULL) == 0) {
		str_add(driver, fs_base_name(target.data));
		return driver->len > 0;
	}
	str_clear(&path);
	str_addf(&path, "%s/uevent", dir);
	return file_text(s, path.data, &uevent) &&
	       line_value(uevent.data, "DRIVER", driver);
}

static bool hex_file(struct source *s, const char *dir, const char *name, int64_t *out)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	unsigned long long value;

	str_addf(&path, "%s/%s", dir, name);
	if (!file_text(s, path.data, &text) || sscanf(text.data, "0x%8llx", &value) != 1)
		return false;
	*out = (int64_t)value;
	return true;
}

/* NVIDIA's driver names its GPUs: "Model: \t\t NVIDIA GeForce RTX 3090". */
static bool nvidia_model(struct source *s, const char *slot, struct str *model)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;

	str_addf(&path, "/proc/driver/nvidia/gpus/%s/information", slot);
	return file_text(s, path.data, &text) && line_value(text.data, "Model", model) &&
	       model->len > 0;
}

static json_t *pci_name(struct source *s, const char *slot, const char *dir,
                        int64_t vendor)
{
	CLEANUP(str_release) struct str name = STR_INIT;
	const char *maker = vendor_name(vendor);
	int64_t device = 0;

	if (nvidia_model(s, slot, &name))
		return json_text(name.data);
	hex_file(s, dir, "device", &device);
	if (maker)
		str_addf(&name, "%s GPU (%04x:%04x)", maker, (unsigned)vendor,
		         (unsigned)device);
	else
		str_addf(&name, "GPU %04x:%04x", (unsigned)vendor, (unsigned)device);
	return json_text(name.data);
}

static json_t *gpu_of(json_t *name, const char *driver, const json_t *icds)
{
	json_t *gpu = json_object();

	json_object_set_new(gpu, "name", name);
	json_object_set_new(gpu, "cores",
	                    machine_absence(FACT_UNAVAILABLE, "the system does not say"));
	json_object_set_new(gpu, "api", api_of(icds, driver));
	json_object_set_new(gpu, "family",
	                    machine_absence(FACT_UNAVAILABLE, "the system does not say"));
	json_object_set_new(gpu, "memory_bytes",
	                    machine_absence(FACT_UNAVAILABLE, "the system does not say"));
	json_object_set_new(gpu, "driver",
	                    driver && driver[0]
	                            ? json_text(driver)
	                            : machine_absence(FACT_UNAVAILABLE,
	                                              "no kernel driver is bound to it"));
	return gpu;
}

/* amdgpu tells its memory. */
static void set_vram(struct source *s, const char *dir, json_t *gpu)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	int64_t bytes;

	str_addf(&path, "%s/mem_info_vram_total", dir);
	if (file_integer(s, path.data, &bytes) && bytes > 0)
		json_object_set_new(gpu, "memory_bytes", json_integer(bytes));
}

/* PCI class 0x03xxxx: display controllers; 0x12xxxx: processing accelerators. */
static void add_pci(struct source *s, const char *slot, const json_t *icds, json_t *gpus)
{
	CLEANUP(str_release) struct str dir = STR_INIT;
	CLEANUP(str_release) struct str driver = STR_INIT;
	int64_t class_id, vendor = 0;
	json_t *gpu;

	str_addf(&dir, "/sys/bus/pci/devices/%s", slot);
	if (!hex_file(s, dir.data, "class", &class_id) || class_id >> 16 != 0x03)
		return;
	hex_file(s, dir.data, "vendor", &vendor);
	driver_of(s, dir.data, &driver);
	gpu = gpu_of(pci_name(s, slot, dir.data, vendor), driver.data, icds);
	set_vram(s, dir.data, gpu);
	json_array_append_new(gpus, gpu);
}

static void add_pci_gpus(struct source *s, const json_t *icds, json_t *gpus)
{
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;

	if (source_list(s, "/sys/bus/pci/devices", &list, NULL) < 0)
		return;
	for (size_t i = 0; i < list.count && i < DEVICES_MAX; i++)
		if (json_array_size(gpus) < GPUS_MAX)
			add_pci(s, list.items[i].name, icds, gpus);
}

/* A card of a board: its device is no PCI device. */
static void add_card(struct source *s, const char *card, const json_t *icds, json_t *gpus)
{
	CLEANUP(str_release) struct str dir = STR_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str driver = STR_INIT;
	struct fs_info info;

	str_addf(&dir, "/sys/class/drm/%s/device", card);
	str_addf(&path, "%s/vendor", dir.data);
	if (source_info(s, path.data, &info, NULL) == 0 ||
	    !driver_of(s, dir.data, &driver))
		return;
	json_array_append_new(gpus, gpu_of(json_text(driver.data), driver.data, icds));
}

static void add_cards(struct source *s, const json_t *icds, json_t *gpus)
{
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;

	if (source_list(s, "/sys/class/drm", &list, NULL) < 0)
		return;
	for (size_t i = 0; i < list.count; i++) {
		const char *name = list.items[i].name;

		if (text_starts(name, "card") && !strchr(name, '-') &&
		    json_array_size(gpus) < GPUS_MAX)
			add_card(s, name, icds, gpus);
	}
}

/* What NVIDIA's driver drives without the PCI bus being shown, as in some containers. */
static void add_nvidia_gpus(struct source *s, const json_t *icds, json_t *gpus)
{
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	size_t i;
	json_t *gpu;

	json_array_foreach(gpus, i, gpu)
	{
		if (text_equal(json_string_value(json_object_get(gpu, "driver")),
		               "nvidia"))
			return;
	}
	if (source_list(s, "/proc/driver/nvidia/gpus", &list, NULL) < 0)
		return;
	for (i = 0; i < list.count && json_array_size(gpus) < GPUS_MAX; i++) {
		CLEANUP(str_release) struct str model = STR_INIT;

		if (nvidia_model(s, list.items[i].name, &model))
			json_array_append_new(
				gpus, gpu_of(json_text(model.data), "nvidia", icds));
	}
}

/* Windows' subsystem for Linux shows the host's GPU as /dev/dxg. */
static void add_wsl(struct source *s, const json_t *icds, json_t *gpus)
{
	struct fs_info info;

	if (source_info(s, "/dev/dxg", &info, NULL) == 0)
		json_array_append_new(gpus,
		                      gpu_of(json_string("the Windows host's GPU (WSL)"),
		                             "dxgkrnl", icds));
}

static void set_vulkan(struct source *s, json_t *report, json_t *icds)
{
	static const char *const loaders[] = {"/usr/lib/x86_64-linux-gnu/libvulkan.so.1",
	                                      "/usr/lib/aarch64-linux-gnu/libvulkan.so.1",
	                                      "/usr/lib64/libvulkan.so.1",
	                                      "/usr/lib/libvulkan.so.1"};
	const char *loader = NULL;

	for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]) && !loader; i++)
		if (source_is_file(s, loaders[i]))
			loader = loaders[i];
	machine_set(report, "vulkan.drivers", icds, "%s", icd_folders[0]);
	if (loader)
		machine_set_text(report, "vulkan.loader", loader, loader);
	else
		machine_absent(report, "vulkan.loader", FACT_UNAVAILABLE,
		               "libvulkan.so.1 is not in the usual folders");
}

void linux_gpus(struct source *s, json_t *report)
{
	json_t *icds = list_icds(s);
	json_t *gpus = json_array();

	add_pci_gpus(s, icds, gpus);
	add_cards(s, icds, gpus);
	add_nvidia_gpus(s, icds, gpus);
	add_wsl(s, icds, gpus);
	machine_set(report, "gpus", gpus, "/sys/bus/pci/devices, /sys/class/drm");
	set_vulkan(s, report, icds);
}
