/* SPDX-License-Identifier: MIT */
/* The row of a GPU engine that this build has: the shared models over one interface. */
#include "gpu.h"

#include "trilane/banned.h"

static bool available(struct error *err)
{
	return GPU_BACKEND.available(err);
}

static int create(const struct engine_config *config, struct engine **out,
                  struct error *err)
{
	return gpu_engine_create(&GPU_CLASS, &GPU_BACKEND, config, out, err);
}

const struct engine_class GPU_CLASS = {
	.name = GPU_NAME,
	.available = available,
	.create = create,
	.destroy = gpu_engine_destroy,
	.info = gpu_engine_info,
	.set_parameter = gpu_engine_set_parameter,
	.get_parameter = gpu_engine_get_parameter,
	.train = gpu_engine_train,
	.train_many = gpu_engine_train_many,
	.gradients = gpu_engine_gradients,
	.get_gradient = gpu_engine_get_gradient,
	.forward = gpu_engine_forward,
};
