/* SPDX-License-Identifier: MIT */
/*
 * Arguments by a table: one row an option, read by the parser and by --help.
 */
#include "options.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/dataset.h"
#include "trilane/platform.h"

#include "trilane/banned.h"

struct row {
	const char *name;
	bool number;
	size_t offset; /* in struct options: uint64_t or const char * */
	uint64_t min, max;
	const char *value, *help;
};

#define TEXT(member)             false, offsetof(struct options, member), 0, 0
#define NUMBER(member, min, max) true, offsetof(struct options, member), (min), (max)

static const struct row rows[] = {
	{"batch", NUMBER(batch, 1, 4096), "N", "samples in a step (32)"},
	{"data", TEXT(data), "digits|PATH",
         "the drawn digits, a folder with MNIST's IDX files, or mnist.npz (digits)"},
	{"device", TEXT(device), "NAME", "part of the GPU's name"},
	{"dump-start", TEXT(dump_start), "DIR",
         "write first weights and first order there, and end"},
	{"engine", TEXT(engine), "NAME", "reference, cpu, … (cpu)"},
	{"epochs", NUMBER(epochs, 1, 100), "N", "of training (10)"},
	{"export-data", TEXT(export_data), "DIR",
         "write the data set there as IDX files, and end"},
	{"images", NUMBER(images, 0, IMAGES_MAX), "N",
         "use only the first N of each set; 0: all (0)"},
	{"isa", TEXT(isa), "NAME", "instruction set of the cpu engine (the best)"},
	{"losses", NUMBER(losses, 1, 100000), "N",
         "print the losses of the first N steps, and end"},
	{"model", TEXT(model), "mlp|cnn", "what to train (mlp)"},
	{"sample-ms", NUMBER(sample_ms, 1, 60000), "N", "least length of a sample (100)"},
	{"seed", NUMBER(seed, 0, UINT64_MAX), "N", "of weights, order and digits (1)"},
	{"threads", NUMBER(threads, 0, 256), "N", "0: as many as the machine gives (0)"},
};

enum { ROWS = sizeof(rows) / sizeof(*rows) };

static const struct {
	const char *name;
	struct model_shape shape;
} models[] = {
	{"mlp", MODEL_SHAPE_MLP},
	{"cnn", MODEL_SHAPE_CNN},
};

static const struct row *find_row(const char *argument, size_t length)
{
	for (int i = 0; i < ROWS; i++)
		if (strlen(rows[i].name) == length &&
		    !memcmp(rows[i].name, argument, length))
			return &rows[i];
	return NULL;
}

static int set_value(struct options *o, const struct row *row, const char *value,
                     struct error *err)
{
	void *place = (char *)o + row->offset;
	uint64_t number;

	if (!row->number) {
		*(const char **)place = value;
		return 0;
	}
	if (!text_to_u64(value, &number) || number < row->min || number > row->max)
		return error_set(err, ERROR_INVALID,
		                 "--%s takes a number from %" PRIu64 " to %" PRIu64,
		                 row->name, row->min, row->max);
	*(uint64_t *)place = number;
	return 0;
}

int options_find_model(struct options *o, struct error *err)
{
	for (size_t i = 0; i < sizeof(models) / sizeof(*models); i++)
		if (!strcmp(models[i].name, o->model)) {
			o->shape = models[i].shape;
			return 0;
		}
	return error_set(err, ERROR_INVALID, "--model takes mlp or cnn");
}

/* Takes "--name value" or "--name=value" at *AT and moves it to the last part used. */
static int take_option(struct options *o, int argc, char **argv, int *at,
                       struct error *err)
{
	const char *argument = argv[*at] + 2, *value = strchr(argument, '=');
	size_t length = value ? (size_t)(value - argument) : strlen(argument);
	const struct row *row = find_row(argument, length);

	if (!row)
		return error_set(err, ERROR_INVALID,
		                 "there is no option %.40s; try --help", argv[*at]);
	if (value)
		return set_value(o, row, value + 1, err);
	if (*at + 1 == argc)
		return error_set(err, ERROR_INVALID, "--%s takes a value", row->name);
	return set_value(o, row, argv[++*at], err);
}

int options_parse(struct options *o, int argc, char **argv, struct error *err)
{
	*o = (struct options){.model = "mlp",
	                      .engine = "cpu",
	                      .data = "digits",
	                      .batch = 32,
	                      .epochs = 10,
	                      .seed = 1,
	                      .sample_ms = 100};
	for (int i = 1; i < argc; i++) {
		int rc;

		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			o->help = true;
			return 0;
		}
		if (strncmp(argv[i], "--", 2))
			return error_set(err, ERROR_INVALID,
			                 "\"%.40s\" is no option; try --help", argv[i]);
		rc = take_option(o, argc, argv, &i, err);
		if (rc)
			return rc;
	}
	if (!o->threads)
		o->threads = platform_cpu_count();
	return options_find_model(o, err);
}

void options_help(struct str *out)
{
	str_add(out,
	        "usage: trilane-worker [OPTION]…\n\n"
	        "Trains a model, then times it on request: the benchmark program of "
	        "trilane.\nWrites JSON lines to file descriptor 3 (to standard output "
	        "where that is not open),\nreads the commands \"sample\" and \"quit\" on "
	        "standard input, and exits when that ends.\n\n");
	for (int i = 0; i < ROWS; i++) {
		CLEANUP(str_release) struct str name = STR_INIT;

		str_addf(&name, "--%s %s", rows[i].name, rows[i].value);
		str_addf(out, "  %-20s  %s\n", name.data, rows[i].help);
	}
	str_add(out, "  --help                this text\n");
}
