/* SPDX-License-Identifier: MIT */
/*
 * What is made once on a device and serves every submission.  All kernels share one
 * layout: storage buffers at bindings 0 … 4 and the constants, a uniform buffer, at 8.
 */
#include "vulkan.h"
#include "vulkan_kernels.h"

#include "trilane/banned.h"

static int make_layouts(struct gpu *g, struct error *err)
{
	VkDescriptorSetLayoutBinding bindings[GPU_BUFFERS + 1];
	const VkDescriptorSetLayoutCreateInfo set = {
		.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
		.bindingCount = GPU_BUFFERS + 1,
		.pBindings = bindings,
	};
	const VkPipelineLayoutCreateInfo pipeline = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
		.setLayoutCount = 1,
		.pSetLayouts = &g->set_layout,
	};
	int rc;

	for (uint32_t i = 0; i <= GPU_BUFFERS; i++)
		bindings[i] = (VkDescriptorSetLayoutBinding){
			.binding = i < GPU_BUFFERS ? i : GPU_CONSTANTS,
			.descriptorType = i < GPU_BUFFERS
		                                  ? VK_DESCRIPTOR_TYPE_STORAGE_BUFFER
		                                  : VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER,
			.descriptorCount = 1,
			.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT,
		};
	rc = vulkan_check(
		g->vk.CreateDescriptorSetLayout(g->device, &set, NULL, &g->set_layout),
		"vkCreateDescriptorSetLayout", err);
	if (rc != 0)
		return rc;
	return vulkan_check(
		g->vk.CreatePipelineLayout(g->device, &pipeline, NULL, &g->layout),
		"vkCreatePipelineLayout", err);
}

static int make_pipeline(struct gpu *g, int id, struct error *err)
{
	const VkShaderModuleCreateInfo module = {
		.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
		.codeSize = vulkan_kernels[id].bytes,
		.pCode = vulkan_kernels[id].code,
	};
	VkComputePipelineCreateInfo pipeline = {
		.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
		.stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
	                  .stage = VK_SHADER_STAGE_COMPUTE_BIT,
	                  .pName = "main"},
		.layout = g->layout,
	};
	int rc = vulkan_check(g->vk.CreateShaderModule(g->device, &module, NULL,
	                                               &pipeline.stage.module),
	                      "vkCreateShaderModule", err);

	if (rc != 0)
		return rc;
	rc = vulkan_check(g->vk.CreateComputePipelines(g->device, VK_NULL_HANDLE, 1,
	                                               &pipeline, NULL,
	                                               &g->pipelines[id]),
	                  "vkCreateComputePipelines", err);
	g->vk.DestroyShaderModule(g->device, pipeline.stage.module, NULL);
	return rc;
}

static int make_sets(struct gpu *g, struct error *err)
{
	const VkDescriptorPoolSize sizes[] = {
		{VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, GPU_BUFFERS * VULKAN_DISPATCHES_MAX},
		{VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, VULKAN_DISPATCHES_MAX},
	};
	const VkDescriptorPoolCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
		.maxSets = VULKAN_DISPATCHES_MAX,
		.poolSizeCount = 2,
		.pPoolSizes = sizes,
	};

	return vulkan_check(g->vk.CreateDescriptorPool(g->device, &info, NULL, &g->sets),
	                    "vkCreateDescriptorPool", err);
}

static int make_commands(struct gpu *g, struct error *err)
{
	const VkCommandPoolCreateInfo pool = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
		.flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
		.queueFamilyIndex = g->family,
	};
	const VkFenceCreateInfo fence = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
	VkCommandBufferAllocateInfo buffer = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
		.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
		.commandBufferCount = 1,
	};
	int rc = vulkan_check(
		g->vk.CreateCommandPool(g->device, &pool, NULL, &g->commands),
		"vkCreateCommandPool", err);

	if (rc != 0)
		return rc;
	buffer.commandPool = g->commands;
	rc = vulkan_check(g->vk.AllocateCommandBuffers(g->device, &buffer, &g->command),
	                  "vkAllocateCommandBuffers", err);
	if (rc != 0)
		return rc;
	return vulkan_check(g->vk.CreateFence(g->device, &fence, NULL, &g->fence),
	                    "vkCreateFence", err);
}

int vulkan_prepare(struct gpu *g, struct error *err)
{
	int rc = make_layouts(g, err);

	for (int id = 0; id < GPU_KERNELS && rc == 0; id++)
		rc = make_pipeline(g, id, err);
	if (rc == 0)
		rc = make_sets(g, err);
	if (rc == 0)
		rc = make_commands(g, err);
	if (rc == 0)
		rc = vulkan_buffer_new(g, VULKAN_DISPATCHES_MAX * VULKAN_CONSTANT_STEP,
		                       true, &g->constants, err);
	if (rc == 0)
		rc = vulkan_buffer_new(g, VULKAN_STAGING_BYTES, true, &g->staging, err);
	return rc;
}

void vulkan_unprepare(struct gpu *g)
{
	g->vk.DeviceWaitIdle(g->device);
	vulkan_buffer_free(g, g->constants);
	vulkan_buffer_free(g, g->staging);
	g->vk.DestroyFence(g->device, g->fence, NULL);
	g->vk.DestroyCommandPool(g->device, g->commands, NULL);
	g->vk.DestroyDescriptorPool(g->device, g->sets, NULL);
	for (int id = 0; id < GPU_KERNELS; id++)
		g->vk.DestroyPipeline(g->device, g->pipelines[id], NULL);
	g->vk.DestroyPipelineLayout(g->device, g->layout, NULL);
	g->vk.DestroyDescriptorSetLayout(g->device, g->set_layout, NULL);
}
