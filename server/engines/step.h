/* SPDX-License-Identifier: MIT */
/*
 * What a step has on every engine that computes on the processor, whoever multiplies its
 * matrices: its input checked, softmax and loss, Adam's numbers.  How Adam is applied is
 * in the kernels.
 */
#ifndef ENGINES_STEP_H
#define ENGINES_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels.h"
#include "trilane/engine.h"

/* 1 to MOST samples, and LABELS, unless NULL, of classes that there are. */
int step_check(const struct model_shape *shape, unsigned most, const uint8_t *labels,
               unsigned n, struct error *err);

/* From one of N samples' logits Z to the gradient of the mean loss, in place; returns the
 * sample's loss.  *HIT: the largest (first of equals) is the label. */
float step_softmax(float *z, unsigned classes, unsigned label, unsigned n, bool *hit);

/* For step T, from 1. */
struct adam step_adam(uint64_t t);

#endif
