/* SPDX-License-Identifier: MIT */
/*
 * Engines: whatever can train the two reference models, behind one table.
 *
 * An engine holds the parameters, the optimiser's state and its own buffers, and does one
 * training step at a time.  The reference engine (bench) is the specification in naive
 * loops; cpu, blas, vulkan and metal (engines) must agree with it.
 *
 * Models (float32, row-major, batch B):
 *	MLP  x[B][784] -> W1[784][1024] + b1 -> relu -> W2[1024][10] + b2 -> softmax
 *	CNN  x[B][28][28][1] -> K[3][3][1][32] + b (valid, stride 1) -> relu
 *	     -> max pool 2x2 stride 2 (valid) -> flatten [13*13*32], channels last
 *	     -> W[5408][10] + b -> softmax
 * in general: dense of any width, any filter count, any image of at least 4x4.  The order
 * of parameters is Keras' get_weights(): MLP W1 b1 W2 b2, CNN K b W b.
 * Loss: mean over the batch of sparse categorical cross-entropy (from logits, stable).
 * In the max pool the first of equal values wins, rows then columns, and takes the whole
 * gradient; relu's derivative at 0 is 0.
 *
 * Adam as Keras writes it (keras/src/optimizers/adam.py), t counting steps from 1:
 *	m += (g - m) * (1 - b1);  v += (g*g - v) * (1 - b2)
 *	w -= m * lr * sqrt(1 - b2^t) / (1 - b1^t) / (sqrt(v) + eps)
 * with lr 1e-3, b1 0.9, b2 0.999, eps 1e-7, in float32 throughout: see adam_rate().
 *
 * An engine is used by one thread; it may use more inside.  Equal inputs give equal
 * results, bit for bit, whatever the number of threads.
 */
#ifndef TRILANE_ENGINE_H
#define TRILANE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trilane/error.h"
#include "trilane/str.h"

enum model_family { FAMILY_MLP, FAMILY_CNN };

struct model_shape {
	enum model_family family;
	unsigned height, width; /* of the image; inputs = height * width */
	unsigned hidden;        /* MLP: width of the hidden layer */
	unsigned filters;       /* CNN: 3x3 kernels */
	unsigned classes;
};
#define MODEL_SHAPE_MLP \
	{ \
		FAMILY_MLP, 28, 28, 1024, 0, 10 \
	}
#define MODEL_SHAPE_CNN \
	{ \
		FAMILY_CNN, 28, 28, 0, 32, 10 \
	}

enum { MODEL_PARAMETERS = 4 }; /* arrays of each model */

/* Elements of parameter array I (0 … 3) of the model. */
size_t model_parameter_size(const struct model_shape *shape, int i);
size_t model_inputs(const struct model_shape *shape); /* height * width */
/* Floating-point operations of one sample's training step (2 a multiply-add): forward,
 * gradients of weights, and of activations where they are needed.  Only the products
 * count, and of them only those the result depends on, so that no engine looks faster
 * than it is:
 *	MLP  2 (2 inputs hidden + 3 hidden classes)     the input needs no gradient
 *	CNN  2 (9 filters (positions + windows) + 3 features classes)
 * where the positions are the convolution's outputs and the windows the pool's: only
 * their winners carry a gradient to the kernel.  features = windows * filters. */
double model_flop_per_sample(const struct model_shape *shape);
/* Writes the initial values of array I: Glorot uniform from SEED for weights
 * (https://proceedings.mlr.press/v9/glorot10a.html), zero for biases.  The same numbers
 * on every architecture. */
void model_initial_parameter(const struct model_shape *shape, int i, uint64_t seed,
                             float *values);
/* Adam's lr * sqrt(1 - b2^t) / (1 - b1^t) of step T (from 1), rounded as Keras rounds it:
 * the powers too are float32, which makes 1 - b2^t of the first steps differ in the fifth
 * digit from what more precision would give.  A hundred steps later the losses differ by
 * more than a thousandth. */
float adam_rate(uint64_t t);
/* false, with the reason in ERR, for a shape outside of what is said above. */
bool model_shape_valid(const struct model_shape *shape, struct error *err);

struct engine_config {
	struct model_shape shape;
	unsigned batch;     /* the largest batch a step will have */
	unsigned threads;   /* at least 1 */
	const char *isa;    /* cpu engine: a name of its table, or NULL for the best */
	const char *device; /* gpu engines: part of its name, or NULL for the best */
};

/* What the engine really uses, for the hello line; strings live as long as the engine. */
struct engine_info {
	const char *engine;   /* "reference", "cpu", "blas", "vulkan", "metal" */
	const char *isa;      /* "avx2", "neon", …; NULL where it means nothing */
	const char *device;   /* processor's or GPU's name; NULL if unknown */
	bool software_device; /* a GPU interface carried out by the processor */
	unsigned threads;
	bool flush_to_zero;
	uint64_t launch_ns; /* cost of one empty launch; 0 where there is none */
};

struct engine_step {
	float loss;       /* mean over the batch, before the update */
	unsigned correct; /* samples whose largest logit is the label (first of equals) */
};

struct engine;

struct engine_class {
	const char *name;
	/* Can it run here?  false with the reason in ERR. */
	bool (*available)(struct error *err);
	int (*create)(const struct engine_config *config, struct engine **out,
	              struct error *err);
	void (*destroy)(struct engine *e);
	void (*info)(const struct engine *e, struct engine_info *out);
	/* Copies array I in or out; the optimiser's state is reset by setting any. */
	int (*set_parameter)(struct engine *e, int i, const float *values,
	                     struct error *err);
	int (*get_parameter)(struct engine *e, int i, float *values, struct error *err);
	/* One Adam step on N <= batch samples: x[n][inputs], labels[n] < classes. */
	int (*train)(struct engine *e, const float *x, const uint8_t *labels, unsigned n,
	             struct engine_step *out, struct error *err);
	/* STEPS times train(), on steps * n samples one behind the other, for engines to
	 * which handing over work is dear; NULL where it makes no difference. */
	int (*train_many)(struct engine *e, const float *x, const uint8_t *labels,
	                  unsigned n, unsigned steps, struct engine_step *out,
	                  struct error *err);
	/* Gradients of the mean loss; get_gradient() copies those of array I out. */
	int (*gradients)(struct engine *e, const float *x, const uint8_t *labels,
	                 unsigned n, struct engine_step *out, struct error *err);
	int (*get_gradient)(struct engine *e, int i, float *values, struct error *err);
	/* logits[n][classes], before the softmax. */
	int (*forward)(struct engine *e, const float *x, unsigned n, float *logits,
	               struct error *err);
};

/* Every engine's struct starts with this. */
struct engine {
	const struct engine_class *class;
};

/* The naive engine; server/bench. */
extern const struct engine_class engine_reference;
/* Tuned for the processor; server/engines. */
extern const struct engine_class engine_cpu;
/* Products by the platform's matrix library; server/engines. */
extern const struct engine_class engine_blas;
/* On a GPU, by the platform's interface; server/engines/gpu. */
extern const struct engine_class engine_vulkan;
extern const struct engine_class engine_metal;

#endif
