/* SPDX-License-Identifier: MIT */
/*
 * Submissions.  A binding that a kernel does not use gets the constants' buffer, so that
 * every set is complete.
 */
#include <string.h>

#include "trilane/clock.h"
#include "vulkan.h"

#include "trilane/banned.h"

static const uint64_t deadline_ns = 120 * NS_PER_S; /* for one submission */

int vulkan_begin(struct gpu *g, struct error *err)
{
	const VkCommandBufferBeginInfo info = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
		.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT,
	};

	g->dispatches = 0;
	g->pending = (struct error)ERROR_INIT;
	g->vk.ResetDescriptorPool(g->device, g->sets, 0);
	return vulkan_check(g->vk.BeginCommandBuffer(g->command, &info),
	                    "vkBeginCommandBuffer", err);
}

/* Everything written before is seen by everything behind, on the device and the host. */
static void barrier(struct gpu *g, VkPipelineStageFlags before,
                    VkPipelineStageFlags behind)
{
	const VkMemoryBarrier all = {
		.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
		.srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT,
		.dstAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT,
	};

	g->vk.CmdPipelineBarrier(g->command, before, behind, 0, 1, &all, 0, NULL, 0,
	                         NULL);
}

static void fill_set(struct gpu *g, const struct gpu_dispatch *d, VkDescriptorSet set)
{
	VkDescriptorBufferInfo buffers[GPU_BUFFERS + 1];
	VkWriteDescriptorSet writes[GPU_BUFFERS + 1];

	for (uint32_t i = 0; i <= GPU_BUFFERS; i++) {
		const struct gpu_buffer *b = i < GPU_BUFFERS ? d->buffers[i] : NULL;

		buffers[i] = (VkDescriptorBufferInfo){
			.buffer = b ? b->buffer : g->constants->buffer,
			.offset = b ? 0
		                    : (VkDeviceSize)g->dispatches * VULKAN_CONSTANT_STEP,
			.range = b ? VK_WHOLE_SIZE : VULKAN_CONSTANT_STEP,
		};
		writes[i] = (VkWriteDescriptorSet){
			.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
			.dstSet = set,
			.dstBinding = i < GPU_BUFFERS ? i : GPU_CONSTANTS,
			.descriptorCount = 1,
			.descriptorType = i < GPU_BUFFERS
		                                  ? VK_DESCRIPTOR_TYPE_STORAGE_BUFFER
		                                  : VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER,
			.pBufferInfo = &buffers[i],
		};
	}
	g->vk.UpdateDescriptorSets(g->device, GPU_BUFFERS + 1, writes, 0, NULL);
}

void vulkan_dispatch(struct gpu *g, const struct gpu_dispatch *d)
{
	const VkDescriptorSetAllocateInfo info = {
		.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
		.descriptorPool = g->sets,
		.descriptorSetCount = 1,
		.pSetLayouts = &g->set_layout,
	};
	VkDescriptorSet set;

	if (g->dispatches == VULKAN_DISPATCHES_MAX)
		BUG("more than %d dispatches in a submission", VULKAN_DISPATCHES_MAX);
	if (g->pending.code != ERROR_NONE ||
	    vulkan_check(g->vk.AllocateDescriptorSets(g->device, &info, &set),
	                 "vkAllocateDescriptorSets", &g->pending) != 0)
		return;
	memcpy(g->constants->map + (size_t)g->dispatches * VULKAN_CONSTANT_STEP,
	       d->constants, d->constants_size);
	fill_set(g, d, set);
	g->vk.CmdBindPipeline(g->command, VK_PIPELINE_BIND_POINT_COMPUTE,
	                      g->pipelines[d->kernel]);
	g->vk.CmdBindDescriptorSets(g->command, VK_PIPELINE_BIND_POINT_COMPUTE, g->layout,
	                            0, 1, &set, 0, NULL);
	g->vk.CmdDispatch(g->command, d->groups[0], d->groups[1], d->groups[2]);
	barrier(g, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
	        VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT);
	g->dispatches++;
}

static int submit_and_wait(struct gpu *g, struct error *err)
{
	const VkSubmitInfo info = {
		.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
		.commandBufferCount = 1,
		.pCommandBuffers = &g->command,
	};
	VkResult result;
	int rc = vulkan_check(g->vk.QueueSubmit(g->queue, 1, &info, g->fence),
	                      "vkQueueSubmit", err);

	if (rc != 0)
		return rc;
	result = g->vk.WaitForFences(g->device, 1, &g->fence, VK_TRUE, deadline_ns);
	if (result == VK_TIMEOUT)
		return error_set(err, ERROR_TIMEOUT, "the GPU did not answer within %d s",
		                 (int)(deadline_ns / NS_PER_S));
	rc = vulkan_check(result, "vkWaitForFences", err);
	g->vk.ResetFences(g->device, 1, &g->fence);
	return rc;
}

int vulkan_finish(struct gpu *g, struct error *err)
{
	int rc;

	barrier(g, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_HOST_BIT);
	rc = vulkan_check(g->vk.EndCommandBuffer(g->command), "vkEndCommandBuffer", err);
	if (rc == 0 && g->pending.code != ERROR_NONE)
		rc = error_set(err, g->pending.code, "%s", g->pending.text);
	return rc == 0 ? submit_and_wait(g, err) : rc;
}
