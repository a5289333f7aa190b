/* SPDX-License-Identifier: MIT */
/* Finding the Vulkan loader and its functions. */
#include "vulkan_api.h"

#include <dlfcn.h>
#include <stddef.h>

#include "trilane/banned.h"

int vulkan_api_open(struct vulkan_api *vk, struct error *err)
{
	*vk = (struct vulkan_api){.library = dlopen("libvulkan.so.1", RTLD_NOW)};
	if (!vk->library)
		return error_set(err, ERROR_UNSUPPORTED,
		                 "no Vulkan library (libvulkan.so.1) on this machine");
	vk->GetInstanceProcAddr =
		(PFN_vkGetInstanceProcAddr)dlsym(vk->library, "vkGetInstanceProcAddr");
	if (vk->GetInstanceProcAddr)
		vk->CreateInstance = (PFN_vkCreateInstance)vk->GetInstanceProcAddr(
			NULL, "vkCreateInstance");
	if (vk->CreateInstance)
		return 0;
	vulkan_api_close(vk);
	return error_set(err, ERROR_UNSUPPORTED, "libvulkan.so.1 is no Vulkan library");
}

void vulkan_api_close(struct vulkan_api *vk)
{
	if (vk->library)
		dlclose(vk->library);
	*vk = (struct vulkan_api){.library = NULL};
}

int vulkan_api_instance(struct vulkan_api *vk, VkInstance instance, struct error *err)
{
	const char *missing = NULL;

#define FIND(name) \
	vk->name = (PFN_vk##name)vk->GetInstanceProcAddr(instance, "vk" #name); \
	if (!vk->name) \
		missing = "vk" #name;
	VULKAN_INSTANCE_FUNCTIONS(FIND)
#undef FIND
	return missing ? error_set(err, ERROR_UNSUPPORTED, "Vulkan without %s", missing)
	               : 0;
}

int vulkan_api_device(struct vulkan_api *vk, VkDevice device, struct error *err)
{
	const char *missing = NULL;

#define FIND(name) \
	vk->name = (PFN_vk##name)vk->GetDeviceProcAddr(device, "vk" #name); \
	if (!vk->name) \
		missing = "vk" #name;
	VULKAN_DEVICE_FUNCTIONS(FIND)
#undef FIND
	return missing ? error_set(err, ERROR_UNSUPPORTED, "Vulkan without %s", missing)
	               : 0;
}

int vulkan_check(VkResult result, const char *call, struct error *err)
{
	if (result == VK_SUCCESS)
		return 0;
	if (result == VK_ERROR_OUT_OF_DEVICE_MEMORY ||
	    result == VK_ERROR_OUT_OF_HOST_MEMORY)
		return error_set(err, ERROR_NO_MEMORY, "%s: the GPU is out of memory",
		                 call);
	if (result == VK_ERROR_DEVICE_LOST)
		return error_set(err, ERROR_FAILED, "%s: the GPU was lost", call);
	return error_set(err, ERROR_FAILED, "%s failed with Vulkan result %d", call,
	                 (int)result);
}
