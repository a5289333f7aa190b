/* SPDX-License-Identifier: MIT */
/*
 * A folder that plays "/".  One walk, resolve(), turns any path into one without symlinks
 * relative to the folder; everything else opens what it returns and refuses symlinks.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trilane/cleanup.h"
#include "trilane/fs.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum {
	LINKS_MAX = 40, /* as Linux */
	PATH_BYTES_MAX = 4096,
	ENTRIES_MAX = 100000,
};

int fs_root_open(struct fs_root *root, const char *dir, struct error *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return error_set_errno(err, errno, "cannot open the folder %s", dir);
	root->fd = fd;
	root->path = xstrdup(dir);
	return 0;
}

void fs_root_release(struct fs_root *root)
{
	if (root->fd >= 0)
		close(root->fd);
	free(root->path);
	*root = (struct fs_root)FS_ROOT_INIT;
}

/* A walk under way: DONE is resolved and relative to the root ("" is the root itself),
 * TODO is what is still to be walked. */
struct walk {
	int fd;
	int links;
	struct str done, todo;
};

static void step_up(struct walk *w)
{
	size_t n = w->done.len;

	while (n > 0 && w->done.data[n - 1] != '/')
		n--;
	str_truncate(&w->done, n > 0 ? n - 1 : 0);
}

/* TARGET is put in front of what is left. */
static void follow(struct walk *w, const char *target, const char *rest)
{
	struct str todo = STR_INIT_LIMIT(PATH_BYTES_MAX);

	if (target[0] == '/')
		str_clear(&w->done);
	str_add(&todo, target);
	str_add_char(&todo, '/');
	str_add(&todo, rest);
	str_release(&w->todo);
	w->todo = todo;
}

/* Walks one part.  LAST_LINK: a symlink in the last place is an answer, not a way. */
static int walk_part(struct walk *w, const char *part, const char *rest, bool keep_link)
{
	size_t before = w->done.len;
	char target[PATH_BYTES_MAX];
	ssize_t n;

	if (before)
		str_add_char(&w->done, '/');
	str_add(&w->done, part);
	if (str_failed(&w->done))
		return ENAMETOOLONG;
	n = keep_link ? -1 : readlinkat(w->fd, w->done.data, target, sizeof(target) - 1);
	if (n < 0)
		return keep_link || errno == EINVAL ? 0 : errno;
	if (++w->links > LINKS_MAX)
		return ELOOP;
	target[n] = '\0';
	str_truncate(&w->done, before);
	follow(w, target, rest);
	return str_failed(&w->todo) ? ENAMETOOLONG : -1;
}

/* Takes parts off TODO until none is left.  0 or an errno. */
static int walk(struct walk *w, bool keep_last_link)
{
	const char *at = w->todo.data;
	char part[PATH_BYTES_MAX + 1];

	for (;;) {
		const char *rest;
		size_t n;
		int rc;

		at += strspn(at, "/");
		n = strcspn(at, "/");
		if (n == 0)
			return 0;
		memcpy(part, at, n);
		part[n] = '\0';
		rest = at + n;
		at = rest;
		if (strcmp(part, ".") == 0)
			continue;
		if (strcmp(part, "..") == 0) {
			step_up(w);
			continue;
		}
		rc = walk_part(w, part, rest,
		               keep_last_link && rest[strspn(rest, "/")] == '\0');
		if (rc > 0)
			return rc;
		if (rc < 0)
			at = w->todo.data;
	}
}

/* OUT becomes the path relative to the root, "." for the root itself. */
static int resolve(const struct fs_root *root, const char *path, bool keep_last_link,
                   struct str *out, struct error *err)
{
	struct walk w = {.fd = root->fd,
	                 .done = STR_INIT_LIMIT(PATH_BYTES_MAX),
	                 .todo = STR_INIT_LIMIT(PATH_BYTES_MAX)};
	int errnum;

	str_add(&w.todo, path);
	errnum = str_failed(&w.todo) ? ENAMETOOLONG : walk(&w, keep_last_link);
	if (errnum == 0)
		str_add(out, w.done.len ? w.done.data : ".");
	str_release(&w.done);
	str_release(&w.todo);
	if (errnum)
		return error_set_errno(err, errnum, "cannot open %s", path);
	return 0;
}

static int info_of(const struct fs_root *root, const char *path, bool keep_last_link,
                   struct str *real, struct stat *st, struct error *err)
{
	int rc = resolve(root, path, keep_last_link, real, err);

	if (rc == 0 && fstatat(root->fd, real->data, st, AT_SYMLINK_NOFOLLOW) != 0)
		rc = error_set_errno(err, errno, "cannot open %s", path);
	return rc;
}

int fs_root_resolve(const struct fs_root *root, const char *path, struct str *out,
                    struct error *err)
{
	CLEANUP(str_release) struct str real = STR_INIT;
	struct stat st;
	int rc = info_of(root, path, false, &real, &st, err);

	if (rc != 0)
		return rc;
	str_add_char(out, '/');
	if (strcmp(real.data, ".") != 0)
		str_add(out, real.data);
	return 0;
}

int fs_root_open_file(const struct fs_root *root, const char *path, int *fd,
                      struct error *err)
{
	CLEANUP(str_release) struct str real = STR_INIT;
	struct stat st;
	int rc = info_of(root, path, false, &real, &st, err);

	if (rc != 0)
		return rc;
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERROR_UNSUPPORTED, "%s is not a regular file",
		                 path);
	*fd = openat(root->fd, real.data, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (*fd < 0)
		return error_set_errno(err, errno, "cannot open %s", path);
	return 0;
}

static int read_whole_or_head(const struct fs_root *root, const char *path, size_t limit,
                              bool whole, struct str *out, struct error *err)
{
	CLEANUP_CLOSE int fd = -1;
	int rc = fs_root_open_file(root, path, &fd, err);

	if (rc != 0)
		return rc;
	rc = fs_read_fd(fd, limit, out, err);
	if (rc == ERROR_TOO_LARGE && !whole)
		return 0;
	if (rc != 0)
		error_prefix(err, "%s", path);
	return rc;
}

int fs_root_read(const struct fs_root *root, const char *path, size_t limit,
                 struct str *out, struct error *err)
{
	return read_whole_or_head(root, path, limit, true, out, err);
}

int fs_root_read_head(const struct fs_root *root, const char *path, size_t limit,
                      struct str *out, struct error *err)
{
	struct error ignored = ERROR_INIT;
	int rc = read_whole_or_head(root, path, limit, false, out, &ignored);

	if (rc != 0 && err)
		*err = ignored;
	return rc;
}

static enum fs_kind kind_of_mode(mode_t mode)
{
	if (S_ISREG(mode))
		return FS_KIND_FILE;
	if (S_ISDIR(mode))
		return FS_KIND_DIR;
	return S_ISLNK(mode) ? FS_KIND_LINK : FS_KIND_OTHER;
}

static void fill_info(struct fs_info *info, const struct stat *st)
{
	*info = (struct fs_info){
		.kind = kind_of_mode(st->st_mode),
		.size = (uint64_t)st->st_size,
		.device = (uint64_t)st->st_dev,
		.inode = (uint64_t)st->st_ino,
		.mode = (uint32_t)st->st_mode & 07777,
	};
}

static int root_info(const struct fs_root *root, const char *path, bool keep_last_link,
                     struct fs_info *info, struct error *err)
{
	CLEANUP(str_release) struct str real = STR_INIT;
	struct stat st;
	int rc = info_of(root, path, keep_last_link, &real, &st, err);

	if (rc == 0)
		fill_info(info, &st);
	return rc;
}

int fs_root_info(const struct fs_root *root, const char *path, struct fs_info *info,
                 struct error *err)
{
	return root_info(root, path, false, info, err);
}

int fs_root_info_link(const struct fs_root *root, const char *path, struct fs_info *info,
                      struct error *err)
{
	return root_info(root, path, true, info, err);
}

int fs_root_read_link(const struct fs_root *root, const char *path, struct str *target,
                      struct error *err)
{
	CLEANUP(str_release) struct str real = STR_INIT;
	char text[PATH_BYTES_MAX];
	ssize_t n;
	int rc = resolve(root, path, true, &real, err);

	if (rc != 0)
		return rc;
	n = readlinkat(root->fd, real.data, text, sizeof(text));
	if (n < 0)
		return error_set_errno(err, errno, "cannot read the link %s", path);
	str_add_n(target, text, (size_t)n);
	return 0;
}

bool fs_root_is_file(const struct fs_root *root, const char *path)
{
	struct fs_info info;

	return fs_root_info(root, path, &info, NULL) == 0 && info.kind == FS_KIND_FILE;
}

static enum fs_kind kind_of_entry(int dir_fd, const struct dirent *entry)
{
	struct stat st;

	switch (entry->d_type) {
	case DT_REG:
		return FS_KIND_FILE;
	case DT_DIR:
		return FS_KIND_DIR;
	case DT_LNK:
		return FS_KIND_LINK;
	case DT_UNKNOWN:
		if (fstatat(dir_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			return kind_of_mode(st.st_mode);
		return FS_KIND_OTHER;
	default:
		return FS_KIND_OTHER;
	}
}

static int compare_entries(const void *a, const void *b)
{
	return strcmp(((const struct fs_entry *)a)->name,
	              ((const struct fs_entry *)b)->name);
}

static int read_entries(DIR *dir, size_t limit, struct fs_list *list)
{
	struct dirent *entry;

	errno = 0;
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (list->count == limit)
			return EFBIG;
		list->items = array_reserve(list->items, &list->capacity, list->count + 1,
		                            sizeof(*list->items));
		list->items[list->count++] = (struct fs_entry){
			.name = xstrdup(entry->d_name),
			.kind = kind_of_entry(dirfd(dir), entry),
		};
		errno = 0;
	}
	return errno;
}

int fs_root_list(const struct fs_root *root, const char *path, size_t limit,
                 struct fs_list *list, struct error *err)
{
	CLEANUP(str_release) struct str real = STR_INIT;
	CLEANUP_DIR DIR *dir = NULL;
	int rc = resolve(root, path, false, &real, err), fd, errnum;

	if (rc != 0)
		return rc;
	fd = openat(root->fd, real.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || !(dir = fdopendir(fd))) {
		rc = error_set_errno(err, errno, "cannot list %s", path);
		cleanup_close(&fd);
		return rc;
	}
	errnum = read_entries(dir, limit ? limit : ENTRIES_MAX, list);
	if (errnum == EFBIG)
		return error_set(err, ERROR_TOO_LARGE, "%s has too many entries", path);
	if (errnum)
		return error_set_errno(err, errnum, "cannot list %s", path);
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), compare_entries);
	return 0;
}
