/* SPDX-License-Identifier: MIT */
/* The Vulkan engine: choosing a device, and the tables of backend and engine. */
#include "vulkan.h"

#include <stdlib.h>
#include <string.h>

#include "trilane/mem.h"

#include "trilane/banned.h"

enum { DEVICES_MAX = 16, FAMILIES_MAX = 16 };

static int make_instance(struct gpu *g, struct error *err)
{
	const VkApplicationInfo application = {
		.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
		.pApplicationName = "trilane",
		.apiVersion = VK_API_VERSION_1_1,
	};
	const VkInstanceCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
		.pApplicationInfo = &application,
	};
	VkResult result = g->vk.CreateInstance(&info, NULL, &g->instance);

	if (result == VK_ERROR_INCOMPATIBLE_DRIVER)
		return error_set(err, ERROR_UNSUPPORTED,
		                 "no Vulkan driver on this machine");
	if (result != VK_SUCCESS)
		return vulkan_check(result, "vkCreateInstance", err);
	return vulkan_api_instance(&g->vk, g->instance, err);
}

/* The first queue family that computes; -1 if there is none. */
static int find_family(const struct gpu *g, VkPhysicalDevice device)
{
	VkQueueFamilyProperties families[FAMILIES_MAX];
	uint32_t count = FAMILIES_MAX;

	g->vk.GetPhysicalDeviceQueueFamilyProperties(device, &count, families);
	for (uint32_t i = 0; i < count; i++)
		if (families[i].queueFlags & VK_QUEUE_COMPUTE_BIT)
			return (int)i;
	return -1;
}

/* A real GPU before a virtual one, and both before the processor. */
static int rank(VkPhysicalDeviceType type)
{
	switch (type) {
	case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
		return 4;
	case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
		return 3;
	case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
		return 2;
	default:
		return 1;
	}
}

static int choose_device(struct gpu *g, const char *wanted, struct error *err)
{
	VkPhysicalDevice devices[DEVICES_MAX];
	uint32_t count = DEVICES_MAX;
	VkResult result = g->vk.EnumeratePhysicalDevices(g->instance, &count, devices);
	int best = 0;

	if (result != VK_SUCCESS && result != VK_INCOMPLETE)
		return vulkan_check(result, "vkEnumeratePhysicalDevices", err);
	for (uint32_t i = 0; i < count; i++) {
		VkPhysicalDeviceProperties p;
		int family = find_family(g, devices[i]);

		g->vk.GetPhysicalDeviceProperties(devices[i], &p);
		if (family < 0 || rank(p.deviceType) <= best ||
		    (wanted && !strstr(p.deviceName, wanted)))
			continue;
		best = rank(p.deviceType);
		g->physical = devices[i];
		g->properties = p;
		g->family = (uint32_t)family;
	}
	if (best)
		return 0;
	return error_set(err, ERROR_UNSUPPORTED, "%s",
	                 wanted && count ? "no Vulkan device of that name"
	                                 : "no Vulkan device on this machine");
}

static int make_device(struct gpu *g, struct error *err)
{
	const float priority = 1;
	const VkDeviceQueueCreateInfo queue = {
		.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
		.queueFamilyIndex = g->family,
		.queueCount = 1,
		.pQueuePriorities = &priority,
	};
	const VkDeviceCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
		.queueCreateInfoCount = 1,
		.pQueueCreateInfos = &queue,
	};
	int rc = vulkan_check(g->vk.CreateDevice(g->physical, &info, NULL, &g->device),
	                      "vkCreateDevice", err);

	if (rc == 0)
		rc = vulkan_api_device(&g->vk, g->device, err);
	if (rc != 0)
		return rc;
	g->vk.GetDeviceQueue(g->device, g->family, 0, &g->queue);
	g->vk.GetPhysicalDeviceMemoryProperties(g->physical, &g->memory);
	return 0;
}

static void vulkan_close(struct gpu *g)
{
	if (g->device && g->vk.DestroyDevice) {
		vulkan_unprepare(g);
		g->vk.DestroyDevice(g->device, NULL);
	}
	if (g->instance && g->vk.DestroyInstance)
		g->vk.DestroyInstance(g->instance, NULL);
	vulkan_api_close(&g->vk);
	free(g);
}

/* Up to a chosen device, without making anything on it. */
static int find_device(struct gpu *g, const char *wanted, struct error *err)
{
	int rc = vulkan_api_open(&g->vk, err);

	if (rc == 0)
		rc = make_instance(g, err);
	return rc == 0 ? choose_device(g, wanted, err) : rc;
}

static int vulkan_open(const char *device, struct gpu **out, struct error *err)
{
	struct gpu *g = xcalloc(1, sizeof(*g));
	int rc = find_device(g, device, err);

	if (rc == 0)
		rc = make_device(g, err);
	if (rc == 0)
		rc = vulkan_prepare(g, err);
	if (rc == 0)
		*out = g;
	else
		vulkan_close(g);
	return rc;
}

static void vulkan_describe(const struct gpu *g, struct gpu_description *out)
{
	size_t n = strnlen(g->properties.deviceName, sizeof(out->name) - 1);

	memcpy(out->name, g->properties.deviceName, n);
	out->name[n] = '\0';
	out->software = g->properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
}

static bool vulkan_available(struct error *err)
{
	struct gpu *g = xcalloc(1, sizeof(*g));
	bool found = find_device(g, NULL, err) == 0;

	vulkan_close(g);
	return found;
}

const struct gpu_backend vulkan_backend = {
	.available = vulkan_available,
	.open = vulkan_open,
	.close = vulkan_close,
	.describe = vulkan_describe,
	.buffer_new = vulkan_buffer_new,
	.buffer_free = vulkan_buffer_free,
	.write = vulkan_write,
	.read = vulkan_read,
	.begin = vulkan_begin,
	.dispatch = vulkan_dispatch,
	.finish = vulkan_finish,
};
