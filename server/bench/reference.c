/* SPDX-License-Identifier: MIT */
/*
 * The reference engine: both models put together from the naive operations, one thread,
 * one array a tensor.  It is what other engines are compared with, not what is timed.
 */
#include <stdlib.h>
#include <string.h>

#include "operations.h"
#include "trilane/banned.h"
#include "trilane/engine.h"
#include "trilane/mem.h"

struct parameter {
	size_t size;
	float *w, *g, *m, *v;
};

struct reference {
	struct engine engine;
	struct model_shape shape;
	unsigned batch;
	struct parameter parameters[MODEL_PARAMETERS];
	uint64_t steps;  /* since the weights were set */
	size_t units;    /* of the hidden layer, a sample: the first layer's outputs */
	size_t features; /* of the last layer's input: after the pool, if there is one */
	float *units_y, *units_dy;
	float *pool_y, *pool_dy; /* CNN */
	uint8_t *pool_winner;
	float *logits, *probabilities, *logits_dy;
};

static struct reference *self(const struct engine *e)
{
	return (struct reference *)e;
}

static bool reference_available(struct error *err)
{
	(void)err;
	return true;
}

static void reference_destroy(struct engine *e)
{
	struct reference *r = self(e);

	for (int i = 0; i < MODEL_PARAMETERS; i++) {
		free(r->parameters[i].w);
		free(r->parameters[i].g);
		free(r->parameters[i].m);
		free(r->parameters[i].v);
	}
	free(r->units_y);
	free(r->units_dy);
	free(r->pool_y);
	free(r->pool_dy);
	free(r->pool_winner);
	free(r->logits);
	free(r->probabilities);
	free(r->logits_dy);
	free(r);
}

static bool allocate_parameter(struct parameter *p, size_t size)
{
	p->size = size;
	p->w = calloc(size, sizeof(*p->w));
	p->g = calloc(size, sizeof(*p->g));
	p->m = calloc(size, sizeof(*p->m));
	p->v = calloc(size, sizeof(*p->v));
	return p->w && p->g && p->m && p->v;
}

static bool allocate(struct reference *r)
{
	size_t units, features, classes;

	for (int i = 0; i < MODEL_PARAMETERS; i++)
		if (!allocate_parameter(&r->parameters[i],
		                        model_parameter_size(&r->shape, i)))
			return false;
	if (!mem_product(r->batch, r->units, &units) ||
	    !mem_product(r->batch, r->features, &features) ||
	    !mem_product(r->batch, r->shape.classes, &classes))
		return false;
	r->units_y = calloc(units, sizeof(float));
	r->units_dy = calloc(units, sizeof(float));
	r->logits = calloc(classes, sizeof(float));
	r->probabilities = calloc(classes, sizeof(float));
	r->logits_dy = calloc(classes, sizeof(float));
	if (!r->units_y || !r->units_dy || !r->logits || !r->probabilities ||
	    !r->logits_dy)
		return false;
	if (r->shape.family == FAMILY_MLP)
		return true;
	r->pool_y = calloc(features, sizeof(float));
	r->pool_dy = calloc(features, sizeof(float));
	r->pool_winner = calloc(features, 1);
	return r->pool_y && r->pool_dy && r->pool_winner;
}

static int reference_create(const struct engine_config *config, struct engine **out,
                            struct error *err)
{
	const struct model_shape *s = &config->shape;
	struct reference *r;

	if (!model_shape_valid(s, err))
		return ERROR_INVALID;
	if (config->batch < 1)
		return error_set(err, ERROR_INVALID, "a batch of 0");
	r = xcalloc(1, sizeof(*r));
	r->engine.class = &engine_reference;
	r->shape = *s;
	r->batch = config->batch;
	r->features = model_parameter_size(s, 2) / s->classes;
	r->units = s->family == FAMILY_MLP
	                   ? s->hidden
	                   : (size_t)(s->height - 2) * (s->width - 2) * s->filters;
	if (!allocate(r)) {
		reference_destroy(&r->engine);
		return error_set(err, ERROR_NO_MEMORY, "no memory for a batch of %u",
		                 config->batch);
	}
	*out = &r->engine;
	return 0;
}

static void reference_info(const struct engine *e, struct engine_info *out)
{
	(void)e;
	*out = (struct engine_info){.engine = "reference", .threads = 1};
}

static int reference_set_parameter(struct engine *e, int i, const float *values,
                                   struct error *err)
{
	struct reference *r = self(e);
	struct parameter *p = &r->parameters[i];

	(void)err;
	memcpy(p->w, values, p->size * sizeof(*values));
	if (r->steps) /* fresh state stays untouched, and unpaged */
		for (int k = 0; k < MODEL_PARAMETERS; k++) {
			memset(r->parameters[k].m, 0,
			       r->parameters[k].size * sizeof(float));
			memset(r->parameters[k].v, 0,
			       r->parameters[k].size * sizeof(float));
		}
	r->steps = 0;
	return 0;
}

static int reference_get_parameter(struct engine *e, int i, float *values,
                                   struct error *err)
{
	const struct parameter *p = &self(e)->parameters[i];

	(void)err;
	memcpy(values, p->w, p->size * sizeof(*values));
	return 0;
}

static int reference_get_gradient(struct engine *e, int i, float *values,
                                  struct error *err)
{
	const struct parameter *p = &self(e)->parameters[i];

	(void)err;
	memcpy(values, p->g, p->size * sizeof(*values));
	return 0;
}

/* The layers' sizes for N samples. */
static struct dense first_dense(const struct reference *r, size_t n)
{
	return (struct dense){n, model_inputs(&r->shape), r->shape.hidden};
}

static struct dense last_dense(const struct reference *r, size_t n)
{
	return (struct dense){n, r->features, r->shape.classes};
}

static struct conv first_conv(const struct reference *r, size_t n)
{
	return (struct conv){n, r->shape.height, r->shape.width, r->shape.filters};
}

static struct pool pool(const struct reference *r, size_t n)
{
	return (struct pool){n, r->shape.height - 2, r->shape.width - 2,
	                     r->shape.filters};
}

static void forward(struct reference *r, const float *x, size_t n, float *logits)
{
	const struct parameter *p = r->parameters;
	bool mlp = r->shape.family == FAMILY_MLP;

	if (mlp)
		dense_forward(first_dense(r, n), r->units_y, x, p[0].w, p[1].w);
	else
		conv_forward(first_conv(r, n), r->units_y, x, p[0].w, p[1].w);
	relu_forward(n * r->units, r->units_y, r->units_y);
	if (!mlp)
		maxpool_forward(pool(r, n), r->pool_y, r->pool_winner, r->units_y);
	dense_forward(last_dense(r, n), logits, mlp ? r->units_y : r->pool_y, p[2].w,
	              p[3].w);
}

static void backward(struct reference *r, const float *x, const uint8_t *labels, size_t n)
{
	struct parameter *p = r->parameters;
	bool mlp = r->shape.family == FAMILY_MLP;

	softmax_cross_entropy_backward(n, r->shape.classes, r->logits_dy,
	                               r->probabilities, labels);
	dense_backward(last_dense(r, n), mlp ? r->units_dy : r->pool_dy, p[2].g, p[3].g,
	               r->logits_dy, mlp ? r->units_y : r->pool_y, p[2].w);
	if (!mlp)
		maxpool_backward(pool(r, n), r->units_dy, r->pool_dy, r->pool_winner);
	relu_backward(n * r->units, r->units_dy, r->units_dy, r->units_y);
	if (mlp)
		dense_backward(first_dense(r, n), NULL, p[0].g, p[1].g, r->units_dy, x,
		               p[0].w);
	else
		conv_backward(first_conv(r, n), p[0].g, p[1].g, r->units_dy, x);
}

static int check_samples(const struct reference *r, unsigned n, struct error *err)
{
	if (n < 1 || n > r->batch)
		return error_set(err, ERROR_INVALID, "%u samples for a batch of %u", n,
		                 r->batch);
	return 0;
}

static int reference_gradients(struct engine *e, const float *x, const uint8_t *labels,
                               unsigned n, struct engine_step *out, struct error *err)
{
	struct reference *r = self(e);
	int rc = check_samples(r, n, err);

	if (rc)
		return rc;
	forward(r, x, n, r->logits);
	out->loss = softmax_cross_entropy_forward(n, r->shape.classes, r->probabilities,
	                                          r->logits, labels, &out->correct);
	backward(r, x, labels, n);
	return 0;
}

static int reference_train(struct engine *e, const float *x, const uint8_t *labels,
                           unsigned n, struct engine_step *out, struct error *err)
{
	struct reference *r = self(e);
	int rc = reference_gradients(e, x, labels, n, out, err);
	float rate;

	if (rc)
		return rc;
	rate = adam_rate(++r->steps);
	for (int i = 0; i < MODEL_PARAMETERS; i++) {
		struct parameter *p = &r->parameters[i];

		adam_update(p->size, p->w, p->m, p->v, p->g, rate);
	}
	return 0;
}

static int reference_forward(struct engine *e, const float *x, unsigned n, float *logits,
                             struct error *err)
{
	int rc = check_samples(self(e), n, err);

	if (!rc)
		forward(self(e), x, n, logits);
	return rc;
}

const struct engine_class engine_reference = {
	.name = "reference",
	.available = reference_available,
	.create = reference_create,
	.destroy = reference_destroy,
	.info = reference_info,
	.set_parameter = reference_set_parameter,
	.get_parameter = reference_get_parameter,
	.train = reference_train,
	.gradients = reference_gradients,
	.get_gradient = reference_get_gradient,
	.forward = reference_forward,
};
