/* SPDX-License-Identifier: MIT */
/*
 * Decompression by one table a code: indexed by the next bits of the input, as many as
 * the code's longest word has, it gives symbol and length at once.
 */
#include "inflate.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "trilane/banned.h"

enum {
	WORD_MAX = 15,  /* longest code word */
	LITERALS = 288, /* and lengths */
	DISTANCES = 30,
	BLOCK_END = 256,
	NO_SYMBOL = 0xfff,
};

struct input {
	const uint8_t *at, *end;
	uint64_t hold;  /* bits read ahead, the next one lowest */
	unsigned count; /* of them */
	bool ended;     /* more bits were taken than there are */
};

struct output {
	uint8_t *bytes;
	size_t size, capacity;
};

/* Entry: symbol * 16 + length of its word. */
struct code {
	unsigned bits; /* longest word */
	uint16_t entries[1 << WORD_MAX];
};

struct codes {
	struct code literals, distances;
};

static void refill(struct input *in)
{
	for (; in->count <= 56 && in->at < in->end; in->count += 8)
		in->hold |= (uint64_t)*in->at++ << in->count;
}

static void drop(struct input *in, unsigned n)
{
	if (n > in->count) {
		in->ended = true;
		n = in->count;
	}
	in->hold >>= n;
	in->count -= n;
}

static unsigned take(struct input *in, unsigned n)
{
	unsigned bits;

	refill(in);
	bits = (unsigned)(in->hold & ((UINT64_C(1) << n) - 1));
	drop(in, n);
	return bits;
}

static int damaged(struct error *err, const char *what)
{
	return error_set(err, ERROR_DAMAGED, "the compressed data are damaged: %s", what);
}

static int cut_off(struct error *err)
{
	return error_set(err, ERROR_DAMAGED, "the compressed data end early");
}

static unsigned reversed(unsigned word, unsigned length)
{
	unsigned out = 0;

	for (unsigned i = 0; i < length; i++)
		out |= (word >> i & 1) << (length - 1 - i);
	return out;
}

static void code_fill(struct code *code, const uint8_t *lengths, unsigned symbols,
                      unsigned next[WORD_MAX + 1])
{
	for (unsigned s = 0; s < symbols; s++) {
		unsigned length = lengths[s];

		if (!length)
			continue;
		for (unsigned i = reversed(next[length]++, length); i < 1u << code->bits;
		     i += 1u << length)
			code->entries[i] = (uint16_t)(s << 4 | length);
	}
}

/* Builds the canonical code of LENGTHS.  Over-full codes are refused, and incomplete ones
 * unless they have a single word of one bit (RFC 1951, 3.2.7) or none. */
static int code_build(struct code *code, const uint8_t *lengths, unsigned symbols,
                      struct error *err)
{
	unsigned count[WORD_MAX + 1] = {0}, next[WORD_MAX + 1] = {0}, word = 0;
	int left = 1;

	for (unsigned s = 0; s < symbols; s++)
		count[lengths[s]]++;
	count[0] = 0;
	code->bits = 1;
	for (unsigned length = 1; length <= WORD_MAX; length++) {
		left = 2 * left - (int)count[length];
		if (left < 0)
			return damaged(err, "a code has too many words");
		word = (word + count[length - 1]) << 1;
		next[length] = word;
		if (count[length])
			code->bits = length;
	}
	if (left > 0 && (code->bits > 1 || count[1] > 1))
		return damaged(err, "a code lacks words");
	for (unsigned i = 0; i < 1u << code->bits; i++)
		code->entries[i] = (uint16_t)(NO_SYMBOL << 4);
	code_fill(code, lengths, symbols, next);
	return 0;
}

static unsigned decode(struct input *in, const struct code *code)
{
	uint16_t entry;

	refill(in);
	entry = code->entries[in->hold & ((1u << code->bits) - 1)];
	drop(in, entry & 15);
	return entry >> 4;
}

static int fixed_codes(struct codes *codes, struct error *err)
{
	uint8_t lengths[LITERALS];
	int rc;

	for (unsigned s = 0; s < LITERALS; s++)
		lengths[s] = s < 144 ? 8 : s < 256 ? 9 : s < 280 ? 7 : 8;
	rc = code_build(&codes->literals, lengths, LITERALS, err);
	memset(lengths, 5, 32);
	return rc ? rc : code_build(&codes->distances, lengths, 32, err);
}

/* Reads COUNT code lengths, themselves coded by CODE. */
static int read_lengths(struct input *in, const struct code *code, uint8_t *lengths,
                        unsigned count, struct error *err)
{
	unsigned i = 0;

	while (i < count) {
		unsigned symbol = decode(in, code), times = 1;
		uint8_t length = 0;

		if (symbol < 16) {
			length = (uint8_t)symbol;
		} else if (symbol == 16) {
			if (i == 0)
				return damaged(err, "nothing to repeat");
			length = lengths[i - 1];
			times = 3 + take(in, 2);
		} else if (symbol == 17) {
			times = 3 + take(in, 3);
		} else if (symbol == 18) {
			times = 11 + take(in, 7);
		} else {
			return damaged(err, "a code word without meaning");
		}
		if (in->ended)
			return cut_off(err);
		if (times > count - i)
			return damaged(err, "too many code lengths");
		memset(lengths + i, length, times);
		i += times;
	}
	return 0;
}

static int dynamic_codes(struct input *in, struct codes *codes, struct error *err)
{
	static const uint8_t order[19] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
	                                  11, 4,  12, 3, 13, 2, 14, 1, 15};
	uint8_t lengths[LITERALS + 32] = {0}, of_lengths[19] = {0};
	unsigned literals = 257 + take(in, 5), distances = 1 + take(in, 5);
	unsigned count = 4 + take(in, 4);
	int rc;

	if (literals > 286 || distances > DISTANCES)
		return damaged(err, "too many symbols");
	for (unsigned i = 0; i < count; i++)
		of_lengths[order[i]] = (uint8_t)take(in, 3);
	rc = code_build(&codes->literals, of_lengths, 19, err);
	if (!rc)
		rc = read_lengths(in, &codes->literals, lengths, literals + distances,
		                  err);
	if (!rc && !lengths[BLOCK_END])
		rc = damaged(err, "a block without an end");
	if (!rc)
		rc = code_build(&codes->literals, lengths, literals, err);
	return rc ? rc
	          : code_build(&codes->distances, lengths + literals, distances, err);
}

static int too_long(struct error *err)
{
	return damaged(err, "more of them than announced");
}

static int copy_back(struct output *out, size_t distance, size_t length,
                     struct error *err)
{
	uint8_t *to = out->bytes + out->size;
	const uint8_t *from;

	if (distance > out->size)
		return damaged(err, "a copy from before the start");
	if (length > out->capacity - out->size)
		return too_long(err);
	from = to - distance;
	for (size_t i = 0; i < length; i++) /* the areas may overlap: that repeats */
		to[i] = from[i];
	out->size += length;
	return 0;
}

/* Length and distance of the copy that SYMBOL (from 257) begins. */
static int read_copy(struct input *in, const struct code *distances, unsigned symbol,
                     struct output *out, struct error *err)
{
	static const uint16_t lengths[29] = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
	                                     15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
	                                     67, 83, 99, 115, 131, 163, 195, 227, 258};
	static const uint16_t starts[DISTANCES] = {
		1,    2,    3,    4,    5,    7,    9,    13,    17,    25,
		33,   49,   65,   97,   129,  193,  257,  385,   513,   769,
		1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
	unsigned i = symbol - 257, d;
	size_t length, distance;

	if (i >= 29)
		return damaged(err, "a length without meaning");
	length = lengths[i] + take(in, i < 8 || i == 28 ? 0 : i / 4 - 1);
	d = decode(in, distances);
	if (d >= DISTANCES)
		return in->ended ? cut_off(err)
		                 : damaged(err, "a distance without meaning");
	distance = starts[d] + take(in, d < 4 ? 0 : d / 2 - 1);
	return in->ended ? cut_off(err) : copy_back(out, distance, length, err);
}

static int inflate_coded(struct input *in, const struct codes *codes, struct output *out,
                         struct error *err)
{
	int rc = 0;

	while (!rc) {
		unsigned symbol = decode(in, &codes->literals);

		if (in->ended)
			return cut_off(err);
		if (symbol == BLOCK_END)
			return 0;
		if (symbol > BLOCK_END)
			rc = read_copy(in, &codes->distances, symbol, out, err);
		else if (out->size == out->capacity)
			rc = too_long(err);
		else
			out->bytes[out->size++] = (uint8_t)symbol;
	}
	return rc;
}

static int inflate_stored(struct input *in, struct output *out, struct error *err)
{
	unsigned length, check;

	take(in, in->count % 8);
	length = take(in, 16);
	check = take(in, 16);
	in->at -= in->count / 8; /* whole bytes read ahead go back */
	in->count = 0;
	in->hold = 0;
	if (in->ended || length > (size_t)(in->end - in->at))
		return cut_off(err);
	if ((length ^ check) != 0xffff)
		return damaged(err, "a stored block's length");
	if (length > out->capacity - out->size)
		return too_long(err);
	memcpy(out->bytes + out->size, in->at, length);
	out->size += length;
	in->at += length;
	return 0;
}

static int inflate_block(struct input *in, struct codes *codes, struct output *out,
                         struct error *err)
{
	int rc;

	switch (take(in, 2)) {
	case 0:
		return inflate_stored(in, out, err);
	case 1:
		rc = fixed_codes(codes, err);
		break;
	case 2:
		rc = dynamic_codes(in, codes, err);
		break;
	default:
		rc = damaged(err, "a block of no kind");
	}
	return rc ? rc : inflate_coded(in, codes, out, err);
}

int inflate(const uint8_t *in, size_t in_size, size_t *used, uint8_t *out,
            size_t capacity, size_t *size, struct error *err)
{
	struct input input = {.at = in, .end = in + in_size};
	struct output output = {.bytes = out, .capacity = capacity};
	struct codes *codes = malloc(sizeof(*codes));
	bool last = false;
	int rc = 0;

	if (!codes)
		return error_set(err, ERROR_NO_MEMORY, "no memory");
	while (!rc && !last) {
		last = take(&input, 1);
		rc = input.ended ? cut_off(err)
		                 : inflate_block(&input, codes, &output, err);
	}
	free(codes);
	*size = output.size;
	if (used)
		*used = (size_t)(input.at - in) - input.count / 8;
	return rc;
}

uint32_t crc32_of(const uint8_t *bytes, size_t n)
{
	uint32_t table[256], crc = 0xffffffff;

	for (uint32_t i = 0; i < 256; i++) {
		table[i] = i;
		for (int bit = 0; bit < 8; bit++)
			table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320 : 0);
	}
	for (size_t i = 0; i < n; i++)
		crc = crc >> 8 ^ table[(crc ^ bytes[i]) & 255];
	return ~crc;
}
