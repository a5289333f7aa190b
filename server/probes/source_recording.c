/* SPDX-License-Identifier: MIT */
/*
 * Opening a recording: DIR/recording.json, sysctl.txt, environment.json and the folder
 * root/.  Everything is read through a root that is DIR itself, so a link named
 * "recording.json" or "root" leads nowhere outside.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "source_private.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/mem.h"
#include "trilane/platform.h"

#include "trilane/banned.h"

enum { NAME_MAX_BYTES = 4096 };

static enum source_os parse_os(const char *name)
{
	if (text_equal(name, TRILANE_OS_MACOS))
		return SOURCE_MACOS;
	if (text_equal(name, TRILANE_OS_LINUX))
		return SOURCE_LINUX;
	return SOURCE_OTHER;
}

/* A copy of the string member KEY; NULL if it is none, empty or too long. */
static char *member(const json_t *document, const char *key)
{
	const json_t *value = json_object_get(document, key);

	if (!json_is_string(value) || json_string_length(value) == 0 ||
	    json_string_length(value) > NAME_MAX_BYTES ||
	    strlen(json_string_value(value)) != json_string_length(value))
		return NULL;
	return xstrdup(json_string_value(value));
}

/* "aarch64" is arm64 and "amd64" x86_64, whoever wrote it. */
static char *arch_member(const json_t *document, const char *key)
{
	CLEANUP_FREE char *arch = member(document, key);

	if (!arch)
		return NULL;
	if (text_equal(arch, "aarch64") || text_starts(arch, "arm64"))
		return xstrdup("arm64");
	if (text_equal(arch, "amd64") || text_starts(arch, "x86_64"))
		return xstrdup("x86_64");
	return move_ptr(arch);
}

static const char *translator_named(const char *name)
{
	static const char *const names[] = {"rosetta", "rosetta-linux", "qemu-user"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (text_equal(name, names[i]))
			return names[i];
	return NULL;
}

static int fill(struct source *s, const json_t *document, struct error *err)
{
	const char *schema = json_string_value(json_object_get(document, "schema"));

	if (!schema)
		return error_set(err, ERROR_INVALID, "recording.json: no \"schema\"");
	if (!text_equal(schema, RECORDING_SCHEMA))
		return error_set(err, ERROR_UNSUPPORTED,
		                 "recording.json: schema is not " RECORDING_SCHEMA);
	s->os = parse_os(json_string_value(json_object_get(document, "os")));
	if (s->os == SOURCE_OTHER)
		return error_set(err, ERROR_INVALID,
		                 "recording.json: \"os\" is neither macOS nor Linux");
	s->arch = arch_member(document, "arch");
	s->process_arch = arch_member(document, "process_arch");
	s->translated = json_is_true(json_object_get(document, "translated"));
	s->translator = translator_named(
		json_string_value(json_object_get(document, "translator")));
	s->home = member(document, "home");
	s->taken = member(document, "taken");
	if (!s->home || s->home[0] != '/') {
		free(s->home);
		s->home = xstrdup(s->os == SOURCE_MACOS ? "/Users/me" : "/root");
	}
	return 0;
}

int source_parse_recording(struct source *s, const char *text, size_t n,
                           struct error *err)
{
	json_t *document = NULL;
	int rc = document_parse(text, n, SOURCE_DOCUMENT_LIMIT, &document, err);

	if (rc < 0) {
		error_prefix(err, "recording.json");
		return rc;
	}
	rc = json_is_object(document)
	             ? fill(s, document, err)
	             : error_set(err, ERROR_INVALID, "recording.json: not an object");
	json_decref(document);
	return rc;
}

static int open_root(struct source *s, const char *dir, struct error *err)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	struct fs_info info;

	if (fs_root_info_link(&s->dir, "/root", &info, NULL) < 0)
		return 0;
	if (info.kind != FS_KIND_DIR)
		return error_set(err, ERROR_INVALID, "%s/root is not a folder", dir);
	fs_join(&path, dir, "root");
	return fs_root_open(&s->root, path.data, err);
}

/* What a recording may lack: read if it is there and sound. */
static void open_tables(struct source *s)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(str_release) struct str environment = STR_INIT;

	if (fs_root_read(&s->dir, "/sysctl.txt", SOURCE_SYSCTL_LIMIT, &text, NULL) == 0)
		source_table_parse_sysctl(&s->sysctls, text.data, text.len);
	if (fs_root_read(&s->dir, "/environment.json", SOURCE_DOCUMENT_LIMIT,
	                 &environment, NULL) == 0)
		source_parse_environment(&s->env, environment.data, environment.len,
		                         NULL);
}

int source_open_recording(struct source *s, const char *dir, struct error *err)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	int rc;

	*s = (struct source)SOURCE_INIT;
	rc = fs_root_open(&s->dir, dir, err);
	if (rc == 0)
		rc = fs_root_read(&s->dir, "/recording.json", SOURCE_DOCUMENT_LIMIT,
		                  &text, err);
	if (rc == ERROR_NOT_FOUND && s->dir.fd >= 0)
		error_set(err, rc, "it has no recording.json");
	if (rc == 0)
		rc = source_parse_recording(s, text.data, text.len, err);
	if (rc == 0)
		rc = open_root(s, dir, err);
	if (rc < 0) {
		error_prefix(err, "cannot use the recording %s", dir);
		source_release(s);
		return rc;
	}
	open_tables(s);
	return 0;
}
