/* SPDX-License-Identifier: MIT */
/* Ids in the form of ULID; randomness from the system alone. */
#include "trilane/id.h"

#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "trilane/clock.h"
#include "trilane/error.h"

#include "trilane/banned.h"

enum { GETENTROPY_MAX = 256, TIME_SIZE = 10 };

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

/* Not from /dev/urandom: a chroot or a sandbox may have no /dev. */
void random_bytes(void *out, size_t n)
{
	unsigned char *to = out;

	while (n > 0) {
		size_t part = n < GETENTROPY_MAX ? n : GETENTROPY_MAX;

		if (getentropy(to, part) != 0)
			BUG("the system gives no randomness");
		to += part;
		n -= part;
	}
}

void id_new(char out[ID_SIZE])
{
	uint64_t time = (uint64_t)clock_unix_ms();
	unsigned char noise[16];

	random_bytes(noise, sizeof(noise));
	for (int i = TIME_SIZE - 1; i >= 0; i--, time >>= 5)
		out[i] = alphabet[time & 31];
	for (int i = 0; i < 16; i++)
		out[TIME_SIZE + i] = alphabet[noise[i] & 31];
	out[ID_SIZE - 1] = '\0';
}

/* One millisecond more than the id's time. */
static void add_one(char id[ID_SIZE])
{
	for (int i = TIME_SIZE - 1; i >= 0; i--) {
		const char *digit = strchr(alphabet, id[i]);

		if (digit[1] != '\0') {
			id[i] = digit[1];
			return;
		}
		id[i] = alphabet[0];
	}
}

void id_new_after(const char *last, char out[ID_SIZE])
{
	id_new(out);
	if (!id_valid(last) || memcmp(out, last, TIME_SIZE) > 0)
		return;
	memcpy(out, last, TIME_SIZE);
	add_one(out);
}

bool id_valid(const char *text)
{
	return strlen(text) == ID_SIZE - 1 && strspn(text, alphabet) == ID_SIZE - 1;
}
