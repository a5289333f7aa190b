/* SPDX-License-Identifier: MIT */
/* The row of a GPU engine that this build does not have. */
#include "gpu.h"

#include "trilane/banned.h"

static bool available(struct error *err)
{
	error_set(err, ERROR_UNSUPPORTED, "%s", GPU_REASON);
	return false;
}

static int create(const struct engine_config *config, struct engine **out,
                  struct error *err)
{
	(void)config;
	(void)out;
	available(err);
	return ERROR_UNSUPPORTED;
}

const struct engine_class GPU_CLASS = {
	.name = GPU_NAME,
	.available = available,
	.create = create,
};
