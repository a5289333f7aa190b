/* SPDX-License-Identifier: MIT */
/* The double's objects and state, shared by objc_double.c and objc_double_commands.c. */
#ifndef TRILANE_OBJC_DOUBLE_INTERNAL_H
#define TRILANE_OBJC_DOUBLE_INTERNAL_H

#include <stddef.h>

#include "gpu.h"
#include "objc.h"
#include "objc_double.h"

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

struct objc_double {
	unsigned misuses, objects;
	enum objc_double_fault fault;
	struct gpu *gpu; /* Vulkan's, opened once */
	id buffers[BUFFERS_MAX];
	id pooled[POOLED_MAX];
	size_t pooled_count;
	struct gpu_dispatch dispatches[DISPATCHES_MAX];
	unsigned char constants[DISPATCHES_MAX][GPU_CONSTANT_BYTES];
	unsigned dispatch_count;
};
extern struct objc_double objc_double;

bool objc_double_take_fault(enum objc_double_fault fault);
void objc_double_expect(bool right, const char *what);
void objc_double_expect_class(id object, const char *class);
id objc_double_new(const char *class);
id objc_double_autoreleased(id object);

/* Methods of queues, command buffers and encoders. */
id objc_double_command_buffer(id queue, SEL s);
id objc_double_compute_encoder(id command, SEL s);
void objc_double_set_pipeline(id encoder, SEL s, id pipeline);
void objc_double_set_buffer(id encoder, SEL s, id buffer, size_t offset, size_t index);
void objc_double_set_bytes(id encoder, SEL s, const void *bytes, size_t length,
                           size_t index);
void objc_double_dispatch(id encoder, SEL s, struct size3 groups, struct size3 local);
void objc_double_end_encoding(id encoder, SEL s);
void objc_double_commit(id command, SEL s);
void objc_double_wait(id command, SEL s);
size_t objc_double_status(id command, SEL s);
id objc_double_error(id command, SEL s);

#endif
