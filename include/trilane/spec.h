/* SPDX-License-Identifier: MIT */
/*
 * struct bench_spec: what a benchmark is asked to do; one parser for REST and the
 * command line, one writer for the result.
 *
 * Defaults are Keras' and the method's: both models, lane native, batch 32, 10 epochs,
 * 20 blocks, data set "digits", threads 0 (as many as the machine gives), seed 1.
 * QUICK means 6 blocks and 1 epoch where the request does not say otherwise, and is a
 * label on the result.
 */
#ifndef TRILANE_SPEC_H
#define TRILANE_SPEC_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "trilane/error.h"

enum model { MODEL_MLP, MODEL_CNN, MODEL_COUNT };
enum lane_kind {
	LANE_NATIVE,
	LANE_TRANSLATED,
	LANE_TRANSLATED_AVX,
	LANE_GPU,
	LANE_TENSORFLOW,
	LANE_TENSORFLOW_GPU,
	LANE_BLAS,
	LANE_KIND_COUNT
};
/* Their names, for texts that list them. */
#define SPEC_LANE_NAMES \
	"native, translated, translated-avx, gpu, tensorflow, tensorflow-gpu, blas"

enum {
	SPEC_BATCH_MAX = 4096,
	SPEC_EPOCHS_MAX = 100,
	SPEC_BLOCKS_MAX = 100,
	SPEC_THREADS_MAX = 256,
	SPEC_NAME_SIZE = 65, /* of a data set or an interpreter id, with the zero */
};

struct bench_spec {
	bool models[MODEL_COUNT];
	bool lanes[LANE_KIND_COUNT];
	unsigned batch, epochs, blocks;
	unsigned threads; /* 0: as many as the machine gives */
	uint64_t seed;
	bool quick;
	bool sweep; /* also batch sizes 8 … 1024 on the native and gpu lanes */
	char data[SPEC_NAME_SIZE];        /* name of a registered data set */
	char interpreter[SPEC_NAME_SIZE]; /* id from the report; "" for the first fit */
};

/* The data set that needs no registration: procedural digits, made by the worker. */
#define SPEC_DATA_BUILT_IN "digits"
/* May NAME be one of a data set or interpreter?  1 to 64 of [A-Za-z0-9._-], not starting
 * with a dot or dash: such a name can be no path. */
bool spec_name_valid(const char *name);

const char *model_name(enum model model); /* "mlp", "cnn" */
const char *lane_name(enum lane_kind lane);

void bench_spec_init(struct bench_spec *spec);
/* From a request's body: unknown members, wrong types and values out of range are
 * ERROR_INVALID with a text that names the member (never its value). */
int bench_spec_from_json(struct bench_spec *spec, const json_t *body, struct error *err);
json_t *bench_spec_to_json(const struct bench_spec *spec); /* new reference */
/* "mlp,cnn" and "native,gpu" of the command line. */
int bench_spec_set_models(struct bench_spec *spec, const char *list, struct error *err);
int bench_spec_set_lanes(struct bench_spec *spec, const char *list, struct error *err);
/* Fills what QUICK implies for members that were not given: call last. */
void bench_spec_finish(struct bench_spec *spec, bool epochs_given, bool blocks_given);

#endif
