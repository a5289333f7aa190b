/* SPDX-License-Identifier: MIT */
/*
 * macOS: graphics processors, from system_profiler's SPDisplaysDataType.
 *
 * How it says "Metal" changed: spdisplays_metal ("spdisplays_supported") up to macOS
 * 10.15, spdisplays_metalfamily ("…featuresetfamily17") about macOS 11, and
 * spdisplays_mtlgpufamilysupport ("spdisplays_metal3") since.  The feature family in
 * Apple's tables follows from the chip.
 * https://developer.apple.com/metal/Metal-Feature-Set-Tables.pdf
 */
#include <stdio.h>
#include <string.h>

#include "macos.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

enum { GPUS_MAX = 16 };

static const char *text_member(const json_t *item, const char *key)
{
	return json_string_value(json_object_get(item, key));
}

/* The value of any of the keys that speak of Metal; NULL: none there. */
static const char *metal_support(const json_t *item)
{
	static const char *const keys[] = {"spdisplays_mtlgpufamilysupport",
	                                   "spdisplays_metalfamily", "spdisplays_metal"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *text = text_member(item, keys[i]);

		if (text)
			return text;
	}
	return NULL;
}

static bool metal_denied(const char *support)
{
	return text_contains(support, "notsupported") ||
	       text_contains(support, "not_supported") ||
	       text_contains(support, "unsupported");
}

/* "Metal 4" of "spdisplays_metal4"; NULL for the older forms. */
static json_t *metal_version(const char *support)
{
	static const char prefix[] = "spdisplays_metal";
	char text[32];
	int64_t number;

	if (!text_starts(support, prefix) ||
	    !leading_integer(support + sizeof(prefix) - 1, &number) || number < 1 ||
	    number > 99)
		return NULL;
	snprintf(text, sizeof(text), "Metal %d", (int)number);
	return json_string(text);
}

/* MTLGPUFamilyApple7 came with M1, 8 with M2, 9 with M3 and M4, 10 with M5. */
static json_t *apple_family(const char *name)
{
	static const char *const families[] = {NULL,     "apple7", "apple8",
	                                       "apple9", "apple9", "apple10"};
	int generation = macos_chip_generation(name);

	if (generation >= 1 && generation < (int)(sizeof(families) / sizeof(families[0])))
		return json_string(families[generation]);
	return machine_absence(FACT_UNAVAILABLE, "not in the table of families");
}

static json_t *cores_of(const json_t *item)
{
	const json_t *cores = json_object_get(item, "sppci_cores");
	int64_t number;

	if (json_is_integer(cores) && json_integer_value(cores) > 0)
		return json_integer(json_integer_value(cores));
	if (json_is_string(cores) && leading_integer(json_string_value(cores), &number) &&
	    number > 0 && number < 100000)
		return json_integer(number);
	return machine_absence(FACT_UNAVAILABLE, "system_profiler does not say");
}

static json_t *memory_of(const json_t *item, bool unified)
{
	static const char *const keys[] = {"_spdisplays_vram", "spdisplays_vram",
	                                   "spdisplays_vram_shared"};
	uint64_t bytes;

	if (unified)
		return machine_absence(FACT_NOT_APPLICABLE,
		                       "it uses the machine's memory (unified)");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *text = text_member(item, keys[i]);

		if (text && size_with_unit(text, &bytes) && bytes > 0)
			return json_integer((json_int_t)bytes);
	}
	return machine_absence(FACT_UNAVAILABLE, "system_profiler does not say");
}

static bool is_apple(const json_t *item)
{
	const char *vendor = text_member(item, "spdisplays_vendor");

	return vendor && text_contains(vendor, "Apple");
}

static json_t *api_of(const json_t *item, const char *support)
{
	if (support ? !metal_denied(support) : is_apple(item))
		return json_string("metal");
	return json_null();
}

static json_t *gpu_of(const json_t *item)
{
	const char *model = text_member(item, "sppci_model");
	const char *name = model ? model : text_member(item, "_name");
	const char *support = metal_support(item);
	json_t *version = support ? metal_version(support) : NULL;
	json_t *gpu = json_object();

	json_object_set_new(gpu, "name",
	                    name ? json_text(name)
	                         : machine_absence(FACT_UNAVAILABLE, "no name is given"));
	json_object_set_new(gpu, "cores", cores_of(item));
	json_object_set_new(gpu, "api", api_of(item, support));
	json_object_set_new(gpu, "family", apple_family(name));
	json_object_set_new(gpu, "memory_bytes", memory_of(item, is_apple(item)));
	json_object_set_new(gpu, "unified_memory", json_boolean(is_apple(item)));
	if (version)
		json_object_set_new(gpu, "api_version", version);
	return gpu;
}

/* Without system_profiler the chip alone still tells that there is an Apple GPU. */
static void gpu_from_chip(json_t *report)
{
	const char *chip = machine_text(report, "chip");
	json_t *gpu;

	if (macos_chip_generation(chip) == 0) {
		machine_absent(report, "gpus", FACT_UNAVAILABLE,
		               "system_profiler gave nothing");
		return;
	}
	gpu = json_pack("{s:o, s:o, s:s, s:o, s:o, s:b}", "name", json_text(chip),
	                "cores",
	                machine_absence(FACT_UNAVAILABLE, "system_profiler gave nothing"),
	                "api", "metal", "family", apple_family(chip), "memory_bytes",
	                machine_absence(FACT_NOT_APPLICABLE,
	                                "it uses the machine's memory (unified)"),
	                "unified_memory", 1);
	machine_set(report, "gpus", json_pack("[o]", gpu), "the chip");
}

static void set_wired_limit(struct source *s, json_t *report)
{
	int64_t mb;

	if (sysctl_integer(s, "iogpu.wired_limit_mb", &mb) && mb > 0 && mb < 1 << 30)
		machine_set_integer(report, "gpu_memory_limit_bytes", mb * 1048576,
		                    "sysctl iogpu.wired_limit_mb");
}

void macos_gpus(struct source *s, json_t *report)
{
	json_t *document = macos_profiler(s);
	const json_t *items = json_object_get(document, "SPDisplaysDataType");
	json_t *gpus = json_array();
	const json_t *item;
	size_t i;

	json_array_foreach(items, i, item)
	{
		if (json_is_object(item) && i < GPUS_MAX)
			json_array_append_new(gpus, gpu_of(item));
	}
	if (json_is_array(items)) {
		machine_set(report, "gpus", gpus, "system_profiler");
	} else {
		json_decref(gpus);
		gpu_from_chip(report);
	}
	set_wired_limit(s, report);
	json_decref(document);
}
