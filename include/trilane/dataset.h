/* SPDX-License-Identifier: MIT */
/*
 * Data sets: images of 28 x 28 bytes with labels 0 … 9, one set to train on and one to
 * test with, held as bytes and scaled to x / 255 batch by batch.
 *
 * Where they come from, dataset_load():
 *	"digits"    drawn: 60,000 and 10,000 procedural digits, a function of the seed
 *	            alone
 *	a folder    the four MNIST files in IDX form, as published, each plain or .gz
 *	            (train-images-idx3-ubyte …; a dot for the dash before "idx" is fine);
 *	            Fashion-MNIST and its like have the same form
 *	a file      Keras' mnist.npz; also a folder that has it and no IDX files
 * Files are taken for hostile: sizes are bounded, checksums compared, and what is wrong
 * is said with the file's name.
 */
#ifndef TRILANE_DATASET_H
#define TRILANE_DATASET_H

#include <stddef.h>
#include <stdint.h>

#include "trilane/error.h"
#include "trilane/rng.h"

enum {
	IMAGE_SIDE = 28,
	IMAGE_SIZE = IMAGE_SIDE * IMAGE_SIDE,
	IMAGE_CLASSES = 10,
	IMAGES_MAX = 300000, /* in one set */
	DIGITS_TRAIN = 60000,
	DIGITS_TEST = 10000,
};

struct image_set {
	uint8_t *images; /* [count][28][28], points into the first memory */
	uint8_t *labels; /* [count] */
	size_t count;
	void *memory[2]; /* what the two live in */
};

struct dataset {
	struct image_set train, test;
};
#define DATASET_INIT \
	{ \
		.train = {.images = NULL } \
	}

/* What is wanted of a data set. */
struct dataset_request {
	const char *from;
	uint64_t seed;    /* of the drawing */
	unsigned threads; /* to draw with */
	size_t images;    /* keep this many of each set, the first; 0: all */
};

/* On failure *OUT is empty. */
int dataset_load(struct dataset *out, const struct dataset_request *request,
                 struct error *err);
void dataset_release(struct dataset *d);
/* Writes the four files in IDX form into the folder DIR, which it makes if need be. */
int dataset_export(const struct dataset *d, const char *dir, struct error *err);

/* Gathers the images ORDER[0 … n-1] as x[n][784] = byte / 255 and their labels. */
void image_set_batch(const struct image_set *set, const uint32_t *order, size_t n,
                     float *x, uint8_t *labels);
/* The order of an epoch (counted from 0): all indices of COUNT images, shuffled. */
void epoch_order(uint64_t seed, unsigned epoch, uint32_t *order, size_t count);

#endif
