/* SPDX-License-Identifier: MIT */
/*
 * Temporary folders with a lock.  Between making a folder and locking it another program
 * may take it for an abandoned one: then it is gone, and the next attempt makes another.
 */
#include "trilane/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trilane/cleanup.h"
#include "trilane/fs.h"

#include "trilane/banned.h"

enum { ENTRIES_MAX = 100000, ATTEMPTS_MAX = 5 };

/* The folder as a descriptor that holds its lock; -1 if it is no folder of this user's,
 * or with errno EWOULDBLOCK if somebody holds it. */
static int take_lock(const char *path)
{
	CLEANUP_CLOSE int fd =
		open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;

	errno = 0;
	if (fd < 0 || fstat(fd, &status) || status.st_uid != geteuid() ||
	    flock(fd, LOCK_EX | LOCK_NB))
		return -1;
	return move_fd(&fd);
}

static bool is_of(const struct fs_entry *entry, const char *prefix)
{
	size_t n = strlen(prefix);

	return entry->kind == FS_KIND_DIR && text_starts(entry->name, prefix) &&
	       entry->name[n] == '-';
}

/* The folders of PREFIX beside OWN whose programs are gone. */
static void remove_abandoned(const char *own, const char *prefix)
{
	CLEANUP(str_release) struct str parent = STR_INIT;
	CLEANUP(fs_root_release) struct fs_root root = FS_ROOT_INIT;
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;

	fs_dir_name(&parent, own);
	if (fs_root_open(&root, parent.data, NULL) ||
	    fs_root_list(&root, "/", ENTRIES_MAX, &list, NULL))
		return;
	for (size_t i = 0; i < list.count; i++) {
		CLEANUP(str_release) struct str path = STR_INIT;

		if (!is_of(&list.items[i], prefix) ||
		    text_equal(list.items[i].name, fs_base_name(own)))
			continue;
		fs_join(&path, parent.data, list.items[i].name);
		CLEANUP_CLOSE int fd = take_lock(path.data);
		if (fd >= 0)
			fs_remove_tree(path.data, NULL);
	}
}

int temporary_open(struct temporary *t, const char *prefix, struct error *err)
{
	for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
		CLEANUP(str_release) struct str path = STR_INIT;
		struct stat status;
		int rc = fs_make_temporary_dir(prefix, &path, err);

		if (rc)
			return rc;
		CLEANUP_CLOSE int fd = take_lock(path.data);
		/* Where a file system has no locks, the folder is used without. */
		if ((fd < 0 && errno == EWOULDBLOCK) || lstat(path.data, &status))
			continue;
		str_add(&t->path, path.data);
		t->lock_fd = move_fd(&fd);
		remove_abandoned(t->path.data, prefix);
		return 0;
	}
	return error_set(err, ERROR_BUSY, "another program takes every temporary folder");
}

void temporary_release(struct temporary *t)
{
	if (t->path.len)
		fs_remove_tree(t->path.data, NULL);
	cleanup_close(&t->lock_fd);
	str_release(&t->path);
	t->lock_fd = -1;
}
