/* SPDX-License-Identifier: MIT */
/* Unpacking workers. */
#include "worker_dir.h"

#include "trilane/cleanup.h"
#include "trilane/fs.h"
#include "trilane/sha256.h"

#include "trilane/banned.h"

int worker_dir_open(struct worker_dir *d, const char *base, struct error *err)
{
	if (!base)
		return temporary_open(&d->temporary, "trilane-worker", err);
	CLEANUP(str_release) struct str path = STR_INIT;
	fs_join(&path, base, "workers");
	int rc = fs_remove_tree(path.data, err);
	if (!rc)
		rc = fs_make_dirs(path.data, 0700, err);
	if (!rc)
		str_add(&d->temporary.path, path.data);
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
	fs_join(path, d->temporary.path.data, name);
	if (check(image, path->data, NULL) == 0)
		return 0;
	int rc = fs_write(path->data, image->bytes, image->size, 0500, err);
	return rc ? rc : check(image, path->data, err);
}

void worker_dir_release(struct worker_dir *d)
{
	temporary_release(&d->temporary);
}
