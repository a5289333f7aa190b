/* SPDX-License-Identifier: MIT */
/* Inside of the lanes: what their files tell each other. */
#ifndef TRILANE_LANES_PLAN_H
#define TRILANE_LANES_PLAN_H

#include "trilane/lanes.h"

/* plan.c: what several lanes share.
 *
 * The architecture of the machine, whatever this program was built for. */
const char *host_arch(const struct lane_host *host);
const char *other_arch(const char *arch);

/* Marks the plan as not possible; REMEDY may be NULL. */
void plan_refuse(struct lane_plan *plan, const char *finding, const char *remedy,
                 const char *reason, ...) __attribute__((format(printf, 4, 5)));
/* Adds the image for ARCH; false, and refused, where it is not carried along. */
bool plan_image(struct lane_plan *plan, const struct lane_host *host, const char *arch);

/* translator.c: what runs programs of the other architecture. */
void plan_translator(struct lane_plan *plan, const struct lane_host *host);
/* Rosetta 2 with AVX on top of a plan for it. */
void plan_avx(struct lane_plan *plan, const struct lane_host *host);
/* interpreter.c: a Python with TensorFlow, borrowed from the report; NULL: refused. */
const json_t *plan_interpreter(struct lane_plan *plan, const struct lane_host *host);
/* Has that TensorFlow a device to run on? */
void plan_tensorflow_device(struct lane_plan *plan, const struct lane_host *host,
                            const json_t *interpreter);
/* libraries.c: is there what the worker will load? */
void plan_vulkan(struct lane_plan *plan, const struct lane_host *host);
void plan_blas_library(struct lane_plan *plan, const struct lane_host *host);

#endif
