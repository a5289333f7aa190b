/* SPDX-License-Identifier: MIT */
/*
 * Data sets from files: the same five images in every form, then each form cut off at
 * every length and with every byte changed, and the messages for what people get wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "datafile.h"
#include "inflate.h"
#include "trilane/dataset.h"
#include "trilane/fs.h"
#include "trilane/mem.h"
#include "trilane/str.h"

#include "trilane/banned.h"

enum { TRAIN = 5, TEST = 3 };

static char *data_path(const char *name)
{
	const char *tests = getenv("TRILANE_TEST_DATA");

	return xasprintf("%s/bench/data/%s", tests ? tests : "tests", name);
}

static struct dataset load(const char *name)
{
	char *path = data_path(name);
	struct error err = ERROR_INIT;
	struct dataset d;

	if (dataset_load(&d,
	                 &(struct dataset_request){.from = path, .seed = 1, .threads = 1},
	                 &err))
		fail_msg("%s", err.text);
	free(path);
	return d;
}

static void assert_same(const struct dataset *a, const struct dataset *b)
{
	assert_int_equal(a->train.count, b->train.count);
	assert_int_equal(a->test.count, b->test.count);
	assert_memory_equal(a->train.images, b->train.images,
	                    a->train.count * IMAGE_SIZE);
	assert_memory_equal(a->train.labels, b->train.labels, a->train.count);
	assert_memory_equal(a->test.images, b->test.images, a->test.count * IMAGE_SIZE);
	assert_memory_equal(a->test.labels, b->test.labels, a->test.count);
}

static void test_every_form_holds_the_same(void **state)
{
	static const char *const names[] = {"packed", "deflated.npz", "stored.npz"};
	struct dataset plain = load("plain");

	(void)state;
	assert_int_equal(plain.train.count, TRAIN);
	assert_int_equal(plain.test.count, TEST);
	assert_memory_equal(plain.train.labels, "\5\0\4\1\11", TRAIN);
	assert_memory_equal(plain.test.labels, "\7\2\1", TEST);
	for (size_t i = 0; i < 3; i++) {
		struct dataset other = load(names[i]);

		assert_same(&plain, &other);
		dataset_release(&other);
	}
	dataset_release(&plain);
}

static struct str read_all(const char *name)
{
	char *path = data_path(name);
	struct str s = STR_INIT;

	assert_int_equal(fs_read(path, 1 << 20, &s, NULL), 0);
	free(path);
	return s;
}

static char *make_folder(void)
{
	struct str dir = STR_INIT;

	assert_int_equal(fs_make_temporary_dir("trilane-test", &dir, NULL), 0);
	return str_detach(&dir);
}

static void remove_folder(char *dir)
{
	assert_int_equal(fs_remove_tree(dir, NULL), 0);
	free(dir);
}

static void test_export_reads_back(void **state)
{
	struct dataset d = load("plain"), again;
	char *dir = make_folder();
	char *inside = xasprintf("%s/new/folder", dir);
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(dataset_export(&d, inside, &err), 0);
	assert_int_equal(dataset_load(&again,
	                              &(struct dataset_request){
					      .from = inside, .seed = 1, .threads = 1},
	                              &err),
	                 0);
	assert_same(&d, &again);
	dataset_release(&again);
	dataset_release(&d);
	free(inside);
	remove_folder(dir);
}

static void write_file(const char *dir, const char *name, const void *bytes, size_t n)
{
	char *path = xasprintf("%s/%s", dir, name);

	assert_int_equal(fs_write(path, bytes, n, 0600, NULL), 0);
	free(path);
}

/* Loading DIR fails, and the message says both. */
static void assert_refused(const char *from, const char *part, const char *other)
{
	struct error err = ERROR_INIT;
	struct dataset d;

	assert_true(dataset_load(&d,
	                         &(struct dataset_request){
					 .from = from, .seed = 1, .threads = 1},
	                         &err) < 0);
	if (!strstr(err.text, part) || !strstr(err.text, other))
		fail_msg("\"%s\" lacks \"%s\" or \"%s\"", err.text, part, other);
	assert_null(d.train.images);
}

static void test_missing(void **state)
{
	char *dir = make_folder();

	(void)state;
	assert_refused("/nowhere/at/all", "/nowhere/at/all", "no such folder");
	assert_refused(dir, dir, "train-images-idx3-ubyte");
	remove_folder(dir);
}

/* A folder with the plain files, one of them replaced by BYTES. */
static char *folder_with(const char *replaced, const void *bytes, size_t n)
{
	struct dataset d = load("plain");
	char *dir = make_folder();

	assert_int_equal(dataset_export(&d, dir, NULL), 0);
	dataset_release(&d);
	write_file(dir, replaced, bytes, n);
	return dir;
}

static void assert_file_refused(const char *name, const void *bytes, size_t n,
                                const char *part)
{
	char *dir = folder_with(name, bytes, n);

	assert_refused(dir, name, part);
	remove_folder(dir);
}

static void test_wrong_files_are_named(void **state)
{
	static const char html[] = "<!DOCTYPE html><title>404</title>";
	static const char labels_of_four[] = "\0\0\10\1\0\0\0\4\1\2\3\4";
	static const char label_10[] = "\0\0\10\1\0\0\0\5\1\2\3\12\4";
	static const char cifar[] = "\0\0\10\3\0\0\0\1\0\0\0\40\0\0\0\40";
	static const char floats[] = "\0\0\15\1\0\0\0\5";
	static const char huge[] = "\0\0\10\3\377\377\377\377\0\0\0\34\0\0\0\34";

	(void)state;
	assert_file_refused("train-images-idx3-ubyte", html, sizeof(html),
	                    "not an IDX file");
	assert_file_refused("train-images-idx3-ubyte", "", 0, "not an IDX file");
	assert_file_refused("train-images-idx3-ubyte", cifar, sizeof(cifar) - 1,
	                    "32 x 32");
	assert_file_refused("t10k-images-idx3-ubyte", huge, sizeof(huge) - 1,
	                    "1 to 300000");
	assert_file_refused("train-images-idx3-ubyte", label_10, sizeof(label_10) - 1,
	                    "1 dimensions where images");
	assert_file_refused("train-labels-idx1-ubyte", labels_of_four,
	                    sizeof(labels_of_four) - 1, "4 labels for 5 images");
	assert_file_refused("train-labels-idx1-ubyte", label_10, sizeof(label_10) - 1,
	                    "label 3 is 10");
	assert_file_refused("t10k-labels-idx1-ubyte", floats, sizeof(floats) - 1, "0x0d");
}

/* A folder as Keras fills it. */
static void test_a_folder_with_an_archive(void **state)
{
	struct str file = read_all("deflated.npz");
	struct dataset plain = load("plain"), d;
	char *dir = make_folder();
	struct error err = ERROR_INIT;

	(void)state;
	write_file(dir, "mnist.npz", file.data, file.len);
	if (dataset_load(&d, &(struct dataset_request){.from = dir}, &err))
		fail_msg("%s", err.text);
	assert_same(&plain, &d);
	dataset_release(&d);
	dataset_release(&plain);
	str_release(&file);
	remove_folder(dir);
}

static void test_npz_messages(void **state)
{
	char *dir = make_folder();
	char *path = xasprintf("%s/mnist.npz", dir);

	(void)state;
	write_file(dir, "mnist.npz", "not a zip at all, but long enough", 33);
	assert_refused(path, "mnist.npz", "not a zip archive");
	free(path);
	remove_folder(dir);
}

/* Parses a copy of exactly N bytes, so that a sanitizer sees every step outside. */
static int parse_gzip_idx(const char *bytes, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1), *out = NULL;
	struct error err = ERROR_INIT;
	struct data_array array;
	size_t size;
	int rc;

	memcpy(copy, bytes, n);
	rc = gzip_inflate(copy, n, DATAFILE_MAX, &out, &size, &err);
	if (!rc)
		rc = idx_parse(out, size, DATA_IMAGES, &array, &err);
	assert_true(!rc || err.text[0]);
	free(out);
	free(copy);
	return rc;
}

static int parse_npz(const char *bytes, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1), *out = NULL;
	struct error err = ERROR_INIT;
	struct data_array array;
	size_t size;
	int rc;

	memcpy(copy, bytes, n);
	rc = zip_extract(copy, n, "x_train.npy", DATAFILE_MAX, &out, &size, &err);
	if (!rc)
		rc = npy_parse(out, size, DATA_IMAGES, &array, &err);
	assert_true(!rc || err.text[0]);
	free(out);
	free(copy);
	return rc;
}

/* Every shorter file is refused; every changed byte is refused or changes nothing that
 * is read (a time stamp, a name, another member), which the checksum vouches for. */
static void torment(const char *name, int (*parse)(const char *bytes, size_t n))
{
	struct str file = read_all(name);
	unsigned harmless = 0;

	assert_int_equal(parse(file.data, file.len), 0);
	for (size_t n = 0; n < file.len; n++)
		assert_true(parse(file.data, n) < 0);
	for (size_t i = 0; i < file.len; i++) {
		file.data[i] ^= 0x24;
		harmless += parse(file.data, file.len) == 0;
		file.data[i] ^= 0x24;
	}
	print_message("%s: %u of %zu changed bytes were harmless\n", name, harmless,
	              file.len);
	str_release(&file);
}

static void test_damage_gzip(void **state)
{
	(void)state;
	torment("packed/train-images-idx3-ubyte.gz", parse_gzip_idx);
}

static void test_damage_npz(void **state)
{
	(void)state;
	torment("deflated.npz", parse_npz);
	torment("stored.npz", parse_npz);
}

/* A byte too many behind a gzip stream, and a header that promises what is not there. */
static void test_gzip_edges(void **state)
{
	static const uint8_t bomb[] = {0x1f, 0x8b, 8, 0, 0, 0, 0,    0,    0,    3,
	                               3,    0,    0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f};
	struct str file = read_all("packed/train-images-idx3-ubyte.gz");
	struct error err = ERROR_INIT;
	uint8_t *out;
	size_t size;

	(void)state;
	str_add_char(&file, '\0');
	assert_true(parse_gzip_idx(file.data, file.len) < 0);
	assert_int_equal(gzip_inflate(bomb, sizeof(bomb), SIZE_MAX, &out, &size, &err),
	                 ERROR_DAMAGED);
	str_release(&file);
}

static void test_crc32(void **state)
{
	(void)state;
	assert_true(crc32_of((const uint8_t *)"123456789", 9) == 0xcbf43926);
}

static void test_batches_scale_like_keras(void **state)
{
	uint8_t image[IMAGE_SIZE] = {0}, label[] = {7}, got;
	struct image_set set = {.images = image, .labels = label, .count = 1};
	const uint32_t order[] = {0};
	float x[IMAGE_SIZE];

	(void)state;
	for (int i = 0; i < 256; i++)
		image[i] = (uint8_t)i;
	image_set_batch(&set, order, 1, x, &got);
	for (int i = 0; i < 256; i++)
		assert_true(x[i] == (float)(i / 255.0));
	assert_int_equal(got, 7);
}

static void test_epochs_are_orders_of_their_own(void **state)
{
	uint32_t first[100], second[100], again[100];

	(void)state;
	epoch_order(1, 0, first, 100);
	epoch_order(1, 1, second, 100);
	epoch_order(1, 0, again, 100);
	assert_memory_equal(first, again, sizeof(first));
	assert_memory_not_equal(first, second, sizeof(first));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_form_holds_the_same),
		cmocka_unit_test(test_export_reads_back),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_wrong_files_are_named),
		cmocka_unit_test(test_a_folder_with_an_archive),
		cmocka_unit_test(test_npz_messages),
		cmocka_unit_test(test_damage_gzip),
		cmocka_unit_test(test_damage_npz),
		cmocka_unit_test(test_gzip_edges),
		cmocka_unit_test(test_crc32),
		cmocka_unit_test(test_batches_scale_like_keras),
		cmocka_unit_test(test_epochs_are_orders_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
