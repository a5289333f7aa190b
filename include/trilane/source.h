/* SPDX-License-Identifier: MIT */
/*
 * Where probes read: the live machine or a recording of one, through one interface.
 *
 * A probe asks for files (through a root that cannot be left), sysctls, commands and
 * environment variables, and never knows which it has.  A recorder attached to a source
 * copies whatever is asked for, redacted, into a folder (docs/recordings.md): so a
 * recording holds exactly what the probes read.  Probes therefore read through the
 * source_ functions alone, never through ROOT.
 *
 * Recordings are hostile by default: everything is bounded, nothing outside the folder
 * is ever opened, and what is missing or damaged is an error or "not there", not a crash.
 *
 * A source is used by one thread at a time.  Strings in it live as long as it does.
 */
#ifndef TRILANE_SOURCE_H
#define TRILANE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "trilane/error.h"
#include "trilane/fs.h"
#include "trilane/str.h"

enum source_os { SOURCE_MACOS, SOURCE_LINUX, SOURCE_OTHER };

struct source_recorder;

/* Names and values: sysctls or environment variables of a recording, sorted by name. */
struct source_pair {
	char *name;
	char *value;
};
struct source_table {
	struct source_pair *items;
	size_t count;
	size_t capacity;
};

struct source {
	bool live;
	enum source_os os;
	struct fs_root
		root; /* "/" or DIR/root; closed (-1) in a recording without files */
	struct fs_root dir; /* the recording's folder; closed (-1) when live */
	char *home;         /* the user's home folder, a path within the root */
	char *process_arch; /* of the probing (or recording) process: "arm64", "x86_64" */
	char *arch;         /* the hardware's as recorded; NULL: derive it */
	bool translated;    /* that process ran under a translator */
	const char *translator; /* by which, constant: "rosetta", …; NULL: not said */
	char *taken; /* when the recording was made, RFC 3339; NULL when live */
	struct source_table sysctls; /* of a recording; empty when live */
	struct source_table env;
	struct source_table outputs;      /* of commands that succeeded: asked for once */
	struct source_recorder *recorder; /* NULL: none; the source does not own it */
};
#define SOURCE_INIT \
	{ \
		.root = FS_ROOT_INIT, .dir = FS_ROOT_INIT \
	}

int source_open_live(struct source *s, struct error *err);
/* Opens the folder DIR.  A missing or damaged recording.json is an error that names it;
 * a recording may lack any other part. */
int source_open_recording(struct source *s, const char *dir, struct error *err);
void source_release(struct source *s);
const char *source_os_name(enum source_os os); /* "macOS", "Linux", "unknown" */

/* The value as `sysctl -n NAME` prints it; false: no such name (or not on this system).
 * VALUE is emptied first. */
bool source_sysctl(struct source *s, const char *name, struct str *value);
/* Standard output of a command of the fixed list (docs/recordings.md); argv[0] is its
 * plain name.  Live, the program's path is absolute, it has a deadline and a ceiling.  A
 * non-zero exit is ERROR_FAILED with what it printed in OUT. */
int source_command(struct source *s, const char *const *argv, struct str *out,
                   struct error *err);
/* Of the probing process; a recording has those in its environment.json, if any.  Only
 * names that say something about the Pythons or libraries in use are answered; NULL
 * otherwise. */
const char *source_env(struct source *s, const char *name);
/* Calls FOUND for each allowed variable there is, in no particular order. */
void source_env_each(struct source *s,
                     void (*found)(void *context, const char *name, const char *value),
                     void *context);

/* Files: as fs_root_*, and recorded.  Paths are absolute within the root. */
int source_read(struct source *s, const char *path, size_t limit, struct str *out,
                struct error *err);
/* The first LIMIT bytes at most. */
int source_read_head(struct source *s, const char *path, size_t limit, struct str *out,
                     struct error *err);
/* A descriptor of a regular file, the caller closes it; of what is read through it the
 * first 64 KiB are recorded. */
int source_open_file(struct source *s, const char *path, int *fd, struct error *err);
int source_list(struct source *s, const char *path, struct fs_list *list,
                struct error *err);
int source_resolve(struct source *s, const char *path, struct str *out,
                   struct error *err);
int source_info(struct source *s, const char *path, struct fs_info *info,
                struct error *err);
int source_info_link(struct source *s, const char *path, struct fs_info *info,
                     struct error *err); /* of the last part itself */
int source_read_link(struct source *s, const char *path, struct str *target,
                     struct error *err);
bool source_is_file(struct source *s, const char *path); /* follows symlinks */
bool source_is_dir(struct source *s, const char *path);

/* A file at the top of the recording's folder, such as "imports.jsonl";
 * ERROR_NOT_FOUND when live. */
int source_read_side(struct source *s, const char *name, size_t limit, struct str *out,
                     struct error *err);

#endif
