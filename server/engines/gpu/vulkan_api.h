/* SPDX-License-Identifier: MIT */
/*
 * Vulkan by dlopen: the functions used here as a table, so that the program starts where
 * there is no Vulkan.  Functions of the instance and of the device are filled in as soon
 * as there is one.
 */
#ifndef TRILANE_VULKAN_API_H
#define TRILANE_VULKAN_API_H

#define VK_NO_PROTOTYPES
#include <vulkan/vulkan_core.h>

#include "trilane/error.h"

#define VULKAN_INSTANCE_FUNCTIONS(F) \
	F(CreateDevice) \
	F(DestroyInstance) \
	F(EnumeratePhysicalDevices) \
	F(GetDeviceProcAddr) \
	F(GetPhysicalDeviceMemoryProperties) \
	F(GetPhysicalDeviceProperties) \
	F(GetPhysicalDeviceQueueFamilyProperties)

#define VULKAN_DEVICE_FUNCTIONS(F) \
	F(AllocateCommandBuffers) \
	F(AllocateDescriptorSets) \
	F(AllocateMemory) \
	F(BeginCommandBuffer) \
	F(BindBufferMemory) \
	F(CmdBindDescriptorSets) \
	F(CmdBindPipeline) \
	F(CmdCopyBuffer) \
	F(CmdDispatch) \
	F(CmdPipelineBarrier) \
	F(CreateBuffer) \
	F(CreateCommandPool) \
	F(CreateComputePipelines) \
	F(CreateDescriptorPool) \
	F(CreateDescriptorSetLayout) \
	F(CreateFence) \
	F(CreatePipelineLayout) \
	F(CreateShaderModule) \
	F(DestroyBuffer) \
	F(DestroyCommandPool) \
	F(DestroyDescriptorPool) \
	F(DestroyDescriptorSetLayout) \
	F(DestroyDevice) \
	F(DestroyFence) \
	F(DestroyPipeline) \
	F(DestroyPipelineLayout) \
	F(DestroyShaderModule) \
	F(DeviceWaitIdle) \
	F(EndCommandBuffer) \
	F(FreeMemory) \
	F(GetBufferMemoryRequirements) \
	F(GetDeviceQueue) \
	F(MapMemory) \
	F(QueueSubmit) \
	F(ResetDescriptorPool) \
	F(ResetFences) \
	F(UpdateDescriptorSets) \
	F(WaitForFences)

struct vulkan_api {
	void *library;
	PFN_vkGetInstanceProcAddr GetInstanceProcAddr;
	PFN_vkCreateInstance CreateInstance;
#define MEMBER(name) PFN_vk##name name;
	VULKAN_INSTANCE_FUNCTIONS(MEMBER)
	VULKAN_DEVICE_FUNCTIONS(MEMBER)
#undef MEMBER
};

int vulkan_api_open(struct vulkan_api *vk, struct error *err);
int vulkan_api_instance(struct vulkan_api *vk, VkInstance instance, struct error *err);
int vulkan_api_device(struct vulkan_api *vk, VkDevice device, struct error *err);
void vulkan_api_close(struct vulkan_api *vk);

/* 0, or an error that names the call and the result. */
int vulkan_check(VkResult result, const char *call, struct error *err);

#endif
