/* SPDX-License-Identifier: MIT */
/*
 * How much memory a worker will need, so that one that cannot fit is refused with a
 * sentence instead of being killed by the system in the middle of its work.
 *
 * Rough on purpose, and rather too low than too high: a refusal must be right.
 */
#include "bench.h"

#include "trilane/banned.h"

#define MIB UINT64_C(1048576)

/* Program, data set (70,000 images of 784 bytes) and working space. */
static uint64_t base_bytes(const char *engine)
{
	if (text_equal(engine, "tensorflow"))
		return 600 * MIB;
	if (text_equal(engine, "vulkan") || text_equal(engine, "metal"))
		return 150 * MIB;
	return 70 * MIB;
}

/* Floats of one sample's activations and their gradients. */
static uint64_t sample_floats(enum model model)
{
	if (model == MODEL_MLP)
		return 784 + 2 * (1024 + 10);
	return 784 + 2 * (26 * 26 * 32 + 13 * 13 * 32 + 10);
}

uint64_t bench_memory_needed(const struct lane_plan *plan, enum model model,
                             unsigned batch)
{
	return base_bytes(plan->engine) + batch * sample_floats(model) * sizeof(float);
}
