/* SPDX-License-Identifier: MIT */
/*
 * The recorder: its life, and what is not a file of the machine: sysctls, commands,
 * variables, recording.json.  The files are recorder_tree.c's part.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "recorder_private.h"
#include "source_private.h"
#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/facts.h"
#include "trilane/mem.h"
#include "trilane/recorder.h"
#include "trilane/version.h"

#include "trilane/banned.h"

enum { TOTAL_LIMIT_BYTES = 512 << 20 };

void recorder_note_failure(struct source_recorder *r, int errnum, const char *what)
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
	*out = r;
	return 0;
}

void recorder_attach(struct source_recorder *r, struct source *source)
{
	r->source = source;
	source->recorder = r;
	if (mkdirat(r->fd, "root", 0700) != 0 || mkdirat(r->fd, "commands", 0700) != 0)
		recorder_note_failure(r, errno, "root");
}

void recorder_free(struct source_recorder *r)
{
	if (!r)
		return;
	if (r->source && r->source->recorder == r)
		r->source->recorder = NULL;
	json_decref(r->placed);
	json_decref(r->sysctls);
	close(r->fd);
	free(r->dir);
	free(r);
}

void recorder_write(struct source_recorder *r, const char *name, const char *bytes,
                    size_t n, mode_t mode)
{
	CLEANUP_CLOSE int fd = openat(
		r->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);

	r->total_bytes += n;
	if (fd < 0)
		recorder_note_failure(r, errno, name);
	else if (r->total_bytes > TOTAL_LIMIT_BYTES)
		recorder_note_failure(r, EFBIG, name);
	else
		fs_write_fd(fd, bytes, n, r->first.code == ERROR_NONE ? &r->first : NULL);
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
	recorder_write(r, path.data, text.data, text.len, 0600);
	if (exit_code == 0)
		return;
	str_add(&path, ".exit");
	str_addf(&code, "%d\n", exit_code);
	recorder_write(r, path.data, code.data, code.len, 0600);
}

static void write_text(struct source_recorder *r, const char *name, const char *text)
{
	CLEANUP(str_release) struct str copy = STR_INIT;

	str_add(&copy, text);
	redact_str(r->redaction, &copy);
	recorder_write(r, name, copy.data, copy.len, 0600);
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
	if (s->translator)
		json_object_set_new(document, "translator", json_string(s->translator));
	write_document(r, "recording.json", document);
}

int recorder_finish(struct source_recorder *r, const char *arch, struct error *err)
{
	write_sysctls(r);
	write_environment(r);
	write_recording(r, arch);
	r->source->recorder = NULL;
	if (r->first.code == ERROR_NONE)
		return 0;
	return error_set(err, r->first.code, "%s", r->first.text);
}
