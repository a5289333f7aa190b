/* SPDX-License-Identifier: MIT */
/*
 * What the source tells an attached recorder.  Failures to write are kept in the recorder
 * and come out when the recording is finished: reading goes on.
 */
#ifndef PROBES_SOURCE_RECORDER_H
#define PROBES_SOURCE_RECORDER_H

#include "trilane/source.h"

void recorder_command(struct source_recorder *r, const char *name, const char *out,
                      size_t n, int exit_code);
void recorder_sysctl(struct source_recorder *r, const char *name, const char *value);
/* PATH was looked at; BYTES are what was read of it (NULL: it only exists). */
void recorder_file(struct source_recorder *r, const char *path, const char *bytes,
                   size_t n);
void recorder_link(struct source_recorder *r, const char *path);
void recorder_list(struct source_recorder *r, const char *path,
                   const struct fs_list *list);

#endif
