/* SPDX-License-Identifier: MIT */
/* Softmax from the largest logit on, so that nothing overflows. */
#include "softmax.h"

#include <math.h>

#include "trilane/banned.h"

float softmax_gradient(float *z, unsigned classes, unsigned label, unsigned n, bool *hit)
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
