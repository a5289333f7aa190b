/* SPDX-License-Identifier: MIT */
/*
 * The recorder's files.  Every path that a probe asked for is resolved here link by link,
 * so that links are copied as links and each file once, under its real path; nothing is
 * ever written through a link.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recorder_private.h"
#include "trilane/cleanup.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum { LINKS_MAX = 40, BINARY_HEAD_BYTES = 64 * 1024 };

/* Where PATH of the machine lies below DIR, redacted. */
static void below_root(const struct source_recorder *r, const char *path, struct str *out)
{
	str_clear(out);
	str_add(out, path);
	redact_str(r->redaction, out);
	{
		CLEANUP_FREE char *redacted = xstrdup(out->data);

		str_clear(out);
		str_addf(out, "root%s", redacted);
	}
}

static bool is_placed(const struct source_recorder *r, const char *path)
{
	return json_object_get(r->placed, path) != NULL;
}

static bool is_placed_dir(const struct source_recorder *r, const char *path)
{
	const json_t *placed = json_object_get(r->placed, path);

	return placed && json_integer_value(placed) == PLACED_DIR;
}

static void set_placed(struct source_recorder *r, const char *path, json_int_t bytes)
{
	json_object_set_new_nocheck(r->placed, path, json_integer(bytes));
}

static void place_dir(struct source_recorder *r, const char *path)
{
	CLEANUP(str_release) struct str name = STR_INIT;

	if (is_placed(r, path))
		return;
	below_root(r, path, &name);
	if (mkdirat(r->fd, name.data, 0700) != 0 && errno != EEXIST)
		recorder_note_failure(r, errno, name.data);
	set_placed(r, path, PLACED_DIR);
}

static void place_link(struct source_recorder *r, const char *path, const char *target)
{
	CLEANUP(str_release) struct str name = STR_INIT;
	CLEANUP(str_release) struct str to = STR_INIT;

	if (is_placed(r, path))
		return;
	below_root(r, path, &name);
	str_add(&to, target);
	redact_str(r->redaction, &to);
	if (symlinkat(to.data, r->fd, name.data) != 0 && errno != EEXIST)
		recorder_note_failure(r, errno, name.data);
	set_placed(r, path, PLACED_LINK);
}

/* Writes N redacted bytes as the file PATH unless more of it is there already. */
static void place_file(struct source_recorder *r, const char *path, const char *bytes,
                       size_t n, uint32_t mode)
{
	CLEANUP(str_release) struct str name = STR_INIT;
	CLEANUP(str_release) struct str copy = STR_INIT;
	const json_t *before = json_object_get(r->placed, path);

	if (n > BINARY_HEAD_BYTES && memchr(bytes, '\0', BINARY_HEAD_BYTES))
		n = BINARY_HEAD_BYTES;
	if (before && json_integer_value(before) >= (json_int_t)n)
		return;
	below_root(r, path, &name);
	str_add_n(&copy, bytes ? bytes : "", n);
	redact_str(r->redaction, &copy);
	recorder_write(r, name.data, copy.data, copy.len, (mode_t)((mode & 0111) | 0600));
	set_placed(r, path, (json_int_t)n);
}

/* A walk from "/" to a path: what is still to go, and where it is. */
struct walk {
	struct strlist todo; /* last part first */
	struct str done;     /* "" for "/" */
	int links;
};

static void walk_push(struct walk *w, const char *path)
{
	CLEANUP(strlist_release) struct strlist parts = STRLIST_INIT;

	strlist_split(&parts, path, "/");
	for (size_t i = parts.count; i > 0; i--)
		strlist_add(&w->todo, parts.items[i - 1]);
}

/* The next part, which the caller frees; NULL at the end.  "." and ".." are done here. */
static char *walk_next(struct walk *w)
{
	while (w->todo.count > 0) {
		char *part = w->todo.items[--w->todo.count];
		const char *slash;

		w->todo.items[w->todo.count] = NULL;
		if (!text_equal(part, ".") && !text_equal(part, ".."))
			return part;
		slash = strrchr(w->done.data, '/');
		if (text_equal(part, "..") && slash)
			str_truncate(&w->done, (size_t)(slash - w->done.data));
		free(part);
	}
	return NULL;
}

/* /proc/self is another process' folder in the recording: kept as a plain folder. */
static bool stays_folder(const char *path)
{
	return text_equal(path, "/proc/self");
}

/* Goes into NAME below W->done; false when the walk ends there. */
static bool walk_into(struct source_recorder *r, struct walk *w, const char *name,
                      struct fs_info *info)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str target = STR_INIT;

	str_addf(&path, "%s/%s", w->done.data, name);
	if (is_placed_dir(r, path.data)) {
		info->kind = FS_KIND_DIR;
		str_clear(&w->done);
		str_add(&w->done, path.data);
		return true;
	}
	if (fs_root_info_link(&r->source->root, path.data, info, NULL) < 0)
		return false;
	if (info->kind == FS_KIND_LINK && !stays_folder(path.data)) {
		if (++w->links > LINKS_MAX ||
		    fs_root_read_link(&r->source->root, path.data, &target, NULL) < 0)
			return false;
		place_link(r, path.data, target.data);
		walk_push(w, target.data);
		if (target.data[0] == '/')
			str_clear(&w->done);
		return true;
	}
	str_clear(&w->done);
	str_add(&w->done, path.data);
	if (info->kind != FS_KIND_DIR && info->kind != FS_KIND_LINK)
		return w->todo.count == 0;
	info->kind = FS_KIND_DIR;
	place_dir(r, path.data);
	return true;
}

/* Copies the links and folders on the way to PATH.  True with its real path in REAL if it
 * ends at something; the last part itself is not followed if NOFOLLOW. */
static bool walk_to(struct source_recorder *r, const char *path, bool nofollow,
                    struct str *real, struct fs_info *info)
{
	struct walk w = {.todo = STRLIST_INIT, .done = STR_INIT};
	bool there = true;

	*info = (struct fs_info){.kind = FS_KIND_DIR};
	walk_push(&w, path);
	while (there) {
		CLEANUP_FREE char *part = walk_next(&w);
		bool last = w.todo.count == 0;

		if (!part)
			break;
		there = walk_into(r, &w, part, info);
		if (there && last && nofollow && info->kind == FS_KIND_LINK)
			break;
	}
	str_clear(real);
	str_add(real, w.done.data);
	strlist_release(&w.todo);
	str_release(&w.done);
	return there && real->len > 0;
}

/* Parts of a path that say: a tool's or an environment's folder, nobody's documents. */
static bool is_technical(const char *part)
{
	static const char *const names[] = {
		"Library",    "anaconda3", "bin",           "envs",       "include",
		"lib",        "lib64",     "mambaforge",    "micromamba", "miniconda3",
		"miniforge3", "opt",       "site-packages", "venv"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (text_equal(part, names[i]))
			return true;
	return part[0] == '.';
}

/* Names in the home folder and in folders of it that hold no tools are the user's. */
static bool is_private(const struct source_recorder *r, const char *path)
{
	CLEANUP(strlist_release) struct strlist parts = STRLIST_INIT;
	CLEANUP(str_release) struct str parent = STR_INIT;
	const char *home = r->source->home;
	size_t n = strlen(home);

	fs_dir_name(&parent, home);
	if (text_equal(path, parent.data) && !text_equal(path, "/"))
		return true;
	if (n <= 1 || !text_starts(path, home) || (path[n] != '/' && path[n] != '\0'))
		return false;
	strlist_split(&parts, path + n, "/");
	for (size_t i = 0; i < parts.count; i++)
		if (is_technical(parts.items[i]))
			return false;
	return true;
}

/* The user's folders and links are copied only on the way to a file that was found. */
static bool may_place(const struct source_recorder *r, const char *path, bool nofollow)
{
	struct fs_info info;
	int rc = nofollow ? fs_root_info_link(&r->source->root, path, &info, NULL)
	                  : fs_root_info(&r->source->root, path, &info, NULL);

	return rc == 0 && ((info.kind != FS_KIND_DIR && info.kind != FS_KIND_LINK) ||
	                   !is_private(r, path));
}

void recorder_file(struct source_recorder *r, const char *path, const char *bytes,
                   size_t n)
{
	CLEANUP(str_release) struct str real = STR_INIT;
	struct fs_info info;

	if (!may_place(r, path, false) || !walk_to(r, path, false, &real, &info) ||
	    info.kind == FS_KIND_DIR)
		return;
	place_file(r, real.data, bytes, n, info.mode);
}

void recorder_link(struct source_recorder *r, const char *path)
{
	CLEANUP(str_release) struct str real = STR_INIT;
	struct fs_info info;

	if (may_place(r, path, true) && walk_to(r, path, true, &real, &info) &&
	    info.kind != FS_KIND_DIR && info.kind != FS_KIND_LINK)
		place_file(r, real.data, NULL, 0, info.mode);
}

void recorder_list(struct source_recorder *r, const char *path,
                   const struct fs_list *list)
{
	CLEANUP(str_release) struct str real = STR_INIT;
	CLEANUP(str_release) struct str entry = STR_INIT;
	struct fs_info info;

	if (is_private(r, path) ||
	    (!walk_to(r, path, false, &real, &info) && !text_equal(path, "/")))
		return;
	if (is_private(r, text_equal(path, "/") ? "/" : real.data))
		return;
	for (size_t i = 0; i < list->count; i++) {
		str_clear(&entry);
		str_addf(&entry, "%s/%s", real.data, list->items[i].name);
		if (list->items[i].kind == FS_KIND_DIR)
			place_dir(r, entry.data);
		else
			recorder_link(r, entry.data);
	}
}
