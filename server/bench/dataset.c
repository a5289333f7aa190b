/* SPDX-License-Identifier: MIT */
/*
 * Data sets: where they come from, and batches out of them.  Bytes stay bytes until a
 * batch is made: a training run fits into little memory.
 */
#include "trilane/dataset.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "datafile.h"
#include "digits.h"
#include "inflate.h"
#include "trilane/cleanup.h"
#include "trilane/fs.h"
#include "trilane/mem.h"
#include "trilane/str.h"

#include "trilane/banned.h"

enum { DRAW_THREADS_MAX = 16 };

/* The four arrays: their IDX files and their members of mnist.npz. */
static const struct {
	const char *idx, *dotted, *npy;
	enum data_kind kind;
	bool test;
} arrays[] = {
	{"train-images-idx3-ubyte", "train-images.idx3-ubyte", "x_train.npy", DATA_IMAGES,
         false},
	{"train-labels-idx1-ubyte", "train-labels.idx1-ubyte", "y_train.npy", DATA_LABELS,
         false},
	{"t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte", "x_test.npy", DATA_IMAGES,
         true},
	{"t10k-labels-idx1-ubyte", "t10k-labels.idx1-ubyte", "y_test.npy", DATA_LABELS,
         true},
};

enum { ARRAYS = sizeof(arrays) / sizeof(*arrays) };

static void image_set_release(struct image_set *set)
{
	free(set->memory[0]);
	free(set->memory[1]);
	*set = (struct image_set){.images = NULL};
}

void dataset_release(struct dataset *d)
{
	image_set_release(&d->train);
	image_set_release(&d->test);
}

/* A part of the drawing, for one thread. */
struct drawing {
	struct image_set *set;
	uint64_t seed, stream;
	size_t first, end;
	pthread_t thread;
	bool started;
};

static void *draw(void *context)
{
	struct drawing *d = context;

	for (size_t i = d->first; i < d->end; i++)
		d->set->labels[i] = digits_draw(d->seed, d->stream, i,
		                                d->set->images + i * IMAGE_SIZE);
	return NULL;
}

static void draw_set(struct image_set *set, uint64_t seed, uint64_t stream,
                     unsigned threads)
{
	struct drawing parts[DRAW_THREADS_MAX];

	for (unsigned t = 0; t < threads; t++) {
		parts[t] = (struct drawing){.set = set,
		                            .seed = seed,
		                            .stream = stream,
		                            .first = set->count * t / threads,
		                            .end = set->count * (t + 1) / threads};
		parts[t].started =
			t && !pthread_create(&parts[t].thread, NULL, draw, &parts[t]);
	}
	for (unsigned t = 0; t < threads; t++) /* what got no thread is drawn here */
		if (!parts[t].started)
			draw(&parts[t]);
	for (unsigned t = 0; t < threads; t++)
		if (parts[t].started)
			pthread_join(parts[t].thread, NULL);
}

static size_t at_most(size_t count, size_t limit)
{
	return limit && limit < count ? limit : count;
}

static void load_digits(struct dataset *out, const struct dataset_request *request)
{
	struct image_set *sets[] = {&out->train, &out->test};
	const uint64_t streams[] = {RNG_STREAM_TRAIN, RNG_STREAM_TEST};
	const size_t counts[] = {DIGITS_TRAIN, DIGITS_TEST};
	unsigned threads = request->threads;

	threads = threads < 1                  ? 1
	          : threads > DRAW_THREADS_MAX ? DRAW_THREADS_MAX
	                                       : threads;
	for (int i = 0; i < 2; i++) {
		size_t count = at_most(counts[i], request->images);

		sets[i]->count = count;
		sets[i]->memory[0] = sets[i]->images = xmalloc(count * IMAGE_SIZE);
		sets[i]->memory[1] = sets[i]->labels = xmalloc(count);
		draw_set(sets[i], request->seed, streams[i], threads);
	}
}

/* Puts an array that was found in MEMORY, which it takes, into its place. */
static int place(struct dataset *out, int i, void *memory, const struct data_array *array,
                 struct error *err)
{
	struct image_set *set = arrays[i].test ? &out->test : &out->train;

	set->memory[arrays[i].kind] = memory;
	if (arrays[i].kind == DATA_IMAGES) {
		set->images = array->bytes;
		set->count = array->count;
		return 0;
	}
	set->labels = array->bytes;
	if (set->count != array->count)
		return error_set(err, ERROR_INVALID, "%zu labels for %zu images",
		                 array->count, set->count);
	return 0;
}

static int unpack_gzip(struct str *file, uint8_t **bytes, size_t *size, struct error *err)
{
	int rc = gzip_inflate((const uint8_t *)file->data, file->len, DATAFILE_MAX, bytes,
	                      size, err);

	str_release(file);
	return rc;
}

static int load_idx_file(struct dataset *out, int i, const char *path, bool gzip,
                         struct error *err)
{
	CLEANUP(str_release) struct str file = STR_INIT;
	CLEANUP_FREE uint8_t *bytes = NULL;
	struct data_array array;
	size_t size;
	int rc = fs_read(path, DATAFILE_MAX, &file, err);

	if (rc)
		return rc;
	size = file.len;
	if (gzip)
		rc = unpack_gzip(&file, &bytes, &size, err);
	else
		bytes = (uint8_t *)str_detach(&file);
	if (!rc)
		rc = idx_parse(bytes, size, arrays[i].kind, &array, err);
	if (!rc)
		rc = place(out, i, move_ptr(bytes), &array, err);
	if (rc)
		error_prefix(err, "%s", path);
	return rc;
}

static bool exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

/* The path of array I's IDX file in DIR; false if there is none. */
static bool find_idx(int i, const char *dir, struct str *path, bool *gzip)
{
	const char *names[] = {arrays[i].idx, arrays[i].dotted};

	for (int k = 0; k < 4; k++) {
		str_clear(path);
		fs_join(path, dir, names[k / 2]);
		str_add(path, k % 2 ? ".gz" : "");
		*gzip = k % 2;
		if (exists(path->data))
			return true;
	}
	return false;
}

static int load_idx(struct dataset *out, int i, const char *dir, struct error *err)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	bool gzip;

	if (find_idx(i, dir, &path, &gzip))
		return load_idx_file(out, i, path.data, gzip, err);
	return error_set(err, ERROR_NOT_FOUND, "%s has neither %s nor %s.gz", dir,
	                 arrays[i].idx, arrays[i].idx);
}

static int load_npz(struct dataset *out, const char *path, struct error *err)
{
	CLEANUP(str_release) struct str file = STR_INIT;
	int rc = fs_read(path, DATAFILE_MAX, &file, err);

	if (rc)
		return rc;
	for (int i = 0; !rc && i < ARRAYS; i++) {
		CLEANUP_FREE uint8_t *bytes = NULL;
		struct data_array array;
		size_t size;

		rc = zip_extract((const uint8_t *)file.data, file.len, arrays[i].npy,
		                 DATAFILE_MAX, &bytes, &size, err);
		if (rc)
			break;
		rc = npy_parse(bytes, size, arrays[i].kind, &array, err);
		if (!rc)
			rc = place(out, i, move_ptr(bytes), &array, err);
		if (rc)
			error_prefix(err, "%s", arrays[i].npy);
	}
	if (rc)
		error_prefix(err, "%s", path);
	return rc;
}

/* Keras' own folder (~/.keras/datasets) holds no IDX files, but this one. */
static int load_folder(struct dataset *out, const char *dir, struct error *err)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	bool gzip;
	int rc = 0;

	if (!find_idx(0, dir, &path, &gzip)) {
		str_clear(&path);
		fs_join(&path, dir, "mnist.npz");
		if (exists(path.data))
			return load_npz(out, path.data, err);
	}
	for (int i = 0; !rc && i < ARRAYS; i++)
		rc = load_idx(out, i, dir, err);
	return rc;
}

static int load_path(struct dataset *out, const char *path, struct error *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return error_set(err, ERROR_NOT_FOUND, "%s: no such folder or file",
		                 path);
	return S_ISDIR(st.st_mode) ? load_folder(out, path, err)
	                           : load_npz(out, path, err);
}

int dataset_load(struct dataset *out, const struct dataset_request *request,
                 struct error *err)
{
	int rc = 0;

	*out = (struct dataset)DATASET_INIT;
	if (text_equal(request->from, "digits"))
		load_digits(out, request);
	else
		rc = load_path(out, request->from, err);
	if (rc)
		dataset_release(out);
	out->train.count = at_most(out->train.count, request->images);
	out->test.count = at_most(out->test.count, request->images);
	return rc;
}

static int export_array(const struct dataset *d, int i, const char *dir,
                        struct error *err)
{
	const struct image_set *set = arrays[i].test ? &d->test : &d->train;
	bool images = arrays[i].kind == DATA_IMAGES;
	size_t header, size = images ? set->count * IMAGE_SIZE : set->count;
	CLEANUP_FREE uint8_t *bytes = xmalloc(IDX_HEADER_MAX + size);
	CLEANUP(str_release) struct str path = STR_INIT;

	idx_header(arrays[i].kind, set->count, bytes, &header);
	memcpy(bytes + header, images ? set->images : set->labels, size);
	fs_join(&path, dir, arrays[i].idx);
	return fs_write(path.data, bytes, header + size, 0644, err);
}

int dataset_export(const struct dataset *d, const char *dir, struct error *err)
{
	int rc = fs_make_dirs(dir, 0755, err);

	for (int i = 0; !rc && i < ARRAYS; i++)
		rc = export_array(d, i, dir, err);
	return rc;
}

void image_set_batch(const struct image_set *set, const uint32_t *order, size_t n,
                     float *x, uint8_t *labels)
{
	for (size_t i = 0; i < n; i++) {
		const uint8_t *image = set->images + (size_t)order[i] * IMAGE_SIZE;

		for (size_t k = 0; k < IMAGE_SIZE; k++)
			x[i * IMAGE_SIZE + k] = (float)image[k] / 255.0f;
		labels[i] = set->labels[order[i]];
	}
}

void epoch_order(uint64_t seed, unsigned epoch, uint32_t *order, size_t count)
{
	struct rng r;

	for (size_t i = 0; i < count; i++)
		order[i] = (uint32_t)i;
	rng_init(&r, seed, RNG_STREAM_EPOCHS + epoch);
	rng_shuffle(&r, order, count);
}
