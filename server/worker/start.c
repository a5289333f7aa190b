/* SPDX-License-Identifier: MIT */
/*
 * Writing down the start of a training.  Every platform that this builds for is
 * little-endian, so arrays are written as they lie.
 */
#include "start.h"

#include <stdio.h>
#include <stdlib.h>

#include "trilane/cleanup.h"
#include "trilane/fs.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

static int write_array(const char *dir, const char *name, const void *bytes, size_t size,
                       struct error *err)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	fs_join(&path, dir, name);
	return fs_write(path.data, bytes, size, 0644, err);
}

static int write_parameter(struct training *t, const char *dir, int i, struct error *err)
{
	size_t size = model_parameter_size(&t->shape, i);
	CLEANUP_FREE float *w = xcalloc(size, sizeof(*w));
	char name[] = "parameter0.f32";

	name[9] = (char)('0' + i);
	model_initial_parameter(&t->shape, i, t->seed, w);
	return write_array(dir, name, w, size * sizeof(*w), err);
}

/* The caller frees. */
static int run_losses(struct training *t, uint64_t steps, float **out, struct error *err)
{
	CLEANUP_FREE float *losses = xcalloc(steps + 1, sizeof(*losses));
	int rc = training_restart(t, err);

	for (uint64_t i = 0; !rc && i < steps; i++) {
		struct engine_step step;

		rc = training_step(t, &step, err);
		if (!rc)
			losses[i] = step.loss;
	}
	if (!rc)
		*out = move_ptr(losses);
	return rc;
}

int start_dump(struct training *t, const char *dir, uint64_t steps, struct error *err)
{
	size_t count = t->data->train.count;
	CLEANUP_FREE float *losses = NULL;
	int rc = fs_make_dirs(dir, 0755, err);

	for (int i = 0; !rc && i < MODEL_PARAMETERS; i++)
		rc = write_parameter(t, dir, i, err);
	if (!rc) {
		epoch_order(t->seed, 0, t->order, count);
		rc = write_array(dir, "order.u32", t->order, count * sizeof(*t->order),
		                 err);
	}
	if (!rc)
		rc = run_losses(t, steps, &losses, err);
	return rc ? rc
	          : write_array(dir, "losses.f32", losses, steps * sizeof(float), err);
}

int start_losses(struct training *t, uint64_t steps, struct error *err)
{
	CLEANUP_FREE float *losses = NULL;
	int rc = run_losses(t, steps, &losses, err);

	for (uint64_t i = 0; !rc && i < steps; i++)
		printf("%.9g\n", (double)losses[i]);
	return rc;
}
