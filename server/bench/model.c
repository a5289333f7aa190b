/* SPDX-License-Identifier: MIT */
/*
 * What the two models are, apart from how they are computed: sizes, cost, first weights.
 */
#include <math.h>
#include <string.h>

#include "trilane/banned.h"
#include "trilane/engine.h"
#include "trilane/rng.h"

enum { IMAGE_SIDE_MIN = 4, IMAGE_SIDE_MAX = 256, WIDTH_MAX = 65536, CLASSES_MAX = 256 };

size_t model_inputs(const struct model_shape *shape)
{
	return (size_t)shape->height * shape->width;
}

static size_t count_positions(const struct model_shape *s)
{
	return (size_t)(s->height - 2) * (s->width - 2);
}

static size_t count_windows(const struct model_shape *s)
{
	return (size_t)((s->height - 2) / 2) * ((s->width - 2) / 2);
}

/* Width of what the last layer reads. */
static size_t count_features(const struct model_shape *s)
{
	return s->family == FAMILY_MLP ? s->hidden : count_windows(s) * s->filters;
}

size_t model_parameter_size(const struct model_shape *shape, int i)
{
	bool mlp = shape->family == FAMILY_MLP;

	switch (i) {
	case 0:
		return mlp ? model_inputs(shape) * shape->hidden
		           : (size_t)9 * shape->filters;
	case 1:
		return mlp ? shape->hidden : shape->filters;
	case 2:
		return count_features(shape) * shape->classes;
	case 3:
		return shape->classes;
	default:
		BUG("parameter array %d", i);
	}
}

double model_flop_per_sample(const struct model_shape *shape)
{
	double last = 3.0 * (double)count_features(shape) * shape->classes;

	if (shape->family == FAMILY_MLP)
		return 2 * (2.0 * (double)model_inputs(shape) * shape->hidden + last);
	return 2 * (9.0 * shape->filters *
	                    (double)(count_positions(shape) + count_windows(shape)) +
	            last);
}

/* Keras' Glorot uniform: +-sqrt(6 / (fan_in + fan_out)), where a 3x3 kernel has the fans
 * 9 * channels in and 9 * filters out. */
static double glorot_limit(const struct model_shape *s, int i)
{
	double in, out;

	if (i == 2) {
		in = (double)count_features(s);
		out = s->classes;
	} else if (s->family == FAMILY_MLP) {
		in = (double)model_inputs(s);
		out = s->hidden;
	} else {
		in = 9;
		out = 9.0 * s->filters;
	}
	return sqrt(6 / (in + out));
}

void model_initial_parameter(const struct model_shape *shape, int i, uint64_t seed,
                             float *values)
{
	size_t size = model_parameter_size(shape, i);
	struct rng r;
	double limit;

	if (i % 2) {
		memset(values, 0, size * sizeof(*values));
		return;
	}
	limit = glorot_limit(shape, i);
	rng_init(&r, seed, RNG_STREAM_WEIGHTS + (uint64_t)i);
	for (size_t k = 0; k < size; k++)
		values[k] = (float)((2 * rng_unit(&r) - 1) * limit);
}

bool model_shape_valid(const struct model_shape *s, struct error *err)
{
	unsigned width = s->family == FAMILY_MLP ? s->hidden : s->filters;

	if (s->height < IMAGE_SIDE_MIN || s->height > IMAGE_SIDE_MAX ||
	    s->width < IMAGE_SIDE_MIN || s->width > IMAGE_SIDE_MAX)
		error_set(err, ERROR_INVALID, "images of %u x %u: 4 to 256 a side",
		          s->height, s->width);
	else if (width < 1 || width > WIDTH_MAX)
		error_set(err, ERROR_INVALID, "a layer of width %u: 1 to 65536", width);
	else if (s->classes < 2 || s->classes > CLASSES_MAX)
		error_set(err, ERROR_INVALID, "%u classes: 2 to 256", s->classes);
	else
		return true;
	return false;
}
