/* SPDX-License-Identifier: MIT */
/* The Vulkan backend's own state: vulkan.c opens, vulkan_prepare.c makes pipelines and
 * commands, vulkan_buffers.c moves data, vulkan_run.c runs kernels. */
#ifndef TRILANE_VULKAN_H
#define TRILANE_VULKAN_H

#include "gpu.h"
#include "vulkan_api.h"

enum {
	VULKAN_DISPATCHES_MAX = 320, /* between begin() and finish() */
	VULKAN_CONSTANT_STEP = 256,  /* no device asks for a larger alignment */
	VULKAN_STAGING_BYTES = 4 << 20,
};

struct gpu_buffer {
	VkBuffer buffer;
	VkDeviceMemory memory;
	size_t bytes;
	unsigned char *map; /* NULL: the host cannot reach it */
};

struct gpu {
	struct vulkan_api vk;
	VkInstance instance;
	VkPhysicalDevice physical;
	VkPhysicalDeviceProperties properties;
	VkPhysicalDeviceMemoryProperties memory;
	VkDevice device;
	uint32_t family;
	VkQueue queue;
	VkCommandPool commands;
	VkCommandBuffer command;
	VkFence fence;
	VkDescriptorSetLayout set_layout;
	VkPipelineLayout layout;
	VkDescriptorPool sets;
	VkPipeline pipelines[GPU_KERNELS];
	struct gpu_buffer *constants; /* a step for each dispatch */
	struct gpu_buffer *staging;
	unsigned dispatches; /* noted since begin() */
	struct error pending;
};

int vulkan_buffer_new(struct gpu *g, size_t bytes, bool shared, struct gpu_buffer **out,
                      struct error *err);
void vulkan_buffer_free(struct gpu *g, struct gpu_buffer *b);
int vulkan_write(struct gpu *g, struct gpu_buffer *b, size_t offset, const void *bytes,
                 size_t n, struct error *err);
int vulkan_read(struct gpu *g, struct gpu_buffer *b, size_t offset, void *bytes, size_t n,
                struct error *err);

/* Pipelines, descriptors, commands: made once after the device. */
int vulkan_prepare(struct gpu *g, struct error *err);
void vulkan_unprepare(struct gpu *g);
int vulkan_begin(struct gpu *g, struct error *err);
void vulkan_dispatch(struct gpu *g, const struct gpu_dispatch *d);
int vulkan_finish(struct gpu *g, struct error *err);

#endif
