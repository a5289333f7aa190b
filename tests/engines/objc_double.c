/* SPDX-License-Identifier: MIT */
/* The double: objects with a reference count, methods by selector, work on Vulkan. */
#include "objc_double_internal.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trilane/mem.h"
#include "trilane/str.h"

#include "trilane/banned.h"

struct objc_double objc_double;

unsigned objc_double_misuses(void)
{
	return objc_double.misuses;
}

unsigned objc_double_objects(void)
{
	return objc_double.objects;
}

void objc_double_break(enum objc_double_fault fault)
{
	objc_double.fault = fault;
}

bool objc_double_take_fault(enum objc_double_fault fault)
{
	if (objc_double.fault != fault)
		return false;
	objc_double.fault = FAULT_NONE;
	return true;
}

void objc_double_expect(bool right, const char *what)
{
	if (right)
		return;
	objc_double.misuses++;
	fprintf(stderr, "misuse of Metal: %s\n", what);
}

void objc_double_expect_class(id object, const char *class)
{
	objc_double_expect(object && strcmp(object->class, class) == 0, class);
}

id objc_double_new(const char *class)
{
	id o = xcalloc(1, sizeof(*o));

	o->class = class;
	o->references = 1;
	objc_double.objects++;
	return o;
}

static void forget_buffer(id o)
{
	for (int i = 0; i < BUFFERS_MAX; i++)
		if (objc_double.buffers[i] == o)
			objc_double.buffers[i] = NULL;
	vulkan_backend.buffer_free(objc_double.gpu, o->buffer);
	free(o->contents);
}

static void object_release(id o, SEL s)
{
	(void)s;
	objc_double_expect(o->references > 0, "released too often");
	if (--o->references > 0)
		return;
	if (o->buffer)
		forget_buffer(o);
	objc_double.objects--;
	free(o);
}

static id object_retain(id o, SEL s)
{
	(void)s;
	o->references++;
	return o;
}

id objc_double_autoreleased(id o)
{
	objc_double_expect(objc_double.pooled_count < POOLED_MAX,
	                   "autorelease pool overflows");
	objc_double.pooled[objc_double.pooled_count++] = o;
	return o;
}

static void *pool_push(void)
{
	return (void *)(uintptr_t)(objc_double.pooled_count + 1);
}

static void pool_pop(void *pool)
{
	size_t count = (uintptr_t)pool - 1;

	objc_double_expect(pool && count <= objc_double.pooled_count,
	                   "pools popped out of order");
	while (objc_double.pooled_count > count)
		object_release(objc_double.pooled[--objc_double.pooled_count], NULL);
}

static id text_new(const char *text)
{
	id o = objc_double_autoreleased(objc_double_new("NSString"));

	snprintf(o->text, sizeof(o->text), "%s", text);
	return o;
}

/* --- classes, strings, devices --- */

static struct objc_object string_class = {.class = "class NSString", .references = 1};
static struct objc_object options_class = {.class = "class MTLCompileOptions",
                                           .references = 1};

static id class_named(const char *name)
{
	if (strcmp(name, "NSString") == 0)
		return &string_class;
	objc_double_expect(strcmp(name, "MTLCompileOptions") == 0, name);
	return &options_class;
}

/* Long texts (a kernel's source) keep only which kernel they are of. */
static id string_with_utf8(id class, SEL s, const char *text)
{
	id o = text_new("");

	(void)s;
	objc_double_expect_class(class, "class NSString");
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
		objc_double_expect(strstr(text, size) != NULL,
		                   "workgroup size in the source");
	}
	snprintf(o->text, sizeof(o->text), "%s", text);
	return o;
}

static const char *utf8_string(id o, SEL s)
{
	(void)s;
	objc_double_expect_class(o, "NSString");
	return o->text;
}

static id class_new(id class, SEL s)
{
	(void)s;
	objc_double_expect_class(class, "class MTLCompileOptions");
	return objc_double_new("MTLCompileOptions");
}

static id all_devices(void)
{
	return objc_double_new("NSArray");
}

static size_t array_count(id array, SEL s)
{
	(void)s;
	objc_double_expect_class(array, "NSArray");
	return objc_double.fault == FAULT_DEVICE ? 0 : 1;
}

static id array_object(id array, SEL s, size_t i)
{
	(void)s;
	objc_double_expect_class(array, "NSArray");
	objc_double_expect(i == 0, "index behind the end of an array");
	return objc_double_autoreleased(objc_double_new("MTLDevice"));
}

static id device_name(id device, SEL s)
{
	(void)s;
	objc_double_expect_class(device, "MTLDevice");
	return text_new("Double of a GPU");
}

static bool has_unified_memory(id device, SEL s)
{
	(void)s;
	objc_double_expect_class(device, "MTLDevice");
	return true;
}

static id new_queue(id device, SEL s)
{
	(void)s;
	objc_double_expect_class(device, "MTLDevice");
	return objc_double_new("MTLCommandQueue");
}

/* --- libraries and pipelines --- */

static void set_fast_math(id options, SEL s, bool on)
{
	(void)s;
	objc_double_expect_class(options, "MTLCompileOptions");
	options->fast_math = on;
}

static id new_library(id device, SEL s, id source, id options, id *error)
{
	id library;

	(void)s;
	objc_double_expect_class(device, "MTLDevice");
	objc_double_expect_class(source, "NSString");
	objc_double_expect_class(options, "MTLCompileOptions");
	objc_double_expect(source->kernel >= 0, "source without a known kernel");
	if (objc_double_take_fault(FAULT_COMPILE)) {
		*error = objc_double_autoreleased(objc_double_new("NSError"));
		return NULL;
	}
	library = objc_double_new("MTLLibrary");
	library->kernel = source->kernel;
	return library;
}

static id new_function(id library, SEL s, id name)
{
	id function;

	(void)s;
	objc_double_expect_class(library, "MTLLibrary");
	objc_double_expect(strcmp(name->text, gpu_kernels[library->kernel].name) == 0,
	                   "function's name");
	function = objc_double_new("MTLFunction");
	function->kernel = library->kernel;
	return function;
}

static id new_pipeline(id device, SEL s, id function, id *error)
{
	id pipeline = objc_double_new("MTLComputePipelineState");

	(void)s;
	(void)error;
	objc_double_expect_class(device, "MTLDevice");
	objc_double_expect_class(function, "MTLFunction");
	pipeline->kernel = function->kernel;
	return pipeline;
}

static id localized_description(id error, SEL s)
{
	(void)s;
	objc_double_expect_class(error, "NSError");
	return text_new("as the test asked");
}

/* --- buffers --- */

static id new_buffer(id device, SEL s, size_t bytes, size_t options)
{
	id o;
	int i = 0;

	(void)s;
	objc_double_expect_class(device, "MTLDevice");
	objc_double_expect(options == 0, "storage mode is not shared");
	objc_double_expect(bytes > 0, "empty buffer");
	if (objc_double_take_fault(FAULT_BUFFER))
		return NULL;
	o = objc_double_new("MTLBuffer");
	o->bytes = bytes;
	o->contents = xcalloc(1, bytes);
	objc_double_expect(vulkan_backend.buffer_new(objc_double.gpu, bytes, true,
	                                             &o->buffer, NULL) == 0,
	                   "no buffer on the device");
	while (i < BUFFERS_MAX && objc_double.buffers[i])
		i++;
	objc_double_expect(i < BUFFERS_MAX, "too many buffers");
	objc_double.buffers[i] = o;
	return o;
}

static void *buffer_contents(id buffer, SEL s)
{
	(void)s;
	objc_double_expect_class(buffer, "MTLBuffer");
	return buffer->contents;
}

/* --- the runtime --- */

static const struct {
	const char *name;
	objc_method method;
} methods[] = {
	{"UTF8String", (objc_method)utf8_string},
	{"commandBuffer", (objc_method)objc_double_command_buffer},
	{"commit", (objc_method)objc_double_commit},
	{"computeCommandEncoder", (objc_method)objc_double_compute_encoder},
	{"contents", (objc_method)buffer_contents},
	{"count", (objc_method)array_count},
	{"dispatchThreadgroups:threadsPerThreadgroup:",
         (objc_method)objc_double_dispatch},
	{"endEncoding", (objc_method)objc_double_end_encoding},
	{"error", (objc_method)objc_double_error},
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
	{"setBuffer:offset:atIndex:", (objc_method)objc_double_set_buffer},
	{"setBytes:length:atIndex:", (objc_method)objc_double_set_bytes},
	{"setComputePipelineState:", (objc_method)objc_double_set_pipeline},
	{"setFastMathEnabled:", (objc_method)set_fast_math},
	{"status", (objc_method)objc_double_status},
	{"stringWithUTF8String:", (objc_method)string_with_utf8},
	{"waitUntilCompleted", (objc_method)objc_double_wait},
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
	int rc = objc_double.gpu ? 0 : vulkan_backend.open(NULL, &objc_double.gpu, err);

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
