/* SPDX-License-Identifier: MIT */
/*
 * The cpu engine's insides: layers of panels over the kernels, shared by both models.
 *
 * Work is divided by what is written: a member of the team owns panels of weights and
 * whatever is computed for them, or whole samples.  No two members add to one place, so
 * there is nothing to reduce and a result does not depend on their number.
 */
#ifndef ENGINES_CPU_H
#define ENGINES_CPU_H

#include "kernels.h"
#include "team.h"
#include "trilane/engine.h"

/* One array of parameters as the kernels lay it out. */
struct weights {
	size_t size; /* floats, with the filling */
	float *w, *m, *v;
	float *g; /* of the last gradients(); NULL before the first */
};
enum { WEIGHTS_FIRST, WEIGHTS_HEAD, WEIGHTS_HEAD_BIAS, WEIGHTS_COUNT };

enum step_kind { STEP_FORWARD, STEP_GRADIENTS, STEP_TRAIN };

/* Cuts one allocation into aligned arrays; without BASE it only adds up. */
struct carver {
	float *base;
	size_t used; /* floats */
};
float *carve(struct carver *carver, size_t floats);

struct mlp {
	float *x_transposed; /* [tile][sample][row of tile], with the bias' constant 1 */
	float *h;            /* [panel][sample][column] */
	float *dh;           /* [member][sample][column]: one panel each */
};

struct cnn {
	struct conv conv;
	unsigned quads;     /* a sample */
	size_t stride;      /* floats of a sample's features, filled up to panels */
	size_t kernel_size; /* floats of the convolution's weights */
	float *a;           /* [sample][stride]: after relu and pooling */
	float *da;          /* [member][sample of block][stride] */
	int32_t *winners;   /* the same */
	float *quads_x;     /* [member][quad][4] */
	float *dk;          /* [sample][kernel_size] */
};

struct cpu {
	struct engine engine;
	const struct cpu_model *model;
	const struct kernels *kernels;
	struct team *team;
	struct model_shape shape;
	unsigned batch;
	unsigned piece;  /* samples there is room for: the largest of a step's pieces */
	unsigned panels; /* of the head's inputs */
	size_t logit_stride; /* classes, filled up to vectors */
	bool flush_to_zero;
	char processor[64];

	void *memory, *gradient_memory; /* what the carvers cut */
	struct weights weights[WEIGHTS_COUNT];
	float *logits; /* [sample][logit_stride]; becomes their gradient */
	float *losses; /* of each sample */
	bool *hits;
	union {
		struct mlp mlp;
		struct cnn cnn;
	} u;

	uint64_t steps;   /* done since the weights were set */
	struct adam adam; /* for the step being done */
	enum step_kind kind;
	unsigned total; /* samples of the step */

	/* The piece of it being done. */
	bool first, last;
	const float *x;
	const uint8_t *labels;
	unsigned n;
};

/* What differs between the models. */
struct cpu_model {
	/* A step of more samples is done in pieces, whose activations stay in the second
	 * cache or nearly; the gradients are added up on the way. */
	unsigned piece_forward, piece_train; /* the latter is not smaller */
	/* Sizes and arrays; called with a carver that adds up and with one that cuts. */
	void (*layout)(struct cpu *c, struct carver *carver);
	void (*step)(struct cpu *c);
	/* Where element E of Keras' array I (0 or 1) lies in WEIGHTS_FIRST. */
	size_t (*first_place)(const struct cpu *c, int i, size_t e);
	/* Where input K of the head lies when panels are counted through. */
	size_t (*head_column)(const struct cpu *c, size_t k);
};
extern const struct cpu_model cpu_mlp, cpu_cnn;

/* Where the gradient of weights from OFFSET on goes in this step. */
struct target cpu_target(const struct cpu *c, int which, size_t offset);
/* Samples BEGIN to END, whose features are F: their logits.  Then softmax, loss, and the
 * logits' gradient in their place. */
void cpu_logits(struct cpu *c, const struct features *f, unsigned begin);
void cpu_softmax(struct cpu *c, unsigned begin, unsigned end);
/* The head's gradients: one panel of weights, its features at A; and the biases. */
void cpu_update_head(struct cpu *c, unsigned panel, const float *a, size_t sample_stride);
void cpu_update_head_bias(struct cpu *c);

static inline size_t round_up(size_t n, size_t multiple)
{
	return (n + multiple - 1) / multiple * multiple;
}

#endif
