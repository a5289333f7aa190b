/* SPDX-License-Identifier: MIT */
/*
 * The worker's arguments (docs/worker-protocol.md).
 */
#ifndef WORKER_OPTIONS_H
#define WORKER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "trilane/engine.h"
#include "trilane/error.h"
#include "trilane/str.h"

struct options {
	const char *model, *engine, *data;
	const char *isa, *device; /* NULL: the engine chooses */
	const char
		*export_data; /* NULL, or the folder to write the data set to, and end */
	const char *dump_start; /* NULL, or the folder for first weights and order */
	uint64_t batch, epochs, threads, seed, sample_ms;
	uint64_t images; /* of each set, 0: all */
	uint64_t losses; /* not 0: print that many steps' losses, and end */
	bool help;
	struct model_shape shape; /* of MODEL */
};

/* The strings are borrowed from ARGV. */
int options_parse(struct options *o, int argc, char **argv, struct error *err);
/* Sets SHAPE by MODEL; options_parse() does it too. */
int options_find_model(struct options *o, struct error *err);
void options_help(struct str *out);

#endif
