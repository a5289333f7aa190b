/* SPDX-License-Identifier: MIT */
/* Between the recorder's two files. */
#ifndef PROBES_RECORDER_PRIVATE_H
#define PROBES_RECORDER_PRIVATE_H

#include <jansson.h>
#include <sys/types.h>

#include "source_recorder.h"
#include "trilane/recorder.h"

enum { PLACED_DIR = -1, PLACED_LINK = -2 };

struct source_recorder {
	char *dir;
	int fd; /* of DIR */
	struct source *source;
	const struct redaction *redaction;
	json_t *placed; /* real path: bytes recorded, or one of PLACED_… */
	json_t *sysctls;
	size_t total_bytes;
	struct error first; /* failure to write */
};

/* Keeps the first failure. */
void recorder_note_failure(struct source_recorder *r, int errnum, const char *what);
/* Writes the file NAME below DIR; BYTES are redacted already. */
void recorder_write(struct source_recorder *r, const char *name, const char *bytes,
                    size_t n, mode_t mode);

#endif
