/* SPDX-License-Identifier: MIT */
/*
 * The Metal engine: the second table of struct gpu_backend, in plain C.
 *
 * Buffers are shared ones: on Apple silicon processor and GPU have the same memory, so
 * writing and reading are copies.  All dispatches of a submission go into one command
 * buffer and one encoder, whose dispatches Metal runs in order where they touch the same
 * buffers.  Kernels are compiled from their text at opening, without fast math (the
 * system keeps compiled ones from run to run).
 * API: https://developer.apple.com/documentation/metal
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gpu.h"
#include "objc.h"
#include "trilane/cleanup.h"
#include "trilane/embedded.h"
#include "trilane/mem.h"
#include "trilane/str.h"

#include "trilane/banned.h"

extern const struct embedded_file metal_kernels[];
extern const size_t metal_kernels_count;

enum { METAL_STATUS_COMPLETED = 4 }; /* MTLCommandBufferStatusCompleted */

struct metal_size { /* MTLSize */
	size_t width, height, depth;
};

struct gpu_buffer {
	id buffer;
	unsigned char *contents;
	size_t bytes;
};

struct gpu {
	struct objc_api o;
	id device, queue;
	id pipelines[GPU_KERNELS];
	char name[256];
	void *pool;          /* between begin() and finish() */
	id command, encoder; /* likewise; they belong to the pool */
};

static void release(struct gpu *g, id object)
{
	if (object)
		SEND0(void, &g->o, object, "release");
}

static const char *text_of(struct gpu *g, id string)
{
	const char *text =
		string ? SEND0(const char *, &g->o, string, "UTF8String") : NULL;

	return text ? text : "";
}

static id string_of(struct gpu *g, const char *text)
{
	return SEND1(id, &g->o, g->o.class_named("NSString"),
	             "stringWithUTF8String:", text);
}

/* ERR from an NSError, which may be nil. */
static int fail_with(struct gpu *g, const char *what, id error, struct error *err)
{
	id text = error ? SEND0(id, &g->o, error, "localizedDescription") : NULL;

	return error_set(err, ERROR_FAILED, "%s: %s", what,
	                 text ? text_of(g, text) : "Metal gives no reason");
}

/* The first device whose name contains WANTED, those with their own memory last: the
 * array is owned by us, its members by the array. */
static int choose_device(struct gpu *g, const char *wanted, struct error *err)
{
	id all = g->o.all_devices();
	size_t count = all ? SEND0(size_t, &g->o, all, "count") : 0;

	for (size_t i = 0; i < count; i++) {
		id device = SEND1(id, &g->o, all, "objectAtIndex:", i);
		const char *name = text_of(g, SEND0(id, &g->o, device, "name"));

		if (wanted && !text_contains(name, wanted))
			continue;
		if (g->device && !SEND0(bool, &g->o, device, "hasUnifiedMemory"))
			continue;
		release(g, g->device);
		g->device = SEND0(id, &g->o, device, "retain");
		snprintf(g->name, sizeof(g->name), "%s", name);
	}
	release(g, all);
	if (g->device)
		return 0;
	return error_set(err, ERROR_UNSUPPORTED, "%s",
	                 wanted && count ? "no Metal device of that name"
	                                 : "no Metal device on this machine");
}

static id compile(struct gpu *g, const char *source, struct error *err)
{
	id options = SEND0(id, &g->o, g->o.class_named("MTLCompileOptions"), "new");
	id error = NULL, library;

	SEND1(void, &g->o, options, "setFastMathEnabled:", (bool)false);
	library = SEND3(id, &g->o, g->device,
	                "newLibraryWithSource:options:error:", string_of(g, source),
	                options, &error);
	release(g, options);
	if (!library)
		fail_with(g, "cannot compile a kernel", error, err);
	return library;
}

static int make_pipeline(struct gpu *g, int id_of_kernel, struct error *err)
{
	const char *name = gpu_kernels[id_of_kernel].name;
	CLEANUP_FREE char *path = xasprintf("%s.metal", name);
	const struct embedded_file *file =
		embedded_find(metal_kernels, metal_kernels_count, path);
	id library, function, error = NULL;

	if (!file)
		BUG("kernel %s is not embedded", name);
	library = compile(g, (const char *)file->bytes, err);
	if (!library)
		return ERROR_FAILED;
	function = SEND1(id, &g->o, library, "newFunctionWithName:", string_of(g, name));
	if (function)
		g->pipelines[id_of_kernel] = SEND2(
			id, &g->o, g->device,
			"newComputePipelineStateWithFunction:error:", function, &error);
	release(g, function);
	release(g, library);
	if (!g->pipelines[id_of_kernel])
		return fail_with(g, name, error, err);
	return 0;
}

static void metal_close(struct gpu *g)
{
	for (int i = 0; i < GPU_KERNELS; i++)
		release(g, g->pipelines[i]);
	release(g, g->queue);
	release(g, g->device);
	free(g);
}

static int prepare(struct gpu *g, const char *device, struct error *err)
{
	void *pool = g->o.pool_push();
	int rc = choose_device(g, device, err);

	for (int i = 0; i < GPU_KERNELS && rc == 0; i++)
		rc = make_pipeline(g, i, err);
	if (rc == 0)
		g->queue = SEND0(id, &g->o, g->device, "newCommandQueue");
	if (rc == 0 && !g->queue)
		rc = error_set(err, ERROR_FAILED, "Metal gives no command queue");
	g->o.pool_pop(pool);
	return rc;
}

static int metal_open(const char *device, struct gpu **out, struct error *err)
{
	struct gpu *g = xcalloc(1, sizeof(*g));
	int rc = objc_api_open(&g->o, err);

	if (rc == 0)
		rc = prepare(g, device, err);
	if (rc == 0)
		*out = g;
	else
		metal_close(g);
	return rc;
}

static void metal_describe(const struct gpu *g, struct gpu_description *out)
{
	memcpy(out->name, g->name, sizeof(g->name));
	out->software = false;
}

static int metal_buffer_new(struct gpu *g, size_t bytes, bool shared,
                            struct gpu_buffer **out, struct error *err)
{
	const size_t storage_shared = 0; /* MTLResourceStorageModeShared */
	id buffer = SEND2(id, &g->o, g->device, "newBufferWithLength:options:", bytes,
	                  storage_shared);
	struct gpu_buffer *b;

	(void)shared;
	if (!buffer)
		return error_set(err, ERROR_NO_MEMORY,
		                 "the GPU has no room for %zu bytes", bytes);
	b = xcalloc(1, sizeof(*b));
	b->buffer = buffer;
	b->contents = SEND0(void *, &g->o, buffer, "contents");
	b->bytes = bytes;
	*out = b;
	return 0;
}

static void metal_buffer_free(struct gpu *g, struct gpu_buffer *b)
{
	if (!b)
		return;
	release(g, b->buffer);
	free(b);
}

static int metal_write(struct gpu *g, struct gpu_buffer *b, size_t offset,
                       const void *bytes, size_t n, struct error *err)
{
	(void)g;
	(void)err;
	if (offset > b->bytes || n > b->bytes - offset)
		BUG("write behind the end of a GPU buffer");
	memcpy(b->contents + offset, bytes, n);
	return 0;
}

static int metal_read(struct gpu *g, struct gpu_buffer *b, size_t offset, void *bytes,
                      size_t n, struct error *err)
{
	(void)g;
	(void)err;
	if (offset > b->bytes || n > b->bytes - offset)
		BUG("read behind the end of a GPU buffer");
	memcpy(bytes, b->contents + offset, n);
	return 0;
}

static int metal_begin(struct gpu *g, struct error *err)
{
	g->pool = g->o.pool_push();
	g->command = SEND0(id, &g->o, g->queue, "commandBuffer");
	g->encoder =
		g->command ? SEND0(id, &g->o, g->command, "computeCommandEncoder") : NULL;
	if (g->encoder)
		return 0;
	g->o.pool_pop(g->pool);
	return error_set(err, ERROR_FAILED, "Metal gives no command buffer");
}

static void metal_dispatch(struct gpu *g, const struct gpu_dispatch *d)
{
	const struct gpu_kernel *kernel = &gpu_kernels[d->kernel];
	const struct metal_size groups = {d->groups[0], d->groups[1], d->groups[2]};
	const struct metal_size local = {kernel->local[0], kernel->local[1],
	                                 kernel->local[2]};

	SEND1(void, &g->o, g->encoder,
	      "setComputePipelineState:", g->pipelines[d->kernel]);
	for (size_t i = 0; i < kernel->buffers; i++) {
		/* What a kernel does not look at is bound too: to its first buffer. */
		const struct gpu_buffer *b =
			d->buffers[i] ? d->buffers[i] : d->buffers[0];

		SEND3(void, &g->o, g->encoder, "setBuffer:offset:atIndex:", b->buffer,
		      (size_t)0, i);
	}
	SEND3(void, &g->o, g->encoder, "setBytes:length:atIndex:", d->constants,
	      d->constants_size, (size_t)GPU_CONSTANTS);
	SEND2(void, &g->o, g->encoder,
	      "dispatchThreadgroups:threadsPerThreadgroup:", groups, local);
}

static int metal_finish(struct gpu *g, struct error *err)
{
	int rc = 0;

	SEND0(void, &g->o, g->encoder, "endEncoding");
	SEND0(void, &g->o, g->command, "commit");
	SEND0(void, &g->o, g->command, "waitUntilCompleted");
	if (SEND0(size_t, &g->o, g->command, "status") != METAL_STATUS_COMPLETED)
		rc = fail_with(g, "the GPU did not complete a command buffer",
		               SEND0(id, &g->o, g->command, "error"), err);
	g->command = g->encoder = NULL;
	g->o.pool_pop(g->pool);
	return rc;
}

static bool metal_available(struct error *err)
{
	struct gpu *g = xcalloc(1, sizeof(*g));
	bool found = objc_api_open(&g->o, err) == 0;

	if (found) {
		void *pool = g->o.pool_push();

		found = choose_device(g, NULL, err) == 0;
		g->o.pool_pop(pool);
	}
	metal_close(g);
	return found;
}

const struct gpu_backend metal_backend = {
	.available = metal_available,
	.open = metal_open,
	.close = metal_close,
	.describe = metal_describe,
	.buffer_new = metal_buffer_new,
	.buffer_free = metal_buffer_free,
	.write = metal_write,
	.read = metal_read,
	.begin = metal_begin,
	.dispatch = metal_dispatch,
	.finish = metal_finish,
};
