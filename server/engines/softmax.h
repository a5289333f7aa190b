/* SPDX-License-Identifier: MIT */
/* Softmax and loss, for the engines that compute on the processor. */
#ifndef ENGINES_SOFTMAX_H
#define ENGINES_SOFTMAX_H

#include <stdbool.h>

/* From one of N samples' logits Z to the gradient of the mean loss, in place; returns the
 * sample's loss.  *HIT: the largest (first of equals) is the label. */
float softmax_gradient(float *z, unsigned classes, unsigned label, unsigned n, bool *hit);

#endif
