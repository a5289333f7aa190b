/* SPDX-License-Identifier: MIT */
/* What training would need of memory, against what a machine has. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "trilane/facts.h"
#include "trilane/memory_need.h"
#include "trilane/str.h"

#include "trilane/banned.h"

enum { FLOAT_BYTES = 4, STATE_COPIES = 4, DATA_BYTES = 70000 * 28 * 28 };
enum { TENSORFLOW_DATA = 9 }; /* as float32, and as its tensor in fit() */

#define MIB UINT64_C(1048576)
#define GIB (1024 * MIB)

/* How often a process keeps what there is of a sample, and of the data set's bytes. */
static const struct {
	uint64_t base_bytes;
	uint64_t inputs, features, values;
	uint64_t data;
} runtimes[] = {
	[MEMORY_WORKER] = {20 * MIB, 2, 0, 0, 1},
	[MEMORY_BLAS] = {24 * MIB, 2, 2, 0, 1},
	[MEMORY_GPU] = {100 * MIB, 16, 2, 0, 1},
	[MEMORY_TENSORFLOW] = {580 * MIB, 0, 0, 3, TENSORFLOW_DATA},
};

static const enum memory_runtime runtime_of_lane[LANE_KIND_COUNT] = {
	[LANE_NATIVE] = MEMORY_WORKER,
	[LANE_TRANSLATED] = MEMORY_WORKER,
	[LANE_TRANSLATED_AVX] = MEMORY_WORKER,
	[LANE_GPU] = MEMORY_GPU,
	[LANE_TENSORFLOW] = MEMORY_TENSORFLOW,
	[LANE_TENSORFLOW_GPU] = MEMORY_TENSORFLOW,
	[LANE_BLAS] = MEMORY_BLAS,
};

static uint64_t add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t multiply(uint64_t a, uint64_t b)
{
	return a && b > UINT64_MAX / a ? UINT64_MAX : a * b;
}

struct memory_model memory_model_of(enum model model)
{
	/* 784 -> 1024 -> 10, and 3 x 3 x 32 -> pool -> 5408 -> 10. */
	static const struct memory_model models[MODEL_COUNT] = {
		[MODEL_MLP] = {784 * 1024 + 1024 + 1024 * 10 + 10, 784, 1024 + 10,
	                       784 + 1024 + 10},
		[MODEL_CNN] = {9 * 32 + 32 + 5408 * 10 + 10, 784, 5408 + 10,
	                       784 + 26 * 26 * 32 + 5408 + 10},
	};

	return models[model];
}

static uint64_t kept_of_sample(const struct memory_model *model,
                               enum memory_runtime runtime)
{
	return add(multiply(model->inputs, runtimes[runtime].inputs),
	           add(multiply(model->features, runtimes[runtime].features),
	               multiply(model->values, runtimes[runtime].values)));
}

uint64_t memory_need(const struct memory_model *model, enum memory_runtime runtime,
                     uint64_t batch, uint64_t threads, uint64_t data_bytes)
{
	uint64_t state = multiply(model->parameters,
	                          multiply(FLOAT_BYTES, add(STATE_COPIES, threads)));
	uint64_t samples =
		multiply(multiply(batch, kept_of_sample(model, runtime)), FLOAT_BYTES);
	uint64_t data = multiply(data_bytes, runtimes[runtime].data);

	return add(add(runtimes[runtime].base_bytes, data), add(state, samples));
}

uint64_t memory_need_of_lane(enum model model, enum lane_kind lane, uint64_t batch,
                             uint64_t threads)
{
	struct memory_model m = memory_model_of(model);

	return memory_need(&m, runtime_of_lane[lane], batch, threads, DATA_BYTES);
}

uint64_t memory_need_of_spec(const struct bench_spec *spec, unsigned threads)
{
	uint64_t batch = spec->sweep && spec->batch < 1024 ? 1024 : spec->batch;
	uint64_t most = 0;

	threads = spec->threads ? spec->threads : threads ? threads : 1;
	for (int model = 0; model < MODEL_COUNT; model++) {
		uint64_t sum = 0;

		for (int lane = 0; lane < LANE_KIND_COUNT && spec->models[model]; lane++)
			if (spec->lanes[lane])
				sum = add(sum, memory_need_of_lane((enum model)model,
				                                   (enum lane_kind)lane,
				                                   batch, threads));
		most = sum > most ? sum : most;
	}
	return most;
}

const char *memory_state_name(enum memory_state state)
{
	static const char *const names[] = {"fits", "tight", "too_large", "unknown"};

	return names[state];
}

static void print_bytes(uint64_t bytes, char text[32])
{
	if (bytes < GIB)
		snprintf(text, 32, "%" PRIu64 " MiB", (bytes + MIB - 1) / MIB);
	else
		snprintf(text, 32, "%.1f GiB", (double)bytes / (double)GIB);
}

static enum memory_state state_of(uint64_t need, uint64_t available, const char *pressure)
{
	bool pressed = pressure && strcmp(pressure, "normal") != 0;

	if (need > available)
		return MEMORY_TOO_LARGE;
	return need > available / 5 * 4 || pressed ? MEMORY_TIGHT : MEMORY_FITS;
}

static void say(struct memory_verdict *v, const char *of)
{
	char need[32], available[32];

	print_bytes(v->need_bytes, need);
	print_bytes(v->available_bytes, available);
	switch (v->state) {
	case MEMORY_FITS:
		snprintf(v->sentence, sizeof(v->sentence),
		         "It needs about %s; %s%s are available.", need, available, of);
		break;
	case MEMORY_TIGHT:
		snprintf(v->sentence, sizeof(v->sentence),
		         "It needs about %s and %s%s are available: close other programs "
		         "or take a smaller batch, or the machine will swap and the "
		         "times mean nothing.",
		         need, available, of);
		break;
	case MEMORY_TOO_LARGE:
		snprintf(v->sentence, sizeof(v->sentence),
		         "It needs about %s, but only %s%s are available: take a smaller "
		         "batch or free memory first.",
		         need, available, of);
		break;
	case MEMORY_UNKNOWN:
		snprintf(v->sentence, sizeof(v->sentence),
		         "It needs about %s; how much is available is not known.", need);
		break;
	}
}

void memory_judge(const json_t *report, uint64_t need_bytes,
                  struct memory_verdict *verdict)
{
	json_int_t available, limit;
	bool limited = fact_get_integer(report, "machine.memory.limit_bytes", &limit);

	*verdict = (struct memory_verdict){.state = MEMORY_UNKNOWN,
	                                   .need_bytes = need_bytes};
	if (fact_get_integer(report, "machine.memory.available_bytes", &available) &&
	    available >= 0) {
		verdict->available_bytes = (uint64_t)available;
		verdict->state =
			state_of(need_bytes, verdict->available_bytes,
		                 fact_get_string(report, "machine.memory.pressure"));
	}
	say(verdict, limited ? " (of what this container may use)" : "");
}
