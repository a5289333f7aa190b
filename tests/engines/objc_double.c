/* SPDX-License-Identifier: MIT */
/* The double: objects with a reference count, methods by selector, work on Vulkan. */
#include "objc_double.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gpu.h"
#include "objc.h"
#include "trilane/mem.h"
#include "trilane/str.h"

#include "trilane/banned.h"

enum { DISPATCHES_MAX = 320, POOLED_MAX = 4096, BUFFERS_MAX = 64 };

struct size3 { /* MTLSize */
	size_t width, height, depth;
};

struct objc_object {
	const char *class;
	int references;
	int kernel;                /* of a library, function or pipeline */
	char text[256];            /* of a string */
	struct gpu_buffer *buffer; /* of a buffer: the device's half */
	unsigned char *contents;
	size_t bytes;
	bool fast_math;                          /* of compile options */
	bool encoding, ended, committed, failed; /* of a command buffer */
	id command, pipeline;                    /* of an encoder */
	id bound[GPU_BUFFERS];
	unsigned char constants[GPU_CONSTANT_BYTES];
	size_t constants_size;
};

static struct {
	unsigned misuses, objects;
	enum objc_double_fault fault;
	struct gpu *gpu; /* Vulkan's, opened once */
	id buffers[BUFFERS_MAX];
	id pooled[POOLED_MAX];
	size_t pooled_count;
	struct gpu_dispatch dispatches[DISPATCHES_MAX];
	unsigned char constants[DISPATCHES_MAX][GPU_CONSTANT_BYTES];
	unsigned dispatch_count;
} d;

unsigned objc_double_misuses(void)
{
	return d.misuses;
}

unsigned objc_double_objects(void)
{
	return d.objects;
}

void objc_double_break(enum objc_double_fault fault)
{
	d.fault = fault;
}

static bool take_fault(enum objc_double_fault fault)
{
	if (d.fault != fault)
		return false;
	d.fault = FAULT_NONE;
	return true;
}

static void expect(bool right, const char *what)
{
	if (right)
		return;
	d.misuses++;
	fprintf(stderr, "misuse of Metal: %s\n", what);
}

static void expect_class(id object, const char *class)
{
	expect(object && strcmp(object->class, class) == 0, class);
}

static id object_new(const char *class)
{
	id o = xcalloc(1, sizeof(*o));

	o->class = class;
	o->references = 1;
	d.objects++;
	return o;
}

static void forget_buffer(id o)
{
	for (int i = 0; i < BUFFERS_MAX; i++)
		if (d.buffers[i] == o)
			d.buffers[i] = NULL;
	vulkan_backend.buffer_free(d.gpu, o->buffer);
	free(o->contents);
}

static void object_release(id o, SEL s)
{
	(void)s;
	expect(o->references > 0, "released too often");
	if (--o->references > 0)
		return;
	if (o->buffer)
		forget_buffer(o);
	d.objects--;
	free(o);
}

static id object_retain(id o, SEL s)
{
	(void)s;
	o->references++;
	return o;
}

static id autoreleased(id o)
{
	expect(d.pooled_count < POOLED_MAX, "autorelease pool overflows");
	d.pooled[d.pooled_count++] = o;
	return o;
}

static void *pool_push(void)
{
	return (void *)(uintptr_t)(d.pooled_count + 1);
}

static void pool_pop(void *pool)
{
	size_t count = (uintptr_t)pool - 1;

	expect(pool && count <= d.pooled_count, "pools popped out of order");
	while (d.pooled_count > count)
		object_release(d.pooled[--d.pooled_count], NULL);
}

static id text_new(const char *text)
{
	id o = autoreleased(object_new("NSString"));

	snprintf(o->text, sizeof(o->text), "%s", text);
	return o;
}

/* --- classes, strings, devices ------------------------------------------------------- */

static struct objc_object string_class = {.class = "class NSString", .references = 1};
static struct objc_object options_class = {.class = "class MTLCompileOptions",
                                           .references = 1};

static id class_named(const char *name)
{
	if (strcmp(name, "NSString") == 0)
		return &string_class;
	expect(strcmp(name, "MTLCompileOptions") == 0, name);
	return &options_class;
}

/* Long texts (a kernel's source) keep only which kernel they are of. */
static id string_with_utf8(id class, SEL s, const char *text)
{
	id o = text_new("");

	(void)s;
	expect_class(class, "class NSString");
	o->kernel = -1;
	for (int i = 0; i < GPU_KERNELS; i++) {
		char head[64];

		snprintf(head, sizeof(head), "kernel void %s(", gpu_kernels[i].name);
		if (strstr(text, head))
			o->kernel = i;
	}
	if (o->kernel >= 0) {
		const unsigned *local = gpu_kernels[o->kernel].local;
		char size[64];

		snprintf(size, sizeof(size), "uint3(%uu, %uu, %uu)", local[0], local[1],
		         local[2]);
		expect(strstr(text, size) != NULL, "workgroup size in the source");
	}
	snprintf(o->text, sizeof(o->text), "%s", text);
	return o;
}

static const char *utf8_string(id o, SEL s)
{
	(void)s;
	expect_class(o, "NSString");
	return o->text;
}

static id class_new(id class, SEL s)
{
	(void)s;
	expect_class(class, "class MTLCompileOptions");
	return object_new("MTLCompileOptions");
}

static id all_devices(void)
{
	return object_new("NSArray");
}

static size_t array_count(id array, SEL s)
{
	(void)s;
	expect_class(array, "NSArray");
	return d.fault == FAULT_DEVICE ? 0 : 1;
}

static id array_object(id array, SEL s, size_t i)
{
	(void)s;
	expect_class(array, "NSArray");
	expect(i == 0, "index behind the end of an array");
	return autoreleased(object_new("MTLDevice"));
}

static id device_name(id device, SEL s)
{
	(void)s;
	expect_class(device, "MTLDevice");
	return text_new("Double of a GPU");
}

static bool has_unified_memory(id device, SEL s)
{
	(void)s;
	expect_class(device, "MTLDevice");
	return true;
}

static id new_queue(id device, SEL s)
{
	(void)s;
	expect_class(device, "MTLDevice");
	return object_new("MTLCommandQueue");
}

/* --- libraries and pipelines ------------------------------------------------------------ */

static void set_fast_math(id options, SEL s, bool on)
{
	(void)s;
	expect_class(options, "MTLCompileOptions");
	options->fast_math = on;
}

static id new_library(id device, SEL s, id source, id options, id *error)
{
	id library;

	(void)s;
	expect_class(device, "MTLDevice");
	expect_class(source, "NSString");
	expect_class(options, "MTLCompileOptions");
	expect(source->kernel >= 0, "source without a known kernel");
	if (take_fault(FAULT_COMPILE)) {
		*error = autoreleased(object_new("NSError"));
		return NULL;
	}
	library = object_new("MTLLibrary");
	library->kernel = source->kernel;
	return library;
}

static id new_function(id library, SEL s, id name)
{
	id function;

	(void)s;
	expect_class(library, "MTLLibrary");
	expect(strcmp(name->text, gpu_kernels[library->kernel].name) == 0,
	       "function's name");
	function = object_new("MTLFunction");
	function->kernel = library->kernel;
	return function;
}

static id new_pipeline(id device, SEL s, id function, id *error)
{
	id pipeline = object_new("MTLComputePipelineState");

	(void)s;
	(void)error;
	expect_class(device, "MTLDevice");
	expect_class(function, "MTLFunction");
	pipeline->kernel = function->kernel;
	return pipeline;
}

static id localized_description(id error, SEL s)
{
	(void)s;
	expect_class(error, "NSError");
	return text_new("as the test asked");
}

/* --- buffers ---------------------------------------------------------------------------- */

static id new_buffer(id device, SEL s, size_t bytes, size_t options)
{
	id o;
	int i = 0;

	(void)s;
	expect_class(device, "MTLDevice");
	expect(options == 0, "storage mode is not shared");
	expect(bytes > 0, "empty buffer");
	if (take_fault(FAULT_BUFFER))
		return NULL;
	o = object_new("MTLBuffer");
	o->bytes = bytes;
	o->contents = xcalloc(1, bytes);
	expect(vulkan_backend.buffer_new(d.gpu, bytes, true, &o->buffer, NULL) == 0,
	       "no buffer on the device");
	while (i < BUFFERS_MAX && d.buffers[i])
		i++;
	expect(i < BUFFERS_MAX, "too many buffers");
	d.buffers[i] = o;
	return o;
}

static void *buffer_contents(id buffer, SEL s)
{
	(void)s;
	expect_class(buffer, "MTLBuffer");
	return buffer->contents;
}

/* --- command buffers ---------------------------------------------------------------------- */

static id command_buffer(id queue, SEL s)
{
	(void)s;
	expect_class(queue, "MTLCommandQueue");
	d.dispatch_count = 0;
	return autoreleased(object_new("MTLCommandBuffer"));
}

static id compute_encoder(id command, SEL s)
{
	id encoder = autoreleased(object_new("MTLComputeCommandEncoder"));

	(void)s;
	expect_class(command, "MTLCommandBuffer");
	expect(!command->encoding && !command->committed, "second encoder");
	command->encoding = true;
	encoder->command = command;
	return encoder;
}

static void set_pipeline(id encoder, SEL s, id pipeline)
{
	(void)s;
	expect_class(encoder, "MTLComputeCommandEncoder");
	expect_class(pipeline, "MTLComputePipelineState");
	encoder->pipeline = pipeline;
	memset(encoder->bound, 0, sizeof(encoder->bound));
}

static void set_buffer(id encoder, SEL s, id buffer, size_t offset, size_t index)
{
	(void)s;
	expect_class(encoder, "MTLComputeCommandEncoder");
	expect_class(buffer, "MTLBuffer");
	expect(offset == 0 && index < GPU_BUFFERS, "buffer's place");
	encoder->bound[index] = buffer;
}

static void set_bytes(id encoder, SEL s, const void *bytes, size_t length, size_t index)
{
	(void)s;
	expect(index == GPU_CONSTANTS && length <= GPU_CONSTANT_BYTES,
	       "constants' place");
	memcpy(encoder->constants, bytes, length);
	encoder->constants_size = length;
}

static void dispatch(id encoder, SEL s, struct size3 groups, struct size3 local)
{
	struct gpu_dispatch *to = &d.dispatches[d.dispatch_count];
	const struct gpu_kernel *kernel;

	(void)s;
	expect_class(encoder, "MTLComputeCommandEncoder");
	expect_class(encoder->pipeline, "MTLComputePipelineState");
	expect(encoder->command->encoding && !encoder->command->ended,
	       "encoder has ended");
	expect(d.dispatch_count < DISPATCHES_MAX, "too many dispatches");
	kernel = &gpu_kernels[encoder->pipeline->kernel];
	expect(local.width == kernel->local[0] && local.height == kernel->local[1] &&
	               local.depth == kernel->local[2],
	       "threads of a group");
	expect(groups.width > 0 && groups.height > 0 && groups.depth > 0, "no groups");
	*to = (struct gpu_dispatch){
		.kernel = (enum gpu_kernel_id)encoder->pipeline->kernel,
		.constants = d.constants[d.dispatch_count],
		.constants_size = encoder->constants_size,
		.groups = {(unsigned)groups.width, (unsigned)groups.height,
	                   (unsigned)groups.depth},
	};
	for (unsigned i = 0; i < kernel->buffers; i++) {
		expect(encoder->bound[i] != NULL, "kernel without one of its buffers");
		to->buffers[i] = encoder->bound[i] ? encoder->bound[i]->buffer : NULL;
	}
	memcpy(d.constants[d.dispatch_count++], encoder->constants,
	       encoder->constants_size);
}

static void end_encoding(id encoder, SEL s)
{
	(void)s;
	expect(!encoder->command->ended, "encoder ended twice");
	encoder->command->ended = true;
}

static void copy_buffers(bool to_device)
{
	for (int i = 0; i < BUFFERS_MAX; i++) {
		id b = d.buffers[i];

		if (b && to_device)
			vulkan_backend.write(d.gpu, b->buffer, 0, b->contents, b->bytes,
			                     NULL);
		else if (b)
			vulkan_backend.read(d.gpu, b->buffer, 0, b->contents, b->bytes,
			                    NULL);
	}
}

static void commit(id command, SEL s)
{
	(void)s;
	expect_class(command, "MTLCommandBuffer");
	expect(command->ended && !command->committed, "commit before the encoder's end");
	command->committed = true;
	command->failed = take_fault(FAULT_COMMAND);
	copy_buffers(true);
	vulkan_backend.begin(d.gpu, NULL);
	for (unsigned i = 0; i < d.dispatch_count; i++)
		vulkan_backend.dispatch(d.gpu, &d.dispatches[i]);
}

static void wait_until_completed(id command, SEL s)
{
	(void)s;
	expect(command->committed, "wait before commit");
	expect(vulkan_backend.finish(d.gpu, NULL) == 0, "the device failed");
	copy_buffers(false);
}

static size_t command_status(id command, SEL s)
{
	(void)s;
	return command->failed ? 5 : 4; /* error, completed */
}

static id command_error(id command, SEL s)
{
	(void)s;
	(void)command;
	return autoreleased(object_new("NSError"));
}

/* --- the runtime ---------------------------------------------------------------------------- */

static const struct {
	const char *name;
	objc_method method;
} methods[] = {
	{"UTF8String", (objc_method)utf8_string},
	{"commandBuffer", (objc_method)command_buffer},
	{"commit", (objc_method)commit},
	{"computeCommandEncoder", (objc_method)compute_encoder},
	{"contents", (objc_method)buffer_contents},
	{"count", (objc_method)array_count},
	{"dispatchThreadgroups:threadsPerThreadgroup:", (objc_method)dispatch},
	{"endEncoding", (objc_method)end_encoding},
	{"error", (objc_method)command_error},
	{"hasUnifiedMemory", (objc_method)has_unified_memory},
	{"localizedDescription", (objc_method)localized_description},
	{"name", (objc_method)device_name},
	{"new", (objc_method)class_new},
	{"newBufferWithLength:options:", (objc_method)new_buffer},
	{"newCommandQueue", (objc_method)new_queue},
	{"newComputePipelineStateWithFunction:error:", (objc_method)new_pipeline},
	{"newFunctionWithName:", (objc_method)new_function},
	{"newLibraryWithSource:options:error:", (objc_method)new_library},
	{"objectAtIndex:", (objc_method)array_object},
	{"release", (objc_method)object_release},
	{"retain", (objc_method)object_retain},
	{"setBuffer:offset:atIndex:", (objc_method)set_buffer},
	{"setBytes:length:atIndex:", (objc_method)set_bytes},
	{"setComputePipelineState:", (objc_method)set_pipeline},
	{"setFastMathEnabled:", (objc_method)set_fast_math},
	{"status", (objc_method)command_status},
	{"stringWithUTF8String:", (objc_method)string_with_utf8},
	{"waitUntilCompleted", (objc_method)wait_until_completed},
};

static SEL selector(const char *name)
{
	return (SEL)(uintptr_t)name;
}

static objc_method method_of(const struct objc_api *o, id object, SEL sel)
{
	const char *name = (const char *)sel;

	(void)o;
	if (object)
		for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
			if (strcmp(methods[i].name, name) == 0)
				return methods[i].method;
	fprintf(stderr, "message %s to %s\n", name, object ? object->class : "nil");
	abort();
}

int objc_api_open(struct objc_api *o, struct error *err)
{
	int rc = d.gpu ? 0 : vulkan_backend.open(NULL, &d.gpu, err);

	*o = (struct objc_api){
		.class_named = class_named,
		.selector = selector,
		.method = method_of,
		.pool_push = pool_push,
		.pool_pop = pool_pop,
		.all_devices = all_devices,
	};
	return rc;
}
