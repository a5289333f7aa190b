/* SPDX-License-Identifier: MIT */
/* Unpacking workers. */
#include "worker_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trilane/cleanup.h"
#include "trilane/fs.h"
#include "trilane/sha256.h"

#include "trilane/banned.h"

#define PREFIX "trilane-worker"
enum { ENTRIES_MAX = 100000 };

/* The folder as a descriptor that holds its lock; -1 if it is no folder of this user's,
 * or somebody holds it. */
static int take_lock(const char *path)
{
	CLEANUP_CLOSE int fd =
		open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;
	if (fd < 0 || fstat(fd, &status) || status.st_uid != geteuid() ||
	    flock(fd, LOCK_EX | LOCK_NB))
		return -1;
	return move_fd(&fd);
}

/* The folders beside OWN whose programs are gone. */
static void remove_abandoned(const char *own)
{
	CLEANUP(str_release) struct str parent = STR_INIT;
	CLEANUP(fs_root_release) struct fs_root root = FS_ROOT_INIT;
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	fs_dir_name(&parent, own);
	if (fs_root_open(&root, parent.data, NULL) ||
	    fs_root_list(&root, "/", ENTRIES_MAX, &list, NULL))
		return;
	for (size_t i = 0; i < list.count; i++) {
		const struct fs_entry *entry = &list.items[i];
		if (entry->kind != FS_KIND_DIR || !text_starts(entry->name, PREFIX "-") ||
		    text_equal(entry->name, fs_base_name(own)))
			continue;
		CLEANUP(str_release) struct str path = STR_INIT;
		fs_join(&path, parent.data, entry->name);
		CLEANUP_CLOSE int fd = take_lock(path.data);
		if (fd >= 0)
			fs_remove_tree(path.data, NULL);
	}
}

static int open_temporary(struct worker_dir *d, struct error *err)
{
	int rc = fs_make_temporary_dir(PREFIX, &d->path, err);
	if (rc)
		return rc;
	d->lock_fd = take_lock(d->path.data);
	remove_abandoned(d->path.data);
	return 0;
}

int worker_dir_open(struct worker_dir *d, const char *base, struct error *err)
{
	if (!base)
		return open_temporary(d, err);
	CLEANUP(str_release) struct str path = STR_INIT;
	fs_join(&path, base, "workers");
	int rc = fs_remove_tree(path.data, err);
	if (!rc)
		rc = fs_make_dirs(path.data, 0700, err);
	if (!rc)
		str_add(&d->path, path.data);
	return rc;
}

/* What lies on the disk must be what was built. */
static int check(const struct embedded_file *image, const char *path, struct error *err)
{
	CLEANUP(str_release) struct str bytes = STR_INIT;
	char digest[SHA256_HEX_SIZE];
	int rc = fs_read(path, image->size, &bytes, err);
	if (rc)
		return rc;
	sha256_hex(bytes.data, bytes.len, digest);
	if (text_equal(digest, image->sha256))
		return 0;
	return error_set(err, ERROR_DAMAGED, "worker %s is damaged: its digest differs",
	                 image->path);
}

int worker_dir_unpack(struct worker_dir *d, const struct embedded_file *images,
                      size_t count, const char *name, struct str *path, struct error *err)
{
	const struct embedded_file *image = embedded_find(images, count, name);
	if (!image)
		return error_set(err, ERROR_NOT_FOUND,
		                 "this program carries no worker %s", name);
	fs_join(path, d->path.data, name);
	if (check(image, path->data, NULL) == 0)
		return 0;
	int rc = fs_write(path->data, image->bytes, image->size, 0500, err);
	return rc ? rc : check(image, path->data, err);
}

void worker_dir_release(struct worker_dir *d)
{
	if (d->path.len)
		fs_remove_tree(d->path.data, NULL);
	cleanup_close(&d->lock_fd);
	str_release(&d->path);
}
