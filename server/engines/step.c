/* SPDX-License-Identifier: MIT */
/* The parts of a step that are no products. */
#include "step.h"

#include <math.h>

#include "trilane/banned.h"

#define BETA1   0.9
#define BETA2   0.999
#define EPSILON 1e-7f

int step_check(const struct model_shape *shape, unsigned most, const uint8_t *labels,
               unsigned n, struct error *err)
{
	if (!n || n > most)
		return error_set(err, ERROR_INVALID, "%u samples: 1 to %u are possible",
		                 n, most);
	for (unsigned b = 0; labels && b < n; b++)
		if (labels[b] >= shape->classes)
			return error_set(err, ERROR_INVALID, "label %u of %u classes",
			                 labels[b], shape->classes);
	return 0;
}

struct adam step_adam(uint64_t t)
{
	return (struct adam){
		.rate_m = (float)(1 - BETA1),
		.rate_v = (float)(1 - BETA2),
		.alpha = adam_rate(t),
		.epsilon = EPSILON,
	};
}

/* From the largest logit on, so that nothing overflows. */
float step_softmax(float *z, unsigned classes, unsigned label, unsigned n, bool *hit)
{
	unsigned largest = 0;
	float sum = 0, loss, top;

	for (unsigned k = 1; k < classes; k++)
		if (z[k] > z[largest])
			largest = k;
	top = z[largest];
	loss = top - z[label];
	for (unsigned k = 0; k < classes; k++)
		sum += z[k] = expf(z[k] - top);
	for (unsigned k = 0; k < classes; k++)
		z[k] = (z[k] / sum - (k == label ? 1.0f : 0.0f)) / (float)n;
	*hit = largest == label;
	return loss + logf(sum);
}
