/* SPDX-License-Identifier: MIT */
/*
 * Recording a machine: attached to a source, a recorder copies what the probes ask for,
 * redacted, into a folder from which source_open_recording() replays them
 * (docs/recordings.md).
 *
 *	recorder_new(&recorder, dir, &redaction, &err);
 *	recorder_attach(recorder, &source);
 *	probes_run(&source, report, NULL, NULL);
 *	recorder_finish(recorder, machine_arch, &err);
 *	recorder_free(recorder);
 *
 * Copied are only files that were looked at: their content as far as it was read, of
 * binaries the first 64 KiB; of folders the names, except of the home folder and other
 * folders in it that hold no Python: there only what was found.
 *
 * Failures to write do not disturb the probes; the first one is what recorder_finish()
 * returns.  One thread.
 */
#ifndef TRILANE_RECORDER_H
#define TRILANE_RECORDER_H

#include "trilane/error.h"
#include "trilane/redact.h"
#include "trilane/source.h"

struct source_recorder;

/* DIR must be new or empty.  Borrows REDACTION. */
int recorder_new(struct source_recorder **out, const char *dir,
                 const struct redaction *redaction, struct error *err);
/* SOURCE must outlive the recording. */
void recorder_attach(struct source_recorder *r, struct source *source);
/* Writes recording.json and what was collected; detaches.  ARCH is the hardware's; NULL:
 * as the source says. */
int recorder_finish(struct source_recorder *r, const char *arch, struct error *err);
void recorder_free(struct source_recorder *r); /* NULL is fine */

#endif
