/* SPDX-License-Identifier: MIT */
/* Plain paths of this machine: reading whole, writing atomically, folders. */
#include "trilane/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trilane/cleanup.h"
#include "trilane/id.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

void fs_set_cloexec(int fd)
{
	fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void fs_list_release(struct fs_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].name);
	free(list->items);
	*list = (struct fs_list)FS_LIST_INIT;
}

/* Reads until the end or until OUT holds LIMIT bytes more; one byte beyond tells which.
 */
static int read_up_to(int fd, size_t limit, struct str *out, bool *more)
{
	char buffer[65536];
	size_t left = limit;
	ssize_t n;

	*more = false;
	for (;;) {
		size_t want = left < sizeof(buffer) ? left + 1 : sizeof(buffer);

		n = read(fd, buffer, want < sizeof(buffer) ? want : sizeof(buffer));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		if (n == 0)
			return 0;
		if ((size_t)n > left) {
			str_add_n(out, buffer, left);
			*more = true;
			return 0;
		}
		str_add_n(out, buffer, (size_t)n);
		left -= (size_t)n;
	}
}

int fs_read_fd(int fd, size_t limit, struct str *out, struct error *err)
{
	bool more;
	int errnum = read_up_to(fd, limit, out, &more);

	if (errnum)
		return error_set_errno(err, errnum, "cannot read");
	if (more)
		return error_set(err, ERROR_TOO_LARGE, "larger than %zu bytes", limit);
	if (str_failed(out))
		return error_set(err, ERROR_NO_MEMORY, "no memory for the file");
	return 0;
}

int fs_read(const char *path, size_t limit, struct str *out, struct error *err)
{
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	int rc;

	if (fd < 0)
		return error_set_errno(err, errno, "cannot open %s", path);
	if (fstat(fd, &st) != 0)
		return error_set_errno(err, errno, "cannot read %s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERROR_UNSUPPORTED, "%s is not a regular file",
		                 path);
	rc = fs_read_fd(fd, limit, out, err);
	if (rc != 0)
		error_prefix(err, "%s", path);
	return rc;
}

int fs_write_fd(int fd, const void *bytes, size_t n, struct error *err)
{
	const char *from = bytes;

	while (n > 0) {
		ssize_t done = write(fd, from, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return error_set_errno(err, errno, "cannot write");
		from += done;
		n -= (size_t)done;
	}
	return 0;
}

static int write_new(const char *path, const void *bytes, size_t n, mode_t mode,
                     struct error *err)
{
	CLEANUP_CLOSE int fd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	int rc;

	if (fd < 0)
		return error_set_errno(err, errno, "cannot create %s", path);
	rc = fs_write_fd(fd, bytes, n, err);
	if (rc != 0) {
		error_prefix(err, "%s", path);
		return rc;
	}
	if (fsync(fd) != 0 && errno != EINVAL)
		return error_set_errno(err, errno, "cannot write %s", path);
	return 0;
}

int fs_write(const char *path, const void *bytes, size_t n, mode_t mode,
             struct error *err)
{
	char id[ID_SIZE];
	CLEANUP_FREE char *beside = NULL;
	int rc;

	id_new(id);
	beside = xasprintf("%s.%s", path, id);
	rc = write_new(beside, bytes, n, mode, err);
	if (rc == 0 && rename(beside, path) != 0)
		rc = error_set_errno(err, errno, "cannot write %s", path);
	if (rc != 0)
		unlink(beside);
	return rc;
}

static int make_dir(const char *path, mode_t mode, struct error *err)
{
	struct stat st;
	int errnum;

	if (mkdir(path, mode) == 0)
		return 0;
	errnum = errno;
	if (stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return 0;
		return error_set(err, ERROR_EXISTS, "%s is not a folder", path);
	}
	return error_set_errno(err, errnum, "cannot make the folder %s", path);
}

int fs_make_dirs(const char *dir, mode_t mode, struct error *err)
{
	CLEANUP_FREE char *path = xstrdup(dir);
	int rc = 0;

	if (!path[0])
		return error_set(err, ERROR_INVALID, "a folder without a name");
	for (char *slash = strchr(path + 1, '/'); slash && rc == 0;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		rc = make_dir(path, mode, err);
		*slash = '/';
	}
	return rc == 0 ? make_dir(path, mode, err) : rc;
}

static int remove_at(int parent, const char *name);

static int remove_entries(int fd)
{
	CLEANUP_DIR DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int errnum = 0, failed;

	if (!dir) {
		errnum = errno;
		close(fd);
		return errnum;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		failed = remove_at(dirfd(dir), entry->d_name);
		if (failed && !errnum)
			errnum = failed;
	}
	return errnum;
}

static int remove_at(int parent, const char *name)
{
	int fd, errnum;

	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return 0;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno;
	errnum = remove_entries(fd);
	if (unlinkat(parent, name, AT_REMOVEDIR) != 0 && errno != ENOENT && !errnum)
		errnum = errno;
	return errnum;
}

int fs_remove_tree(const char *path, struct error *err)
{
	int errnum = remove_at(AT_FDCWD, path);

	return errnum ? error_set_errno(err, errnum, "cannot remove %s", path) : 0;
}

int fs_make_temporary_dir(const char *prefix, struct str *out, struct error *err)
{
	const char *base = getenv("TMPDIR");
	CLEANUP_FREE char *path = NULL;

	if (!base || base[0] != '/')
		base = "/tmp";
	path = xasprintf("%s/%s-XXXXXX", base, prefix);
	if (!mkdtemp(path))
		return error_set_errno(err, errno, "cannot make a folder in %s", base);
	str_add(out, path);
	return 0;
}

void fs_join(struct str *out, const char *dir, const char *name)
{
	size_t n = strlen(dir);

	while (n > 0 && dir[n - 1] == '/')
		n--;
	while (*name == '/')
		name++;
	str_add_n(out, dir, n);
	str_add_char(out, '/');
	str_add(out, name);
}

const char *fs_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void fs_dir_name(struct str *out, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		str_add(out, ".");
	else if (slash == path)
		str_add(out, "/");
	else
		str_add_n(out, path, (size_t)(slash - path));
}
