/* SPDX-License-Identifier: MIT */
/*
 * Files: whole reads with a ceiling, atomic writes, and a root that paths cannot leave.
 *
 * struct fs_root is a folder that plays "/".  Every path given to it is absolute within
 * it; symlinks, absolute ones and ".." too, resolve inside it, as if by chroot(2), and
 * loops end in an error after 40.  The live machine is the root "/"; a recording is the
 * root DIR/root.  So a probe that reads through a root reads both, and a hostile
 * recording can name nothing outside.  A root may be used by several threads at once.
 *
 * All descriptors are close-on-exec.  Only regular files are read: a FIFO or device in
 * the way is an ERROR_UNSUPPORTED, never a hang.  (/proc and /sys files are regular.)
 */
#ifndef TRILANE_FS_H
#define TRILANE_FS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "trilane/error.h"
#include "trilane/str.h"

enum fs_kind { FS_KIND_FILE, FS_KIND_DIR, FS_KIND_LINK, FS_KIND_OTHER };

struct fs_info {
	enum fs_kind kind;
	uint64_t size;
	uint64_t device, inode; /* identity */
	uint32_t mode;          /* permission bits */
};

struct fs_entry {
	char *name;
	enum fs_kind kind; /* of the entry itself: a link is FS_KIND_LINK */
};

/* A folder's entries, sorted by name in byte order, without "." and "..". */
struct fs_list {
	struct fs_entry *items;
	size_t count;
	size_t capacity;
};
#define FS_LIST_INIT \
	{ \
		.items = NULL \
	}
void fs_list_release(struct fs_list *list);

struct fs_root {
	int fd;     /* of the folder; -1 when closed */
	char *path; /* as given, for messages */
};
#define FS_ROOT_INIT \
	{ \
		.fd = -1 \
	}

int fs_root_open(struct fs_root *root, const char *dir, struct error *err);
void fs_root_release(struct fs_root *root);

/* The path within the root with every symlink resolved; the last part must exist. */
int fs_root_resolve(const struct fs_root *root, const char *path, struct str *out,
                    struct error *err);
/* A read-only descriptor of a regular file; the caller closes it. */
int fs_root_open_file(const struct fs_root *root, const char *path, int *fd,
                      struct error *err);
/* Adds the whole file to OUT; more than LIMIT bytes is ERROR_TOO_LARGE. */
int fs_root_read(const struct fs_root *root, const char *path, size_t limit,
                 struct str *out, struct error *err);
/* The first LIMIT bytes at most: enough for headers. */
int fs_root_read_head(const struct fs_root *root, const char *path, size_t limit,
                      struct str *out, struct error *err);
/* Follows symlinks to the end; fs_root_info_link() does not follow the last part. */
int fs_root_info(const struct fs_root *root, const char *path, struct fs_info *info,
                 struct error *err);
int fs_root_info_link(const struct fs_root *root, const char *path, struct fs_info *info,
                      struct error *err);
int fs_root_read_link(const struct fs_root *root, const char *path, struct str *target,
                      struct error *err);
/* At most LIMIT entries (0: 100,000); a folder with more is ERROR_TOO_LARGE. */
int fs_root_list(const struct fs_root *root, const char *path, size_t limit,
                 struct fs_list *list, struct error *err);
bool fs_root_is_file(const struct fs_root *root, const char *path);

/* Plain paths of this machine, for the program's own files. */
int fs_read(const char *path, size_t limit, struct str *out, struct error *err);
int fs_read_fd(int fd, size_t limit, struct str *out, struct error *err); /* to its end */
int fs_write_fd(int fd, const void *bytes, size_t n, struct error *err);  /* all of it */
/* Written beside PATH, synced, renamed over it: old or new, never half. */
int fs_write(const char *path, const void *bytes, size_t n, mode_t mode,
             struct error *err);
/* Makes DIR and its missing parents with MODE; fine if it is there. */
int fs_make_dirs(const char *dir, mode_t mode, struct error *err);
int fs_remove_tree(const char *path, struct error *err); /* does not follow symlinks */
/* A fresh folder, mode 0700, below TMPDIR or /tmp: "PREFIX-xxxxxx". */
int fs_make_temporary_dir(const char *prefix, struct str *out, struct error *err);
/* DIR + "/" + NAME, one slash between. */
void fs_join(struct str *out, const char *dir, const char *name);
const char *fs_base_name(const char *path);          /* points into PATH */
void fs_dir_name(struct str *out, const char *path); /* "/" of "/x", "." of "x" */
void fs_set_cloexec(int fd);

#endif
