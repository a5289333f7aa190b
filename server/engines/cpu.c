/* SPDX-License-Identifier: MIT */
/*
 * The cpu engine: memory, parameters in and out, and steps handed to the team.  What a
 * step does is in cpu_mlp.c and cpu_cnn.c, what is fast about it in kernels_source.h.
 */
#include "cpu.h"

#include <stdlib.h>
#include <string.h>

#include "processor.h"
#include "step.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum { BATCH_MAX = 65536, LINE = 16 /* floats */, SKEW = 5 * LINE };

/* 256 GiB: more than this program's machines have. */
#define FLOATS_MAX ((size_t)1 << 36)

static struct cpu *self(const struct engine *e)
{
	return (struct cpu *)e;
}

/* The most samples that are done at once. */
static unsigned piece_size(const struct cpu *c, enum step_kind kind, unsigned n)
{
	unsigned most =
		kind == STEP_FORWARD ? c->model->piece_forward : c->model->piece_train;

	return n < most ? n : most;
}

/* Arrays that are walked together must not start at the same place of a page: a store to
 * one would hold up a load from the next. */
float *carve(struct carver *carver, size_t floats)
{
	float *p = carver->base ? carver->base + carver->used : NULL;

	carver->used += round_up(floats, LINE) + SKEW;
	return p;
}

/* Zeroed, and touched only where it is used; *RAW is to be freed. */
static float *allocate(size_t floats, void **raw)
{
	size_t bytes = floats * sizeof(float);
	uintptr_t start;

	*raw = calloc(1, bytes + SYSTEM_HUGE_PAGE);
	if (!*raw)
		return NULL;
	start = round_up((uintptr_t)*raw, SYSTEM_HUGE_PAGE);
	system_prefer_huge_pages((void *)start, bytes);
	return (float *)start;
}

static void layout(struct cpu *c, struct carver *carver)
{
	struct weights *w = c->weights;

	c->logit_stride = round_up(c->shape.classes, c->kernels->lanes);
	c->model->layout(c, carver);
	w[WEIGHTS_HEAD].size = (size_t)c->panels * c->shape.classes * c->kernels->panel;
	w[WEIGHTS_HEAD_BIAS].size = c->logit_stride;
	for (int i = 0; i < WEIGHTS_COUNT; i++) {
		w[i].w = carve(carver, w[i].size);
		w[i].m = carve(carver, w[i].size);
		w[i].v = carve(carver, w[i].size);
	}
	c->logits = carve(carver, c->logit_stride * c->piece);
	c->losses = carve(carver, c->piece);
	c->hits = (bool *)(void *)carve(carver, c->piece);
}

static int allocate_all(struct cpu *c, struct error *err)
{
	struct carver carver = {.base = NULL};

	layout(c, &carver);
	if (carver.used <= FLOATS_MAX)
		carver.base = allocate(carver.used, &c->memory);
	if (!carver.base)
		return error_set(err, ERROR_NO_MEMORY, "no memory: %zu MiB are needed",
		                 carver.used * sizeof(float) >> 20);
	carver.used = 0;
	layout(c, &carver);
	return 0;
}

static int allocate_gradients(struct cpu *c, struct error *err)
{
	struct carver carver = {.base = NULL};

	if (c->gradient_memory)
		return 0;
	for (int i = 0; i < WEIGHTS_COUNT; i++)
		carve(&carver, c->weights[i].size);
	carver.base = allocate(carver.used, &c->gradient_memory);
	if (!carver.base)
		return error_set(err, ERROR_NO_MEMORY, "no memory for gradients");
	carver.used = 0;
	for (int i = 0; i < WEIGHTS_COUNT; i++)
		c->weights[i].g = carve(&carver, c->weights[i].size);
	return 0;
}

static bool cpu_available(struct error *err)
{
	return isa_choose(NULL, err) != NULL;
}

static void cpu_destroy(struct engine *e)
{
	struct cpu *c = self(e);

	team_free(c->team);
	free(c->memory);
	free(c->gradient_memory);
	free(c);
}

static void try_flush_to_zero(void *context, unsigned member, unsigned begin,
                              unsigned end)
{
	struct cpu *c = context;

	(void)member;
	(void)begin;
	(void)end;
	c->flush_to_zero = processor_flushes_to_zero();
}

static int prepare(struct cpu *c, const struct engine_config *config, struct error *err)
{
	int rc;

	c->kernels = isa_choose(config->isa, err);
	if (!c->kernels)
		return ERROR_UNSUPPORTED;
	rc = team_new(config->threads, &c->team, err);
	if (rc)
		return rc;
	team_for(c->team, 1, 1, try_flush_to_zero, c);
	return allocate_all(c, err);
}

static int cpu_create(const struct engine_config *config, struct engine **out,
                      struct error *err)
{
	struct cpu *c;
	int rc;

	if (!model_shape_valid(&config->shape, err))
		return ERROR_INVALID;
	if (!config->batch || config->batch > BATCH_MAX)
		return error_set(err, ERROR_INVALID,
		                 "a batch of %u: 1 to %d are possible", config->batch,
		                 BATCH_MAX);
	c = xcalloc(1, sizeof(*c));
	c->engine.class = &engine_cpu;
	c->model = config->shape.family == FAMILY_MLP ? &cpu_mlp : &cpu_cnn;
	c->shape = config->shape;
	c->batch = config->batch;
	c->piece = piece_size(c, STEP_TRAIN, c->batch);
	processor_name(c->processor, sizeof(c->processor));
	rc = prepare(c, config, err);
	if (rc) {
		cpu_destroy(&c->engine);
		return rc;
	}
	*out = &c->engine;
	return 0;
}

static void cpu_info(const struct engine *e, struct engine_info *out)
{
	const struct cpu *c = self(e);

	*out = (struct engine_info){
		.engine = engine_cpu.name,
		.isa = c->kernels->isa,
		.device = c->processor[0] ? c->processor : NULL,
		.threads = team_size(c->team),
		.flush_to_zero = c->flush_to_zero,
	};
}

/* Where element E of Keras' array I lies in the array of weights *WHICH. */
static size_t place(const struct cpu *c, int i, size_t e, int *which)
{
	size_t classes = c->shape.classes, panel = c->kernels->panel, column;

	switch (i) {
	case 0:
	case 1:
		*which = WEIGHTS_FIRST;
		return c->model->first_place(c, i, e);
	case 2:
		*which = WEIGHTS_HEAD;
		column = c->model->head_column(c, e / classes);
		return (column / panel * classes + e % classes) * panel + column % panel;
	case 3:
		*which = WEIGHTS_HEAD_BIAS;
		return e;
	default:
		BUG("parameter array %d", i);
	}
}

static int cpu_set_parameter(struct engine *e, int i, const float *values,
                             struct error *err)
{
	struct cpu *c = self(e);
	size_t size = model_parameter_size(&c->shape, i);
	int which;

	(void)err;
	for (size_t k = 0; k < size; k++) {
		size_t at = place(c, i, k, &which);
		c->weights[which].w[at] = values[k];
	}
	for (which = 0; c->steps && which < WEIGHTS_COUNT; which++) {
		struct weights *w = &c->weights[which];
		memset(w->m, 0, w->size * sizeof(*w->m));
		memset(w->v, 0, w->size * sizeof(*w->v));
	}
	c->steps = 0;
	return 0;
}

static int cpu_get_parameter(struct engine *e, int i, float *values, struct error *err)
{
	struct cpu *c = self(e);
	size_t size = model_parameter_size(&c->shape, i);
	int which;

	(void)err;
	for (size_t k = 0; k < size; k++) {
		size_t at = place(c, i, k, &which);
		values[k] = c->weights[which].w[at];
	}
	return 0;
}

static int cpu_get_gradient(struct engine *e, int i, float *values, struct error *err)
{
	struct cpu *c = self(e);
	size_t size = model_parameter_size(&c->shape, i);
	int which;

	if (!c->gradient_memory)
		return error_set(err, ERROR_FAILED, "no gradients were computed yet");
	for (size_t k = 0; k < size; k++) {
		size_t at = place(c, i, k, &which);
		values[k] = c->weights[which].g[at];
	}
	return 0;
}

/* What is known after a piece of a step. */
typedef void piece_done(struct cpu *c, unsigned begin, void *out);

/* A step of N samples, in pieces of about one size. */
static void run(struct cpu *c, enum step_kind kind, const float *x, const uint8_t *labels,
                unsigned n, piece_done *done, void *out)
{
	unsigned size = piece_size(c, kind, n), pieces = (n + size - 1) / size;

	c->kind = kind;
	c->total = n;
	for (unsigned i = 0, begin = 0; i < pieces; i++, begin += c->n) {
		c->first = i == 0;
		c->last = i == pieces - 1;
		c->n = n / pieces + (i < n % pieces);
		c->x = x + begin * model_inputs(&c->shape);
		c->labels = labels ? labels + begin : NULL;
		c->model->step(c);
		done(c, begin, out);
	}
}

struct tally {
	double loss;
	unsigned correct;
};

static void count_piece(struct cpu *c, unsigned begin, void *out)
{
	struct tally *tally = out;

	(void)begin;
	for (unsigned b = 0; b < c->n; b++) {
		tally->loss += c->losses[b];
		tally->correct += c->hits[b];
	}
}

static int learn(struct cpu *c, enum step_kind kind, const float *x,
                 const uint8_t *labels, unsigned n, struct engine_step *out,
                 struct error *err)
{
	struct tally tally = {0, 0};
	int rc = step_check(&c->shape, c->batch, labels, n, err);

	if (!rc && (kind == STEP_GRADIENTS || n > piece_size(c, kind, n)))
		rc = allocate_gradients(c, err);
	if (rc)
		return rc;
	if (kind == STEP_TRAIN)
		c->adam = step_adam(++c->steps);
	run(c, kind, x, labels, n, count_piece, &tally);
	out->loss = (float)(tally.loss / n);
	out->correct = tally.correct;
	return 0;
}

static int cpu_train(struct engine *e, const float *x, const uint8_t *labels, unsigned n,
                     struct engine_step *out, struct error *err)
{
	return learn(self(e), STEP_TRAIN, x, labels, n, out, err);
}

static int cpu_gradients(struct engine *e, const float *x, const uint8_t *labels,
                         unsigned n, struct engine_step *out, struct error *err)
{
	return learn(self(e), STEP_GRADIENTS, x, labels, n, out, err);
}

static void copy_logits(struct cpu *c, unsigned begin, void *out)
{
	size_t classes = c->shape.classes;
	float *logits = out;

	for (unsigned b = 0; b < c->n; b++)
		memcpy(logits + (begin + b) * classes, c->logits + b * c->logit_stride,
		       classes * sizeof(*logits));
}

static int cpu_forward(struct engine *e, const float *x, unsigned n, float *logits,
                       struct error *err)
{
	struct cpu *c = self(e);
	int rc = step_check(&c->shape, c->batch, NULL, n, err);

	if (!rc)
		run(c, STEP_FORWARD, x, NULL, n, copy_logits, logits);
	return rc;
}

const struct engine_class engine_cpu = {
	.name = "cpu",
	.available = cpu_available,
	.create = cpu_create,
	.destroy = cpu_destroy,
	.info = cpu_info,
	.set_parameter = cpu_set_parameter,
	.get_parameter = cpu_get_parameter,
	.train = cpu_train,
	.gradients = cpu_gradients,
	.get_gradient = cpu_get_gradient,
	.forward = cpu_forward,
};
