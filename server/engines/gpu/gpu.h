/* SPDX-License-Identifier: MIT */
/*
 * What the GPU engines ask of a graphics interface: buffers, and kernels run one after
 * the other.  Vulkan (vulkan.c) and Metal (metal.c) are two tables of these
 * functions; the models (gpu_engine.c, gpu_steps.c) know neither.  The row of each in the
 * table of engines is present.c, or absent.c where it is not built.
 *
 *	open -> buffer_new … -> begin, dispatch …, finish -> read -> … -> close
 *
 * Between begin() and finish() dispatches are only noted; finish() hands them to the
 * device together and waits.  Each dispatch sees what the earlier ones wrote.  The
 * constants are copied.  A struct gpu is used by one thread.
 */
#ifndef TRILANE_GPU_H
#define TRILANE_GPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trilane/engine.h"
#include "trilane/error.h"

/* One for each file in kernels/; gpu_kernels[] is in this order. */
enum gpu_kernel_id {
	GPU_ADAM,
	GPU_COLUMNS,
	GPU_CONV_FORWARD,
	GPU_CONV_GRADIENT,
	GPU_MATMUL,
	GPU_NARROW,
	GPU_SOFTMAX,
	GPU_KERNELS
};

enum {
	GPU_BUFFERS = 5,         /* the most that a kernel binds: bindings 0 … 4 */
	GPU_CONSTANTS = 8,       /* the binding of the constants */
	GPU_CONSTANT_BYTES = 64, /* the most that a kernel takes */
};

struct gpu_kernel {
	const char *name;
	unsigned buffers;
	unsigned local[3]; /* invocations of a workgroup, as the shader says */
};
extern const struct gpu_kernel gpu_kernels[GPU_KERNELS];

struct gpu;
struct gpu_buffer;

struct gpu_description {
	char name[256];
	bool software; /* carried out by the processor */
};

struct gpu_dispatch {
	enum gpu_kernel_id kernel;
	struct gpu_buffer *buffers[GPU_BUFFERS]; /* NULL where the kernel does not look */
	const void *constants;
	size_t constants_size;
	unsigned groups[3];
};

struct gpu_backend {
	/* Is there a device?  ERR says why not. */
	bool (*available)(struct error *err);
	int (*open)(const char *device, struct gpu **out, struct error *err);
	void (*close)(struct gpu *g);
	void (*describe)(const struct gpu *g, struct gpu_description *out);
	/* SHARED: written or read by the host at every step. */
	int (*buffer_new)(struct gpu *g, size_t bytes, bool shared,
	                  struct gpu_buffer **out, struct error *err);
	void (*buffer_free)(struct gpu *g, struct gpu_buffer *b); /* NULL is nothing */
	int (*write)(struct gpu *g, struct gpu_buffer *b, size_t offset,
	             const void *bytes, size_t n, struct error *err);
	int (*read)(struct gpu *g, struct gpu_buffer *b, size_t offset, void *bytes,
	            size_t n, struct error *err);
	int (*begin)(struct gpu *g, struct error *err);
	/* Errors are kept until finish(). */
	void (*dispatch)(struct gpu *g, const struct gpu_dispatch *d);
	int (*finish)(struct gpu *g, struct error *err);
};

extern const struct gpu_backend metal_backend, vulkan_backend;

/* The shared part of both engines. */
int gpu_engine_create(const struct engine_class *class, const struct gpu_backend *backend,
                      const struct engine_config *config, struct engine **out,
                      struct error *err);
void gpu_engine_destroy(struct engine *e);
void gpu_engine_info(const struct engine *e, struct engine_info *out);
int gpu_engine_set_parameter(struct engine *e, int i, const float *values,
                             struct error *err);
int gpu_engine_get_parameter(struct engine *e, int i, float *values, struct error *err);
int gpu_engine_train(struct engine *e, const float *x, const uint8_t *labels, unsigned n,
                     struct engine_step *out, struct error *err);
/* STEPS steps of N samples each, as train() one after the other, in few submissions. */
int gpu_engine_train_many(struct engine *e, const float *x, const uint8_t *labels,
                          unsigned n, unsigned steps, struct engine_step *out,
                          struct error *err);
int gpu_engine_gradients(struct engine *e, const float *x, const uint8_t *labels,
                         unsigned n, struct engine_step *out, struct error *err);
int gpu_engine_get_gradient(struct engine *e, int i, float *values, struct error *err);
int gpu_engine_forward(struct engine *e, const float *x, unsigned n, float *logits,
                       struct error *err);

#endif
