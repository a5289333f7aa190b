/* SPDX-License-Identifier: MIT */
/*
 * "Did you mean …?": the word of a table with the smallest edit distance (insertions,
 * deletions, replacements and swaps of neighbours count 1 each), if it is small.
 */
#include <string.h>

#include "trilane/cli.h"

#include "trilane/banned.h"

enum { WORD_MAX = 32 };

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment distance of words of at most WORD_MAX characters. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t d[WORD_MAX + 1][WORD_MAX + 1];

	for (size_t i = 0; i <= a_len; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= b_len; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= a_len; i++)
		for (size_t j = 1; j <= b_len; j++) {
			size_t cost = a[i - 1] != b[j - 1];

			d[i][j] = min_size(d[i - 1][j] + 1, d[i][j - 1] + 1);
			d[i][j] = min_size(d[i][j], d[i - 1][j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				d[i][j] = min_size(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[a_len][b_len];
}

const char *nearest_word(const char *word, const char *const *words, size_t count)
{
	const char *best = NULL;
	size_t len = strlen(word);
	size_t best_distance = len / 3 + 2; /* anything from here on is another word */

	if (len == 0 || len > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t other = strlen(words[i]);
		size_t d;

		if (other > WORD_MAX)
			continue;
		d = text_starts(words[i], word) ? 1
		                                : distance(word, len, words[i], other);
		if (d < best_distance) {
			best_distance = d;
			best = words[i];
		}
	}
	return best;
}
