/* SPDX-License-Identifier: MIT */
/*
 * The blas engine: the models with the products of the platform's library, so that a user
 * sees what that gives.  Softmax and Adam are the cpu engine's; parameters lie as Keras
 * has them.
 */
#include "blas.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "processor.h"
#include "step.h"
#include "trilane/engines.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum { BATCH_MAX = 65536, ALIGNMENT = 64 };

static struct blas *self(const struct engine *e)
{
	return (struct blas *)e;
}

static bool blas_available(struct error *err)
{
	struct blas_library library;

	if (blas_library_open(&library, err))
		return false;
	blas_library_close(&library);
	return true;
}

static void blas_destroy(struct engine *e)
{
	struct blas *b = self(e);

	for (int i = 0; i < MODEL_PARAMETERS; i++) {
		free(b->weights[i].w);
		free(b->weights[i].m);
		free(b->weights[i].v);
		free(b->weights[i].g);
	}
	free(b->a);
	free(b->da);
	free(b->winners);
	free(b->patches);
	free(b->y);
	free(b->z);
	blas_library_close(&b->library);
	free(b);
}

/* COUNT times SIZE zeros, a whole number of vectors. */
static void *zeros(size_t count, size_t size)
{
	void *p = NULL;

	if (!mem_product(count, size, &size) || size > SIZE_MAX / 2)
		return NULL;
	size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (posix_memalign(&p, ALIGNMENT, size))
		return NULL;
	return memset(p, 0, size);
}

static bool allocate_weights(struct blas *b, int i)
{
	struct blas_weights *w = &b->weights[i];
	unsigned lanes = b->kernels->lanes;

	w->size = (model_parameter_size(&b->shape, i) + lanes - 1) / lanes * lanes;
	w->w = zeros(w->size, sizeof(float));
	w->m = zeros(w->size, sizeof(float));
	w->v = zeros(w->size, sizeof(float));
	w->g = zeros(w->size, sizeof(float));
	return w->w && w->m && w->v && w->g;
}

static bool allocate(struct blas *b)
{
	size_t features = (size_t)b->batch * b->features;
	unsigned block = b->batch < BLAS_BLOCK ? b->batch : BLAS_BLOCK;

	for (int i = 0; i < MODEL_PARAMETERS; i++)
		if (!allocate_weights(b, i))
			return false;
	b->a = zeros(features, sizeof(float));
	b->da = zeros(features, sizeof(float));
	b->z = zeros((size_t)b->batch * b->shape.classes, sizeof(float));
	if (!b->a || !b->da || !b->z)
		return false;
	if (b->shape.family == FAMILY_MLP)
		return true;
	b->winners = zeros(features, 1);
	b->patches = zeros((size_t)block * b->positions, 9 * sizeof(float));
	b->y = zeros((size_t)block * b->positions, b->shape.filters * sizeof(float));
	return b->winners && b->patches && b->y;
}

/* The library counts in int. */
static bool sizes_fit(const struct blas *b)
{
	return b->batch <= BATCH_MAX &&
	       model_parameter_size(&b->shape, 2) / b->shape.classes <= INT_MAX;
}

static int prepare(struct blas *b, const struct engine_config *config, struct error *err)
{
	int rc = blas_library_open(&b->library, err);
	char processor[64];

	if (rc)
		return rc;
	b->kernels = isa_choose(config->isa, err);
	if (!b->kernels)
		return ERROR_UNSUPPORTED;
	if (b->library.set_threads)
		b->library.set_threads((int)config->threads);
	processor_name(processor, sizeof(processor));
	snprintf(b->device, sizeof(b->device), "%s%s%s", b->library.name,
	         processor[0] ? " on " : "", processor);
	if (!sizes_fit(b) || !allocate(b))
		return error_set(err, ERROR_NO_MEMORY, "no memory for a batch of %u",
		                 config->batch);
	return 0;
}

static int blas_create(const struct engine_config *config, struct engine **out,
                       struct error *err)
{
	const struct model_shape *s = &config->shape;
	struct blas *b;
	int rc;

	if (!model_shape_valid(s, err))
		return ERROR_INVALID;
	if (!config->batch || !config->threads)
		return error_set(err, ERROR_INVALID, "a batch of %u on %u threads",
		                 config->batch, config->threads);
	b = xcalloc(1, sizeof(*b));
	b->engine.class = &engine_blas;
	b->shape = *s;
	b->batch = config->batch;
	b->threads = config->threads;
	b->inputs = (unsigned)model_inputs(s);
	b->features = (unsigned)(model_parameter_size(s, 2) / s->classes);
	b->positions = s->family == FAMILY_CNN ? (s->height - 2) * (s->width - 2) : 0;
	rc = prepare(b, config, err);
	if (rc) {
		blas_destroy(&b->engine);
		return rc;
	}
	*out = &b->engine;
	return 0;
}

static void blas_info(const struct engine *e, struct engine_info *out)
{
	const struct blas *b = self(e);

	*out = (struct engine_info){
		.engine = engine_blas.name,
		.device = b->device,
		.threads = b->threads,
		.flush_to_zero = b->flush_to_zero,
	};
}

static int blas_set_parameter(struct engine *e, int i, const float *values,
                              struct error *err)
{
	struct blas *b = self(e);

	(void)err;
	memcpy(b->weights[i].w, values,
	       model_parameter_size(&b->shape, i) * sizeof(*values));
	for (int k = 0; k < MODEL_PARAMETERS; k++) {
		memset(b->weights[k].m, 0, b->weights[k].size * sizeof(float));
		memset(b->weights[k].v, 0, b->weights[k].size * sizeof(float));
	}
	b->steps = 0;
	return 0;
}

static int blas_get_parameter(struct engine *e, int i, float *values, struct error *err)
{
	struct blas *b = self(e);

	(void)err;
	memcpy(values, b->weights[i].w,
	       model_parameter_size(&b->shape, i) * sizeof(*values));
	return 0;
}

static int blas_get_gradient(struct engine *e, int i, float *values, struct error *err)
{
	struct blas *b = self(e);

	(void)err;
	memcpy(values, b->weights[i].g,
	       model_parameter_size(&b->shape, i) * sizeof(*values));
	return 0;
}

static int blas_gradients(struct engine *e, const float *x, const uint8_t *labels,
                          unsigned n, struct engine_step *out, struct error *err)
{
	struct blas *b = self(e);
	int rc = step_check(&b->shape, b->batch, labels, n, err);
	double loss = 0;

	if (rc)
		return rc;
	blas_forward(b, x, n);
	out->correct = 0;
	for (unsigned i = 0; i < n; i++) {
		bool hit;
		loss += step_softmax(b->z + (size_t)i * b->shape.classes,
		                     b->shape.classes, labels[i], n, &hit);
		out->correct += hit;
	}
	out->loss = (float)(loss / n);
	blas_backward(b, x, n);
	return 0;
}

static void apply_adam(struct blas *b)
{
	const struct adam adam = step_adam(++b->steps);

	for (int i = 0; i < MODEL_PARAMETERS; i++) {
		struct blas_weights *w = &b->weights[i];
		const struct target to = {.w = w->w, .m = w->m, .v = w->v, .adam = &adam};
		b->kernels->update_sum(w->g, 0, 1, w->size, &to);
	}
}

static int blas_train(struct engine *e, const float *x, const uint8_t *labels, unsigned n,
                      struct engine_step *out, struct error *err)
{
	struct blas *b = self(e);
	uint64_t mode = processor_flush_to_zero();
	int rc = blas_gradients(e, x, labels, n, out, err);

	if (!rc)
		apply_adam(b);
	b->flush_to_zero = processor_flushes_to_zero();
	processor_restore(mode);
	return rc;
}

static int blas_forward_step(struct engine *e, const float *x, unsigned n, float *logits,
                             struct error *err)
{
	struct blas *b = self(e);
	int rc = step_check(&b->shape, b->batch, NULL, n, err);

	if (rc)
		return rc;
	blas_forward(b, x, n);
	memcpy(logits, b->z, (size_t)n * b->shape.classes * sizeof(*logits));
	return 0;
}

const struct engine_class engine_blas = {
	.name = "blas",
	.available = blas_available,
	.create = blas_create,
	.destroy = blas_destroy,
	.info = blas_info,
	.set_parameter = blas_set_parameter,
	.get_parameter = blas_get_parameter,
	.train = blas_train,
	.gradients = blas_gradients,
	.get_gradient = blas_get_gradient,
	.forward = blas_forward_step,
};
