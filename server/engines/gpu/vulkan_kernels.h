/* SPDX-License-Identifier: MIT */
/* The kernels as SPIR-V, in the order of enum gpu_kernel_id; generated at build time. */
#ifndef TRILANE_VULKAN_KERNELS_H
#define TRILANE_VULKAN_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "gpu.h"

struct vulkan_kernel {
	const uint32_t *code;
	size_t bytes;
};
extern const struct vulkan_kernel vulkan_kernels[GPU_KERNELS];

#endif
