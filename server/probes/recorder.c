/* SPDX-License-Identifier: MIT */
/*
 * The recorder: what the source shows it goes into the folder.  Every path is resolved
 * here link by link, so that links are copied as links and each file once, under its real
 * path; nothing is ever written through a link.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "source_private.h"
#include "source_recorder.h"
#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/facts.h"
#include "trilane/mem.h"
#include "trilane/recorder.h"
#include "trilane/version.h"

#include "trilane/banned.h"

enum { LINKS_MAX = 40, BINARY_HEAD_BYTES = 64 * 1024, TOTAL_LIMIT_BYTES = 512 << 20 };

struct source_recorder {
	char *dir;
	int fd; /* of DIR */
	struct source *source;
	const struct redaction *redaction;
	json_t *placed; /* real path: bytes recorded, -1 for folders and links */
	json_t *sysctls;
	json_t *lines; /* of files at the top: name: text */
	size_t total_bytes;
	struct error first; /* failure to write */
};

static void note_failure(struct source_recorder *r, int errnum, const char *what)
{
	if (r->first.code == ERROR_NONE)
		error_set_errno(&r->first, errnum, "cannot write %s/%s", r->dir, what);
}

/* Is DIR missing or empty?  Makes it. */
static int prepare(const char *dir, struct error *err)
{
	CLEANUP(fs_root_release) struct fs_root root = FS_ROOT_INIT;
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	int rc;

	if (mkdir(dir, 0700) == 0)
		return 0;
	if (errno != EEXIST)
		return error_set_errno(err, errno, "cannot make %s", dir);
	rc = fs_root_open(&root, dir, err);
	if (rc == 0)
		rc = fs_root_list(&root, "/", 1, &list, err);
	if (rc == ERROR_TOO_LARGE || list.count > 0)
		return error_set(err, ERROR_EXISTS, "%s is not empty", dir);
	return rc;
}

int recorder_new(struct source_recorder **out, const char *dir,
                 const struct redaction *redaction, struct error *err)
{
	struct source_recorder *r;
	int rc = prepare(dir, err);
	int fd;

	if (rc < 0)
		return rc;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_set_errno(err, errno, "cannot open %s", dir);
	r = xcalloc(1, sizeof(*r));
	r->dir = xstrdup(dir);
	r->fd = fd;
	r->redaction = redaction;
	r->placed = json_object();
	r->sysctls = json_object();
	r->lines = json_object();
	*out = r;
	return 0;
}

void recorder_attach(struct source_recorder *r, struct source *source)
{
	r->source = source;
	source->recorder = r;
	if (mkdirat(r->fd, "root", 0700) != 0 || mkdirat(r->fd, "commands", 0700) != 0)
		note_failure(r, errno, "root");
}

void recorder_free(struct source_recorder *r)
{
	if (!r)
		return;
	if (r->source && r->source->recorder == r)
		r->source->recorder = NULL;
	json_decref(r->placed);
	json_decref(r->sysctls);
	json_decref(r->lines);
	close(r->fd);
	free(r->dir);
	free(r);
}

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
		note_failure(r, errno, name.data);
	set_placed(r, path, -1);
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
		note_failure(r, errno, name.data);
	set_placed(r, path, -1);
}

static void write_file(struct source_recorder *r, const char *name, const char *bytes,
                       size_t n, mode_t mode)
{
	CLEANUP_CLOSE int fd = openat(
		r->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);

	r->total_bytes += n;
	if (fd < 0)
		note_failure(r, errno, name);
	else if (r->total_bytes > TOTAL_LIMIT_BYTES)
		note_failure(r, EFBIG, name);
	else
		fs_write_fd(fd, bytes, n, r->first.code == ERROR_NONE ? &r->first : NULL);
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
	write_file(r, name.data, copy.data, copy.len, (mode_t)((mode & 0111) | 0600));
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

void recorder_file(struct source_recorder *r, const char *path, const char *bytes,
                   size_t n)
{
	CLEANUP(str_release) struct str real = STR_INIT;
	struct fs_info info;

	if (!walk_to(r, path, false, &real, &info) || info.kind == FS_KIND_DIR)
		return;
	place_file(r, real.data, bytes, n, info.mode);
}

void recorder_link(struct source_recorder *r, const char *path)
{
	CLEANUP(str_release) struct str real = STR_INIT;
	struct fs_info info;

	if (walk_to(r, path, true, &real, &info) && info.kind != FS_KIND_DIR &&
	    info.kind != FS_KIND_LINK)
		place_file(r, real.data, NULL, 0, info.mode);
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

void recorder_list(struct source_recorder *r, const char *path,
                   const struct fs_list *list)
{
	CLEANUP(str_release) struct str real = STR_INIT;
	CLEANUP(str_release) struct str entry = STR_INIT;
	struct fs_info info;

	if (!walk_to(r, path, false, &real, &info) && !text_equal(path, "/"))
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

void recorder_sysctl(struct source_recorder *r, const char *name, const char *value)
{
	json_object_set_new(r->sysctls, name, fact_text(value, strlen(value)));
}

/* `uname -a` has the host's name as its second word, however common it is. */
static void hide_uname_host(struct str *text)
{
	char *host = strchr(text->data, ' ');

	for (char *c = host ? host + 1 : text->data; host && *c && *c != ' '; c++)
		*c = 'x';
}

void recorder_command(struct source_recorder *r, const char *name, const char *out,
                      size_t n, int exit_code)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(str_release) struct str code = STR_INIT;

	str_addf(&path, "commands/%s", name);
	str_add_n(&text, out, n);
	redact_str(r->redaction, &text);
	if (text_equal(name, "uname -a"))
		hide_uname_host(&text);
	write_file(r, path.data, text.data, text.len, 0600);
	if (exit_code == 0)
		return;
	str_add(&path, ".exit");
	str_addf(&code, "%d\n", exit_code);
	write_file(r, path.data, code.data, code.len, 0600);
}

void recorder_side_line(struct source_recorder *r, const char *name, const char *line)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *before = json_string_value(json_object_get(r->lines, name));

	str_addf(&text, "%s%s\n", before ? before : "", line);
	json_object_set_new(r->lines, name, fact_text(text.data, text.len));
}

static void write_text(struct source_recorder *r, const char *name, const char *text)
{
	CLEANUP(str_release) struct str copy = STR_INIT;

	str_add(&copy, text);
	redact_str(r->redaction, &copy);
	write_file(r, name, copy.data, copy.len, 0600);
}

static void write_sysctls(struct source_recorder *r)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *name;
	json_t *value;

	json_object_foreach(r->sysctls, name, value)
		str_addf(&text, "%s: %s\n", name, json_string_value(value));
	if (text.len > 0)
		write_text(r, "sysctl.txt", text.data);
}

static void add_variable(void *context, const char *name, const char *value)
{
	json_object_set_new((json_t *)context, name, fact_text(value, strlen(value)));
}

static void write_document(struct source_recorder *r, const char *name, json_t *document)
{
	CLEANUP_FREE char *text = document_text(document, true);

	write_text(r, name, text);
	json_decref(document);
}

static void write_environment(struct source_recorder *r)
{
	json_t *variables = json_object();

	source_env_each(r->source, add_variable, variables);
	write_document(r, "environment.json", variables);
}

static void write_recording(struct source_recorder *r, const char *arch)
{
	const struct source *s = r->source;
	char now[CLOCK_DATE_SIZE];
	json_t *document;

	clock_now(now);
	arch = arch ? arch : s->arch ? s->arch : s->process_arch;
	document = json_pack("{s:s, s:s, s:s?, s:s?, s:b, s:o, s:s, s:{s:s, s:s}}",
	                     "schema", RECORDING_SCHEMA, "os", source_os_name(s->os),
	                     "arch", arch, "process_arch", s->process_arch, "translated",
	                     s->translated, "home", fact_text(s->home, strlen(s->home)),
	                     "taken", s->taken ? s->taken : now, "tool", "version",
	                     trilane_version(), "build", trilane_build());
	write_document(r, "recording.json", document);
}

int recorder_finish(struct source_recorder *r, const char *arch, struct error *err)
{
	const char *name;
	json_t *lines;

	write_sysctls(r);
	write_environment(r);
	json_object_foreach(r->lines, name, lines)
		write_text(r, name, json_string_value(lines));
	write_recording(r, arch);
	r->source->recorder = NULL;
	if (r->first.code == ERROR_NONE)
		return 0;
	return error_set(err, r->first.code, "%s", r->first.text);
}
