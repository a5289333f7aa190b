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

enum { GETENTROPY_MAX = 256 };

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
	for (int i = 9; i >= 0; i--, time >>= 5)
		out[i] = alphabet[time & 31];
	for (int i = 0; i < 16; i++)
		out[10 + i] = alphabet[noise[i] & 31];
	out[ID_SIZE - 1] = '\0';
}

bool id_valid(const char *text)
{
	return strlen(text) == ID_SIZE - 1 && strspn(text, alphabet) == ID_SIZE - 1;
}
