/* SPDX-License-Identifier: MIT */
/*
 * Training on a GPU, whichever interface leads there.  Parameters, the optimiser's state
 * and all activations live on the device; a step uploads its samples and reads back eight
 * bytes.  Several steps go to the device in one submission, so that the cost of a launch
 * is shared (train_many).
 */
#include "gpu_engine.h"

#include <stdlib.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum { SLOT_BYTES_MAX = 16 << 20 }; /* of samples waiting for the device */

static struct gpu_engine *gpu_engine(struct engine *e)
{
	return (struct gpu_engine *)e;
}

/* Makes buffers one after the other; after a failure nothing more. */
struct maker {
	struct gpu_engine *e;
	struct error *err;
	int rc;
};

static void make(struct maker *m, struct gpu_buffer **out, size_t elements, bool shared)
{
	if (m->rc == 0)
		m->rc = m->e->backend->buffer_new(m->e->gpu, elements * sizeof(float),
		                                  shared, out, m->err);
}

static void make_parameters(struct maker *m)
{
	struct gpu_engine *e = m->e;
	const bool cnn = e->shape.family == FAMILY_CNN;

	for (int i = 0; i < MODEL_PARAMETERS; i++) {
		size_t size = model_parameter_size(&e->shape, i);

		make(m, &e->w[i], size, false);
		make(m, &e->m[i], size, false);
		make(m, &e->v[i], size, false);
		if (cnn && i == 0)
			size += model_parameter_size(&e->shape, 1);
		if (!(cnn && i == 1))
			make(m, &e->g[i], size, false);
	}
}

static int make_buffers(struct gpu_engine *e, struct error *err)
{
	struct maker m = {.e = e, .err = err};
	const size_t features = gpu_features(&e->shape), classes = e->shape.classes;
	const size_t waiting = (size_t)e->steps * e->batch;

	make_parameters(&m);
	make(&m, &e->x, waiting * model_inputs(&e->shape), true);
	make(&m, &e->labels, waiting, true);
	make(&m, &e->result, (size_t)2 * e->steps, true);
	make(&m, &e->act, e->batch * features, false);
	make(&m, &e->d_act, e->batch * features, false);
	make(&m, &e->logits, e->batch * classes, false);
	make(&m, &e->d_logits, e->batch * classes, false);
	if (e->shape.family == FAMILY_CNN) {
		make(&m, &e->winner, e->batch * features, false);
		make(&m, &e->partial, (size_t)GPU_SPLITS * 10 * e->shape.filters, false);
	}
	return m.rc;
}

/* The smallest time of a submission that does nothing to speak of. */
static int measure_launch(struct gpu_engine *e, struct error *err)
{
	int rc = 0;

	e->launch_ns = UINT64_MAX;
	for (int i = 0; i < 20 && rc == 0; i++) {
		uint64_t start = clock_monotonic_ns(), took;

		rc = e->backend->begin(e->gpu, err);
		if (rc == 0) {
			gpu_step_empty(e);
			rc = e->backend->finish(e->gpu, err);
		}
		took = clock_monotonic_ns() - start;
		if (took < e->launch_ns)
			e->launch_ns = took;
	}
	return rc;
}

int gpu_engine_create(const struct engine_class *class, const struct gpu_backend *backend,
                      const struct engine_config *config, struct engine **out,
                      struct error *err)
{
	struct gpu_engine *e;
	size_t slot;
	int rc;

	if (!model_shape_valid(&config->shape, err))
		return ERROR_INVALID;
	e = xcalloc(1, sizeof(*e));
	e->base.class = class;
	e->backend = backend;
	e->shape = config->shape;
	e->batch = config->batch;
	slot = config->batch * model_inputs(&config->shape) * sizeof(float);
	e->steps = slot >= SLOT_BYTES_MAX ? 1 : (unsigned)(SLOT_BYTES_MAX / slot);
	if (e->steps > GPU_STEPS_MAX)
		e->steps = GPU_STEPS_MAX;
	rc = backend->open(config->device, &e->gpu, err);
	if (rc == 0)
		rc = make_buffers(e, err);
	if (rc == 0)
		rc = measure_launch(e, err);
	if (rc != 0) {
		gpu_engine_destroy(&e->base);
		return rc;
	}
	backend->describe(e->gpu, &e->description);
	*out = &e->base;
	return 0;
}

void gpu_engine_destroy(struct engine *base)
{
	struct gpu_engine *e = gpu_engine(base);
	struct gpu_buffer *rest[] = {e->x,        e->labels, e->result,
	                             e->act,      e->d_act,  e->logits,
	                             e->d_logits, e->winner, e->partial};

	if (e->gpu) {
		for (int i = 0; i < MODEL_PARAMETERS; i++) {
			e->backend->buffer_free(e->gpu, e->w[i]);
			e->backend->buffer_free(e->gpu, e->m[i]);
			e->backend->buffer_free(e->gpu, e->v[i]);
			e->backend->buffer_free(e->gpu, e->g[i]);
		}
		for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++)
			e->backend->buffer_free(e->gpu, rest[i]);
		e->backend->close(e->gpu);
	}
	free(e);
}

void gpu_engine_info(const struct engine *base, struct engine_info *out)
{
	const struct gpu_engine *e = (const struct gpu_engine *)base;

	*out = (struct engine_info){
		.engine = base->class->name,
		.device = e->description.name,
		.software_device = e->description.software,
		.threads = 1,
		.launch_ns = e->launch_ns,
	};
}

static int write_zeros(struct gpu_engine *e, struct gpu_buffer *b, size_t elements,
                       struct error *err)
{
	CLEANUP_FREE float *zeros = xcalloc(elements, sizeof(float));

	return e->backend->write(e->gpu, b, 0, zeros, elements * sizeof(float), err);
}

static int reset_optimiser(struct gpu_engine *e, struct error *err)
{
	int rc = 0;

	e->t = 0;
	for (int i = 0; i < MODEL_PARAMETERS && rc == 0; i++) {
		size_t size = model_parameter_size(&e->shape, i);

		rc = write_zeros(e, e->m[i], size, err);
		if (rc == 0)
			rc = write_zeros(e, e->v[i], size, err);
	}
	return rc;
}

int gpu_engine_set_parameter(struct engine *base, int i, const float *values,
                             struct error *err)
{
	struct gpu_engine *e = gpu_engine(base);
	size_t bytes = model_parameter_size(&e->shape, i) * sizeof(float);
	int rc = e->backend->write(e->gpu, e->w[i], 0, values, bytes, err);

	return rc == 0 ? reset_optimiser(e, err) : rc;
}

int gpu_engine_get_parameter(struct engine *base, int i, float *values, struct error *err)
{
	struct gpu_engine *e = gpu_engine(base);
	size_t bytes = model_parameter_size(&e->shape, i) * sizeof(float);

	return e->backend->read(e->gpu, e->w[i], 0, values, bytes, err);
}

/* Puts N samples into SLOT; LABELS may be NULL. */
static int upload(struct gpu_engine *e, const float *x, const uint8_t *labels, unsigned n,
                  unsigned slot, struct error *err)
{
	const size_t inputs = model_inputs(&e->shape), at = (size_t)slot * e->batch;
	CLEANUP_FREE uint32_t *wide = xcalloc(n, sizeof(*wide));
	int rc = e->backend->write(e->gpu, e->x, at * inputs * sizeof(float), x,
	                           n * inputs * sizeof(float), err);

	if (rc != 0 || !labels)
		return rc;
	for (unsigned i = 0; i < n; i++)
		wide[i] = labels[i];
	return e->backend->write(e->gpu, e->labels, at * sizeof(*wide), wide,
	                         n * sizeof(*wide), err);
}

static int read_results(struct gpu_engine *e, unsigned steps, struct engine_step *out,
                        struct error *err)
{
	float pairs[2 * GPU_STEPS_MAX];
	int rc = e->backend->read(e->gpu, e->result, 0, pairs,
	                          (size_t)2 * steps * sizeof(float), err);

	for (unsigned s = 0; s < steps && rc == 0; s++)
		out[s] = (struct engine_step){.loss = pairs[2 * s],
		                              .correct = (unsigned)pairs[2 * s + 1]};
	return rc;
}

/* STEPS <= e->steps of N samples each, in one submission. */
static int run_steps(struct gpu_engine *e, const float *x, const uint8_t *labels,
                     unsigned n, unsigned steps, bool update, struct engine_step *out,
                     struct error *err)
{
	const size_t inputs = model_inputs(&e->shape);
	int rc = 0;

	for (unsigned s = 0; s < steps && rc == 0; s++)
		rc = upload(e, x + (size_t)s * n * inputs, labels + (size_t)s * n, n, s,
		            err);
	if (rc == 0)
		rc = e->backend->begin(e->gpu, err);
	if (rc != 0)
		return rc;
	for (unsigned s = 0; s < steps; s++) {
		gpu_step_forward(e, n, s);
		gpu_step_backward(e, n, s);
		if (update)
			gpu_step_adam(e, e->t + s + 1);
	}
	rc = e->backend->finish(e->gpu, err);
	if (rc == 0 && update)
		e->t += steps;
	return rc == 0 ? read_results(e, steps, out, err) : rc;
}

int gpu_engine_train_many(struct engine *base, const float *x, const uint8_t *labels,
                          unsigned n, unsigned steps, struct engine_step *out,
                          struct error *err)
{
	struct gpu_engine *e = gpu_engine(base);
	int rc = 0;

	for (unsigned done = 0, some; done < steps && rc == 0; done += some) {
		some = steps - done < e->steps ? steps - done : e->steps;
		rc = run_steps(e, x + (size_t)done * n * model_inputs(&e->shape),
		               labels + (size_t)done * n, n, some, true, out + done, err);
	}
	return rc;
}

int gpu_engine_train(struct engine *base, const float *x, const uint8_t *labels,
                     unsigned n, struct engine_step *out, struct error *err)
{
	return run_steps(gpu_engine(base), x, labels, n, 1, true, out, err);
}

int gpu_engine_gradients(struct engine *base, const float *x, const uint8_t *labels,
                         unsigned n, struct engine_step *out, struct error *err)
{
	return run_steps(gpu_engine(base), x, labels, n, 1, false, out, err);
}

int gpu_engine_get_gradient(struct engine *base, int i, float *values, struct error *err)
{
	struct gpu_engine *e = gpu_engine(base);
	size_t offset, size = model_parameter_size(&e->shape, i);
	struct gpu_buffer *gradient = gpu_gradient(e, i, &offset);

	return e->backend->read(e->gpu, gradient, offset * sizeof(float), values,
	                        size * sizeof(float), err);
}

int gpu_engine_forward(struct engine *base, const float *x, unsigned n, float *logits,
                       struct error *err)
{
	struct gpu_engine *e = gpu_engine(base);
	int rc = upload(e, x, NULL, n, 0, err);

	if (rc == 0)
		rc = e->backend->begin(e->gpu, err);
	if (rc != 0)
		return rc;
	gpu_step_forward(e, n, 0);
	rc = e->backend->finish(e->gpu, err);
	if (rc != 0)
		return rc;
	return e->backend->read(e->gpu, e->logits, 0, logits,
	                        (size_t)n * e->shape.classes * sizeof(float), err);
}
