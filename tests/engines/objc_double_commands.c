/* SPDX-License-Identifier: MIT */
/* Queues, command buffers and encoders of the double: the order of calls is watched, and
 * the noted dispatches run on Vulkan at commit. */
#include "objc_double_internal.h"

#include <string.h>

#include "trilane/banned.h"

id objc_double_command_buffer(id queue, SEL s)
{
	(void)s;
	objc_double_expect_class(queue, "MTLCommandQueue");
	objc_double.dispatch_count = 0;
	return objc_double_autoreleased(objc_double_new("MTLCommandBuffer"));
}

id objc_double_compute_encoder(id command, SEL s)
{
	id encoder =
		objc_double_autoreleased(objc_double_new("MTLComputeCommandEncoder"));

	(void)s;
	objc_double_expect_class(command, "MTLCommandBuffer");
	objc_double_expect(!command->encoding && !command->committed, "second encoder");
	command->encoding = true;
	encoder->command = command;
	return encoder;
}

void objc_double_set_pipeline(id encoder, SEL s, id pipeline)
{
	(void)s;
	objc_double_expect_class(encoder, "MTLComputeCommandEncoder");
	objc_double_expect_class(pipeline, "MTLComputePipelineState");
	encoder->pipeline = pipeline;
	memset(encoder->bound, 0, sizeof(encoder->bound));
}

void objc_double_set_buffer(id encoder, SEL s, id buffer, size_t offset, size_t index)
{
	(void)s;
	objc_double_expect_class(encoder, "MTLComputeCommandEncoder");
	objc_double_expect_class(buffer, "MTLBuffer");
	objc_double_expect(offset == 0 && index < GPU_BUFFERS, "buffer's place");
	encoder->bound[index] = buffer;
}

void objc_double_set_bytes(id encoder, SEL s, const void *bytes, size_t length,
                           size_t index)
{
	(void)s;
	objc_double_expect(index == GPU_CONSTANTS && length <= GPU_CONSTANT_BYTES,
	                   "constants' place");
	memcpy(encoder->constants, bytes, length);
	encoder->constants_size = length;
}

void objc_double_dispatch(id encoder, SEL s, struct size3 groups, struct size3 local)
{
	struct gpu_dispatch *to = &objc_double.dispatches[objc_double.dispatch_count];
	const struct gpu_kernel *kernel;

	(void)s;
	objc_double_expect_class(encoder, "MTLComputeCommandEncoder");
	objc_double_expect_class(encoder->pipeline, "MTLComputePipelineState");
	objc_double_expect(encoder->command->encoding && !encoder->command->ended,
	                   "encoder has ended");
	objc_double_expect(objc_double.dispatch_count < DISPATCHES_MAX,
	                   "too many dispatches");
	kernel = &gpu_kernels[encoder->pipeline->kernel];
	objc_double_expect(local.width == kernel->local[0] &&
	                           local.height == kernel->local[1] &&
	                           local.depth == kernel->local[2],
	                   "threads of a group");
	objc_double_expect(groups.width > 0 && groups.height > 0 && groups.depth > 0,
	                   "no groups");
	*to = (struct gpu_dispatch){
		.kernel = (enum gpu_kernel_id)encoder->pipeline->kernel,
		.constants = objc_double.constants[objc_double.dispatch_count],
		.constants_size = encoder->constants_size,
		.groups = {(unsigned)groups.width, (unsigned)groups.height,
	                   (unsigned)groups.depth},
	};
	for (unsigned i = 0; i < kernel->buffers; i++) {
		objc_double_expect(encoder->bound[i] != NULL,
		                   "kernel without one of its buffers");
		to->buffers[i] = encoder->bound[i] ? encoder->bound[i]->buffer : NULL;
	}
	memcpy(objc_double.constants[objc_double.dispatch_count++], encoder->constants,
	       encoder->constants_size);
}

void objc_double_end_encoding(id encoder, SEL s)
{
	(void)s;
	objc_double_expect(!encoder->command->ended, "encoder ended twice");
	encoder->command->ended = true;
}

static void copy_buffers(bool to_device)
{
	for (int i = 0; i < BUFFERS_MAX; i++) {
		id b = objc_double.buffers[i];

		if (b && to_device)
			vulkan_backend.write(objc_double.gpu, b->buffer, 0, b->contents,
			                     b->bytes, NULL);
		else if (b)
			vulkan_backend.read(objc_double.gpu, b->buffer, 0, b->contents,
			                    b->bytes, NULL);
	}
}

void objc_double_commit(id command, SEL s)
{
	(void)s;
	objc_double_expect_class(command, "MTLCommandBuffer");
	objc_double_expect(command->ended && !command->committed,
	                   "commit before the encoder's end");
	command->committed = true;
	command->failed = objc_double_take_fault(FAULT_COMMAND);
	copy_buffers(true);
	vulkan_backend.begin(objc_double.gpu, NULL);
	for (unsigned i = 0; i < objc_double.dispatch_count; i++)
		vulkan_backend.dispatch(objc_double.gpu, &objc_double.dispatches[i]);
}

void objc_double_wait(id command, SEL s)
{
	(void)s;
	objc_double_expect(command->committed, "wait before commit");
	objc_double_expect(vulkan_backend.finish(objc_double.gpu, NULL) == 0,
	                   "the device failed");
	copy_buffers(false);
}

size_t objc_double_status(id command, SEL s)
{
	(void)s;
	return command->failed ? 5 : 4; /* error, completed */
}

id objc_double_error(id command, SEL s)
{
	(void)s;
	(void)command;
	return objc_double_autoreleased(objc_double_new("NSError"));
}
