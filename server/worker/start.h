/* SPDX-License-Identifier: MIT */
/*
 * The start of a training, for others to repeat: weights, order, and the losses that
 * follow from them.
 */
#ifndef WORKER_START_H
#define WORKER_START_H

#include "training.h"
#include "trilane/error.h"

/* Writes into DIR, which it makes if need be, little-endian without any header:
 * parameter0.f32 … parameter3.f32 in Keras' get_weights() order, order.u32 of the first
 * epoch, and losses.f32 of its first STEPS steps by this engine. */
int start_dump(struct training *t, const char *dir, uint64_t steps, struct error *err);

/* Prints the losses of the first STEPS steps, a line each. */
int start_losses(struct training *t, uint64_t steps, struct error *err);

#endif
