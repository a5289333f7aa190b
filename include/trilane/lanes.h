/* SPDX-License-Identifier: MIT */
/*
 * Lanes: the ways in which a machine can train, as a table.
 *
 * For each lane a plan says whether it is possible here and, if not, why and what would
 * make it so; how its worker is launched; and what the worker's hello must say, because a
 * lane that runs something else than it is named for would compare apples with apples.
 *
 *	native      the processor, tuned kernels, in the hardware's own architecture
 *	translated  the same sources for the other architecture, under a translator
 *	translated-avx  the same, with Rosetta 2 offering AVX to it (macOS 15 and later)
 *	gpu         Vulkan on Linux, Metal on macOS
 *	tensorflow  the user's own, in an interpreter of the newest report, on the CPU
 *	tensorflow-gpu  the same on the device that its plugin or CUDA brings
 *	blas        the processor, matrix products by the platform's library
 *
 * A lane that is possible on paper can still turn out not to be: a worker that finds no
 * device says so (error code "unsupported"), and its lane is not possible either.
 *
 * To add one: docs/adding-a-lane.md.
 */
#ifndef TRILANE_LANES_H
#define TRILANE_LANES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "trilane/embedded.h"
#include "trilane/fs.h"
#include "trilane/spec.h"
#include "trilane/str.h"

/* What is known of the machine; borrowed, and constant while a plan is made. */
struct lane_host {
	const struct embedded_file *images; /* the workers carried along */
	size_t image_count;
	const char *os;             /* platform_os() */
	const char *arch;           /* platform_arch(): of this program */
	bool translated;            /* this program itself runs under a translator */
	const struct fs_root *root; /* "/", where translators are looked for */
	const json_t *report;       /* the newest; NULL: there is none */
	const char *interpreter;    /* id of the one asked for; "": the first that fits */
};

struct lane_plan {
	enum lane_kind kind;
	bool possible;
	struct str reason;    /* why not, one sentence */
	struct str remedy;    /* what would make it so; "" if nothing would */
	const char *finding;  /* id of the finding that explains it; NULL: none */
	const char *engine;   /* for the worker's --engine */
	const char *arch;     /* that the hello must name; NULL: any */
	bool any_translation; /* the hello may say translated or not */
	bool translated;      /* otherwise it must say this */
	const char *isa;      /* that the hello must name; NULL: any */
	const char *device;   /* for the worker's --device; NULL: the engine's choice */
	bool python; /* tensorflow_worker.py: slow to start, needs data as files */
	struct strlist images; /* to unpack from the table; the first is started */
	struct str program;    /* absolute path of what runs it; "" : the worker itself */
	struct strlist before; /* arguments between the program and the worker */
	struct strlist env;    /* complete environment */
	bool emulated;         /* so slow that it cannot train on a whole data set */
};

void lane_plan(enum lane_kind kind, const struct lane_host *host, struct lane_plan *out);
void lane_plan_release(struct lane_plan *plan);
/* Does the hello (a parsed line of the worker) fit the lane?  WHY, if not. */
bool lane_hello_fits(const struct lane_plan *plan, const json_t *hello, struct str *why);
/* Every lane with its possibility, new reference:
 *	[{"lane","summary","possible","reason","remedy","finding"}] */
json_t *lanes_document(const struct lane_host *host);

#endif
