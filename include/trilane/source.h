/* SPDX-License-Identifier: MIT */
/*
 * Where probes read: the live machine or a recording of one, through one interface.
 *
 * A probe asks for files (through a root that cannot be left), sysctls, commands and
 * environment variables, and never knows which it has.  A recorder attached to a live
 * source copies whatever is asked for, redacted, into a folder (contract 5.7): so a
 * recording holds exactly what the probes read.
 *
 * A source is used by one thread at a time.  Strings in it live as long as it does.
 */
#ifndef TRILANE_SOURCE_H
#define TRILANE_SOURCE_H

#include <stdbool.h>

#include "trilane/error.h"
#include "trilane/fs.h"
#include "trilane/str.h"

enum source_os { SOURCE_MACOS, SOURCE_LINUX, SOURCE_OTHER };

struct source_recorder;

struct source {
	bool live;
	enum source_os os;
	struct fs_root root; /* "/" or DIR/root: read files through this */
	char *dir;           /* of the recording; NULL when live */
	char *home;          /* the user's home folder, a path within the root */
	char *process_arch;  /* of the probing (or recording) process */
	char *arch;          /* the hardware's as recorded; NULL: derive it */
	bool translated;     /* that process ran under a translator */
	struct source_recorder *recorder; /* NULL: none */
};

int source_open_live(struct source *s, struct error *err);
int source_open_recording(struct source *s, const char *dir, struct error *err);
void source_release(struct source *s);

/* The value as `sysctl -n NAME` prints it; false: no such name (or not on this system). */
bool source_sysctl(struct source *s, const char *name, struct str *value);
/* Standard output of a command of the fixed list in contract 5.7; argv[0] is its plain
 * name.  A non-zero exit is ERROR_FAILED with what it printed in OUT. */
int source_command(struct source *s, const char *const *argv, struct str *out,
                   struct error *err);
/* Of the probing process; a recording has those in its environment.json, if any. */
const char *source_env(struct source *s, const char *name);

/* Files: as fs_root_*, and recorded.  Paths are absolute within the root. */
int source_read(struct source *s, const char *path, size_t limit, struct str *out,
                struct error *err);
/* The first LIMIT bytes at most. */
int source_read_head(struct source *s, const char *path, size_t limit, struct str *out,
                     struct error *err);
int source_list(struct source *s, const char *path, struct fs_list *list,
                struct error *err);
int source_resolve(struct source *s, const char *path, struct str *out,
                   struct error *err);
bool source_is_file(struct source *s, const char *path); /* follows symlinks */
bool source_is_dir(struct source *s, const char *path);

#endif
