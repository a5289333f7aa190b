/* SPDX-License-Identifier: MIT */
/* Ids in the form of ULID; randomness from the system alone. */
#include "trilane/id.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/error.h"

#include "trilane/banned.h"

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

void random_bytes(void *out, size_t n)
{
	CLEANUP_CLOSE int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	unsigned char *to = out;

	while (n > 0) {
		ssize_t got = read(fd, to, n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			BUG("no randomness from /dev/urandom");
		to += got;
		n -= (size_t)got;
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
