/* SPDX-License-Identifier: MIT */
/*
 * The drawn digits are the same bytes everywhere, however many threads draw them, and
 * look like digits: ink of a plausible amount, all ten about as often.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "digits.h"
#include "trilane/dataset.h"
#include "trilane/sha256.h"

#include "trilane/banned.h"

enum { DRAWN = 3000 };

static struct dataset draw(unsigned threads)
{
	const struct dataset_request request = {
		.from = "digits", .seed = 1, .threads = threads, .images = DRAWN};
	struct dataset d;

	assert_int_equal(dataset_load(&d, &request, NULL), 0);
	return d;
}

/* Seed 1's digest begins so on every architecture. */
static void test_the_same_everywhere(void **state)
{
	struct dataset one = draw(1), three = draw(3);
	struct sha256 sum;
	unsigned char digest[SHA256_SIZE];

	(void)state;
	assert_memory_equal(one.train.images, three.train.images, DRAWN * IMAGE_SIZE);
	assert_memory_equal(one.train.labels, three.train.labels, DRAWN);
	assert_memory_equal(one.test.images, three.test.images, DRAWN * IMAGE_SIZE);
	sha256_init(&sum);
	sha256_update(&sum, one.train.images, DRAWN * IMAGE_SIZE);
	sha256_update(&sum, one.train.labels, DRAWN);
	sha256_update(&sum, one.test.images, DRAWN * IMAGE_SIZE);
	sha256_update(&sum, one.test.labels, DRAWN);
	sha256_final(&sum, digest);
	assert_memory_equal(digest, "\x6d\x65\xc6\xd5", 4);
	dataset_release(&one);
	dataset_release(&three);
}

static void test_the_first_are_the_same(void **state)
{
	const struct dataset_request few = {
		.from = "digits", .seed = 1, .threads = 2, .images = 100};
	struct dataset d;
	uint8_t image[IMAGE_SIZE];

	(void)state;
	assert_int_equal(dataset_load(&d, &few, NULL), 0);
	assert_int_equal(d.train.count, 100);
	assert_int_equal(d.test.count, 100);
	assert_int_equal(digits_draw(1, RNG_STREAM_TRAIN, 99, image), d.train.labels[99]);
	assert_memory_equal(image, d.train.images + 99 * IMAGE_SIZE, IMAGE_SIZE);
	dataset_release(&d);
}

static void test_seeds_and_sets_differ(void **state)
{
	uint8_t a[IMAGE_SIZE], b[IMAGE_SIZE];

	(void)state;
	digits_draw(1, RNG_STREAM_TRAIN, 0, a);
	digits_draw(2, RNG_STREAM_TRAIN, 0, b);
	assert_memory_not_equal(a, b, sizeof(a));
	digits_draw(1, RNG_STREAM_TEST, 0, b);
	assert_memory_not_equal(a, b, sizeof(a));
}

static void test_they_look_like_digits(void **state)
{
	enum { COUNT = 5000 };
	unsigned of_digit[10] = {0};
	uint8_t image[IMAGE_SIZE];

	(void)state;
	for (uint64_t i = 0; i < COUNT; i++) {
		uint8_t label = digits_draw(3, RNG_STREAM_TRAIN, i, image);
		unsigned dark = 0;

		assert_in_range(label, 0, 9);
		of_digit[label]++;
		for (int k = 0; k < IMAGE_SIZE; k++)
			dark += image[k] > 64;
		assert_in_range(dark, 8, IMAGE_SIZE / 2);
	}
	for (int k = 0; k < 10; k++)
		assert_in_range(of_digit[k], COUNT / 10 - 80, COUNT / 10 + 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_same_everywhere),
		cmocka_unit_test(test_the_first_are_the_same),
		cmocka_unit_test(test_seeds_and_sets_differ),
		cmocka_unit_test(test_they_look_like_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
