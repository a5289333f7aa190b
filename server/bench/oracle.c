/* SPDX-License-Identifier: MIT */
/*
 * A forward pass in float64, sample by sample, written from the formulas in engine.h and
 * sharing nothing with the engines it judges.  Only its value is used: derivatives of it
 * are taken by differences.
 */
#include <math.h>
#include <stdlib.h>

#include "oracle.h"
#include "trilane/banned.h"
#include "trilane/mem.h"

static size_t count_units(const struct model_shape *s)
{
	return s->family == FAMILY_MLP
	               ? s->hidden
	               : (size_t)(s->height - 2) * (s->width - 2) * s->filters;
}

void oracle_init(struct oracle *o, const struct model_shape *shape)
{
	o->shape = *shape;
	for (int i = 0; i < MODEL_PARAMETERS; i++)
		o->w[i] = xcalloc(model_parameter_size(shape, i), sizeof(double));
	o->units = xcalloc(count_units(shape), sizeof(double));
	o->features =
		xcalloc(model_parameter_size(shape, 2) / shape->classes, sizeof(double));
}

void oracle_release(struct oracle *o)
{
	for (int i = 0; i < MODEL_PARAMETERS; i++)
		free(o->w[i]);
	free(o->units);
	free(o->features);
}

static double relu(double x, double *margin)
{
	*margin = fmin(*margin, fabs(x));
	return x > 0 ? x : 0;
}

static void hidden_layer(struct oracle *o, const float *x, double *margin)
{
	size_t inputs = model_inputs(&o->shape), hidden = o->shape.hidden;

	for (size_t h = 0; h < hidden; h++)
		o->units[h] = o->w[1][h];
	for (size_t i = 0; i < inputs; i++)
		for (size_t h = 0; h < hidden; h++)
			o->units[h] += (double)x[i] * o->w[0][i * hidden + h];
	for (size_t h = 0; h < hidden; h++)
		o->features[h] = relu(o->units[h], margin);
}

static double conv_at(const struct oracle *o, const float *x, size_t r, size_t c,
                      size_t f)
{
	double sum = o->w[1][f];

	for (size_t t = 0; t < 9; t++)
		sum += (double)x[(r + t / 3) * o->shape.width + c + t % 3] *
		       o->w[0][t * o->shape.filters + f];
	return sum;
}

/* The largest of the window at (R, C); the margin shrinks to its lead over the next. */
static double window_max(const struct oracle *o, size_t r, size_t c, size_t f,
                         double *margin)
{
	size_t columns = o->shape.width - 2;
	double best = -1, next = -1;

	for (size_t p = 0; p < 4; p++) {
		double v =
			o->units[((r + p / 2) * columns + c + p % 2) * o->shape.filters +
		                 f];

		next = fmax(next, fmin(v, best));
		best = fmax(best, v);
	}
	if (best > 0)
		*margin = fmin(*margin, best - next);
	return best;
}

static void conv_layer(struct oracle *o, const float *x, double *margin)
{
	size_t rows = o->shape.height - 2, columns = o->shape.width - 2;
	double *out = o->units;

	for (size_t r = 0; r < rows; r++)
		for (size_t c = 0; c < columns; c++)
			for (size_t f = 0; f < o->shape.filters; f++)
				*out++ = relu(conv_at(o, x, r, c, f), margin);
	out = o->features;
	for (size_t r = 0; r < rows / 2; r++)
		for (size_t c = 0; c < columns / 2; c++)
			for (size_t f = 0; f < o->shape.filters; f++)
				*out++ = window_max(o, 2 * r, 2 * c, f, margin);
}

static double logit(const struct oracle *o, size_t class)
{
	size_t classes = o->shape.classes;
	size_t features = model_parameter_size(&o->shape, 2) / classes;
	double sum = o->w[3][class];

	for (size_t i = 0; i < features; i++)
		sum += o->features[i] * o->w[2][i * classes + class];
	return sum;
}

static double sample_loss(const struct oracle *o, uint8_t label)
{
	double at_label = logit(o, label), sum = 0;

	for (size_t c = 0; c < o->shape.classes; c++)
		sum += exp(logit(o, c) - at_label);
	return log(sum);
}

struct oracle_loss oracle_evaluate(struct oracle *o, const float *x,
                                   const uint8_t *labels, unsigned n)
{
	struct oracle_loss out = {.loss = 0, .margin = INFINITY};

	for (unsigned i = 0; i < n; i++) {
		const float *image = x + i * model_inputs(&o->shape);

		if (o->shape.family == FAMILY_MLP)
			hidden_layer(o, image, &out.margin);
		else
			conv_layer(o, image, &out.margin);
		out.loss += sample_loss(o, labels[i]) / n;
	}
	return out;
}
