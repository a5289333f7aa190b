/* SPDX-License-Identifier: MIT */
/* Buffers: mapped where the host can reach the memory, else filled through a small
 * staging buffer. */
#include <stdlib.h>
#include <string.h>

#include "trilane/mem.h"
#include "vulkan.h"

#include "trilane/banned.h"

/* A memory type among those of MASK with all FLAGS; -1 if there is none. */
static int find_type(const struct gpu *g, uint32_t mask, VkMemoryPropertyFlags flags)
{
	for (uint32_t i = 0; i < g->memory.memoryTypeCount; i++)
		if ((mask >> i & 1) &&
		    (g->memory.memoryTypes[i].propertyFlags & flags) == flags)
			return (int)i;
	return -1;
}

static int choose_type(const struct gpu *g, uint32_t mask, bool shared)
{
	const VkMemoryPropertyFlags host = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
	                                   VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
	const VkMemoryPropertyFlags local = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
	int type = find_type(g, mask, shared ? host | local : local);

	return type >= 0 ? type : find_type(g, mask, shared ? host : 0);
}

static int bind_memory(struct gpu *g, struct gpu_buffer *b, bool shared,
                       struct error *err)
{
	VkMemoryRequirements needs;
	VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
	void *map = NULL;
	int type, rc;

	g->vk.GetBufferMemoryRequirements(g->device, b->buffer, &needs);
	type = choose_type(g, needs.memoryTypeBits, shared);
	if (type < 0)
		return error_set(err, ERROR_UNSUPPORTED, "the GPU has no fitting memory");
	info.allocationSize = needs.size;
	info.memoryTypeIndex = (uint32_t)type;
	rc = vulkan_check(g->vk.AllocateMemory(g->device, &info, NULL, &b->memory),
	                  "vkAllocateMemory", err);
	if (rc == 0)
		rc = vulkan_check(
			g->vk.BindBufferMemory(g->device, b->buffer, b->memory, 0),
			"vkBindBufferMemory", err);
	if (rc == 0 && (g->memory.memoryTypes[type].propertyFlags &
	                VK_MEMORY_PROPERTY_HOST_COHERENT_BIT))
		rc = vulkan_check(
			g->vk.MapMemory(g->device, b->memory, 0, VK_WHOLE_SIZE, 0, &map),
			"vkMapMemory", err);
	b->map = map;
	return rc;
}

int vulkan_buffer_new(struct gpu *g, size_t bytes, bool shared, struct gpu_buffer **out,
                      struct error *err)
{
	const VkBufferCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
		.size = bytes,
		.usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT |
	                 VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT |
	                 VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
	                 VK_BUFFER_USAGE_TRANSFER_DST_BIT,
	};
	struct gpu_buffer *b = xcalloc(1, sizeof(*b));
	int rc = vulkan_check(g->vk.CreateBuffer(g->device, &info, NULL, &b->buffer),
	                      "vkCreateBuffer", err);

	b->bytes = bytes;
	if (rc == 0)
		rc = bind_memory(g, b, shared, err);
	if (rc == 0)
		*out = b;
	else
		vulkan_buffer_free(g, b);
	return rc;
}

void vulkan_buffer_free(struct gpu *g, struct gpu_buffer *b)
{
	if (!b)
		return;
	g->vk.DestroyBuffer(g->device, b->buffer, NULL);
	g->vk.FreeMemory(g->device, b->memory, NULL);
	free(b);
}

/* Copies N bytes between two buffers on the device, and waits. */
static int copy(struct gpu *g, struct gpu_buffer *from, size_t from_offset,
                struct gpu_buffer *to, size_t to_offset, size_t n, struct error *err)
{
	const VkBufferCopy region = {
		.srcOffset = from_offset, .dstOffset = to_offset, .size = n};
	int rc = vulkan_begin(g, err);

	if (rc != 0)
		return rc;
	g->vk.CmdCopyBuffer(g->command, from->buffer, to->buffer, 1, &region);
	return vulkan_finish(g, err);
}

static size_t chunk(size_t n)
{
	return n < VULKAN_STAGING_BYTES ? n : VULKAN_STAGING_BYTES;
}

int vulkan_write(struct gpu *g, struct gpu_buffer *b, size_t offset, const void *bytes,
                 size_t n, struct error *err)
{
	const unsigned char *from = bytes;
	int rc = 0;

	if (offset > b->bytes || n > b->bytes - offset)
		BUG("write behind the end of a GPU buffer");
	if (b->map) {
		memcpy(b->map + offset, bytes, n);
		return 0;
	}
	for (size_t done = 0, some; done < n && rc == 0; done += some) {
		some = chunk(n - done);
		memcpy(g->staging->map, from + done, some);
		rc = copy(g, g->staging, 0, b, offset + done, some, err);
	}
	return rc;
}

int vulkan_read(struct gpu *g, struct gpu_buffer *b, size_t offset, void *bytes, size_t n,
                struct error *err)
{
	unsigned char *to = bytes;
	int rc = 0;

	if (offset > b->bytes || n > b->bytes - offset)
		BUG("read behind the end of a GPU buffer");
	if (b->map) {
		memcpy(bytes, b->map + offset, n);
		return 0;
	}
	for (size_t done = 0, some; done < n && rc == 0; done += some) {
		some = chunk(n - done);
		rc = copy(g, b, offset + done, g->staging, 0, some, err);
		if (rc == 0)
			memcpy(to + done, g->staging->map, some);
	}
	return rc;
}
