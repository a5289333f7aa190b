/* SPDX-License-Identifier: MIT */
/*
 * The source's reading functions: the same for a live machine and a recording, because
 * both are a root folder; each success is shown to the recorder, if there is one.
 */
#include <stdlib.h>
#include <string.h>

#include "source_private.h"
#include "source_recorder.h"
#include "trilane/cleanup.h"
#include "trilane/mem.h"
#include "trilane/platform.h"

#include "trilane/banned.h"

enum { RECORDED_HEAD_BYTES = 64 * 1024 };

const char *source_os_name(enum source_os os)
{
	switch (os) {
	case SOURCE_MACOS:
		return TRILANE_OS_MACOS;
	case SOURCE_LINUX:
		return TRILANE_OS_LINUX;
	case SOURCE_OTHER:
		break;
	}
	return "unknown";
}

int source_open_live(struct source *s, struct error *err)
{
	CLEANUP(str_release) struct str home = STR_INIT;
	const char *os = platform_os();

	*s = (struct source)SOURCE_INIT;
	s->live = true;
	s->os = text_equal(os, TRILANE_OS_MACOS)   ? SOURCE_MACOS
	        : text_equal(os, TRILANE_OS_LINUX) ? SOURCE_LINUX
	                                           : SOURCE_OTHER;
	s->process_arch = xstrdup(platform_arch());
	s->translated = platform_translated(&s->translator);
	if (platform_home_dir(&home, NULL) < 0 || home.data[0] != '/') {
		str_clear(&home);
		str_add(&home, "/");
	}
	s->home = str_detach(&home);
	return fs_root_open(&s->root, "/", err);
}

void source_release(struct source *s)
{
	fs_root_release(&s->root);
	fs_root_release(&s->dir);
	source_table_release(&s->sysctls);
	source_table_release(&s->env);
	source_table_release(&s->outputs);
	free(s->home);
	free(s->process_arch);
	free(s->arch);
	free(s->taken);
	*s = (struct source)SOURCE_INIT;
}

bool source_sysctl(struct source *s, const char *name, struct str *value)
{
	const char *recorded;

	str_clear(value);
	if (s->os != SOURCE_MACOS)
		return false;
	if (s->live) {
		if (!source_live_sysctl(name, value))
			return false;
	} else {
		recorded = source_table_find(&s->sysctls, name);
		if (!recorded)
			return false;
		str_add(value, recorded);
	}
	if (s->recorder)
		recorder_sysctl(s->recorder, name, value->data);
	return true;
}

/* A recording without root/ has no files at all. */
static int no_files(const char *path, struct error *err)
{
	return error_set(err, ERROR_NOT_FOUND, "%s: the recording has no files", path);
}

static bool has_files(const struct source *s)
{
	return s->root.fd >= 0;
}

int source_read(struct source *s, const char *path, size_t limit, struct str *out,
                struct error *err)
{
	size_t start = out->len;
	int rc = has_files(s) ? fs_root_read(&s->root, path, limit, out, err)
	                      : no_files(path, err);

	if (rc == 0 && s->recorder)
		recorder_file(s->recorder, path, out->data + start, out->len - start);
	return rc;
}

int source_read_head(struct source *s, const char *path, size_t limit, struct str *out,
                     struct error *err)
{
	size_t start = out->len;
	int rc = has_files(s) ? fs_root_read_head(&s->root, path, limit, out, err)
	                      : no_files(path, err);

	if (rc == 0 && s->recorder)
		recorder_file(s->recorder, path, out->data + start, out->len - start);
	return rc;
}

int source_open_file(struct source *s, const char *path, int *fd, struct error *err)
{
	CLEANUP(str_release) struct str head = STR_INIT;
	int rc = has_files(s) ? fs_root_open_file(&s->root, path, fd, err)
	                      : no_files(path, err);

	if (rc == 0 && s->recorder &&
	    fs_root_read_head(&s->root, path, RECORDED_HEAD_BYTES, &head, NULL) == 0)
		recorder_file(s->recorder, path, head.data, head.len);
	return rc;
}

int source_list(struct source *s, const char *path, struct fs_list *list,
                struct error *err)
{
	int rc = has_files(s) ? fs_root_list(&s->root, path, 0, list, err)
	                      : no_files(path, err);

	if (rc == 0 && s->recorder)
		recorder_list(s->recorder, path, list);
	return rc;
}

int source_resolve(struct source *s, const char *path, struct str *out, struct error *err)
{
	int rc = has_files(s) ? fs_root_resolve(&s->root, path, out, err)
	                      : no_files(path, err);

	if (rc == 0 && s->recorder)
		recorder_file(s->recorder, path, NULL, 0);
	return rc;
}

int source_info(struct source *s, const char *path, struct fs_info *info,
                struct error *err)
{
	int rc = has_files(s) ? fs_root_info(&s->root, path, info, err)
	                      : no_files(path, err);

	if (rc == 0 && s->recorder)
		recorder_file(s->recorder, path, NULL, 0);
	return rc;
}

int source_info_link(struct source *s, const char *path, struct fs_info *info,
                     struct error *err)
{
	int rc = has_files(s) ? fs_root_info_link(&s->root, path, info, err)
	                      : no_files(path, err);

	if (rc == 0 && s->recorder)
		recorder_link(s->recorder, path);
	return rc;
}

int source_read_link(struct source *s, const char *path, struct str *target,
                     struct error *err)
{
	int rc = has_files(s) ? fs_root_read_link(&s->root, path, target, err)
	                      : no_files(path, err);

	if (rc == 0 && s->recorder)
		recorder_link(s->recorder, path);
	return rc;
}

bool source_is_file(struct source *s, const char *path)
{
	struct fs_info info;

	return source_info(s, path, &info, NULL) == 0 && info.kind == FS_KIND_FILE;
}

bool source_is_dir(struct source *s, const char *path)
{
	struct fs_info info;

	return source_info(s, path, &info, NULL) == 0 && info.kind == FS_KIND_DIR;
}

int source_read_side(struct source *s, const char *name, size_t limit, struct str *out,
                     struct error *err)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	if (s->dir.fd < 0)
		return error_set(err, ERROR_NOT_FOUND, "%s: not a recording", name);
	str_addf(&path, "/%s", name);
	return fs_root_read(&s->dir, path.data, limit, out, err);
}
