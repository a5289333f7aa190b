/* SPDX-License-Identifier: MIT */
/*
 * Which version a Python installation is, from what it left on disk: conda's record, a
 * framework's Info.plist, the folder's name, patchlevel.h, dpkg's list.  What the program
 * is called ("python3.11") is always right about the first two numbers, so a source that
 * says otherwise is not believed.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python/program/version.h"
#include "python/python.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

enum { SMALL_FILE_MAX = 64 << 10, DPKG_STATUS_MAX = 32 << 20 };

/* Length of a version "3.12", "3.12.4", "3.14.0rc2" at the start of S; 0 for none. */
static size_t version_length(const char *s)
{
	size_t n = strspn(s, "0123456789");

	if (!n || n > 2 || s[n] != '.')
		return 0;
	for (int part = 0; part < 2 && s[n] == '.'; part++) {
		size_t digits = strspn(s + n + 1, "0123456789");

		if (!digits || digits > 3)
			break;
		n += 1 + digits;
	}
	size_t letters = strspn(s + n, "abrc");
	size_t digits = strspn(s + n + letters, "0123456789");
	if (letters && letters <= 2 && digits && digits <= 2)
		n += letters + digits;
	return n < 24 ? n : 0;
}

bool version_take(const char *text, const char *minor, char out[32])
{
	size_t n = version_length(text);
	size_t m = strlen(minor);

	if (!n || !memchr(text, '.', n))
		return false;
	if (m && (strncmp(text, minor, m) || (n > m && text[m] != '.')))
		return false;
	memcpy(out, text, n);
	out[n] = 0;
	return true;
}

bool version_is_full(const char *version)
{
	const char *dot = strchr(version, '.');

	return dot && strchr(dot + 1, '.');
}

/* The first part of PATH that holds a version of three numbers. */
static bool version_in_path(const char *path, const char *minor, char out[32])
{
	for (const char *at = path; *at; at++) {
		bool starts = isdigit((unsigned char)*at) &&
		              (at == path || strchr("/-@_", at[-1]));

		if (starts && version_take(at, minor, out) && version_is_full(out))
			return true;
	}
	return false;
}

static bool version_in_conda_meta(struct source *s, const char *prefix, char out[32])
{
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;

	path_join(&path, prefix, "conda-meta");
	if (source_list(s, path.data, &list, NULL))
		return false;
	for (size_t i = 0; i < list.count; i++)
		if (text_starts(list.items[i].name, "python-") &&
		    version_take(list.items[i].name + 7, "", out))
			return true;
	return false;
}

static bool version_in_plist(struct source *s, const char *prefix, const char *minor,
                             char out[32])
{
	static const char *const keys[] = {"CFBundleVersion",
	                                   "CFBundleShortVersionString"};
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	char found[64];

	path_join(&path, prefix, "Resources/Info.plist");
	if (source_read_head(s, path.data, SMALL_FILE_MAX, &text, NULL))
		return false;
	for (size_t i = 0; i < 2; i++) {
		const char *key = strstr(text.data, keys[i]);

		if (key && text_between(key, "<string>", "<", found, sizeof(found)) &&
		    version_take(found, minor, out) && version_is_full(out))
			return true;
	}
	return false;
}

/* #define PY_VERSION "3.12.7" */
static bool version_in_patchlevel(struct source *s, const char *prefix, const char *minor,
                                  char out[32])
{
	static const char define[] = "#define PY_VERSION";
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;

	str_addf(&path, "%s/include/python%s/patchlevel.h", prefix, minor);
	if (!*minor || source_read_head(s, path.data, SMALL_FILE_MAX, &text, NULL))
		return false;
	const char *at = text.data;
	while ((at = strstr(at, define))) {
		at += strlen(define);
		const char *quote = at + strspn(at, " \t");

		if (quote > at && *quote == '"')
			return version_take(quote + 1, minor, out);
	}
	return false;
}

/* Debian's package of the program: python3.11-minimal, "3.11.2-6+deb12u4". */
static bool version_in_dpkg(struct source *s, const char *prefix, const char *minor,
                            char out[32])
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(str_release) struct str name = STR_INIT;

	if (!text_equal(prefix, "/usr") || !*minor || s->os != SOURCE_LINUX ||
	    source_read(s, "/var/lib/dpkg/status", DPKG_STATUS_MAX, &text, NULL))
		return false;
	str_addf(&name, "\nPackage: python%s-minimal\n", minor);
	const char *package = strstr(text.data, name.data);
	if (!package)
		return false;
	const char *end = strstr(package, "\n\n");
	const char *version = strstr(package, "\nVersion: ");
	return version && (!end || version < end) &&
	       version_take(version + strlen("\nVersion: "), minor, out);
}

/* "3.11" from the name of the program, or from the one folder lib/python3.11. */
void version_minor(struct source *s, const char *program, const char *prefix,
                   char out[16])
{
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;
	const char *name = program ? fs_base_name(program) : "";
	char found[32];

	*out = 0;
	name += strcspn(name, "0123456789");
	if (version_take(name, "", found) && !version_is_full(found)) {
		snprintf(out, 16, "%.15s", found);
		return;
	}
	path_join(&path, prefix, "lib");
	if (source_list(s, path.data, &list, NULL))
		return;
	for (size_t i = 0; i < list.count; i++)
		if (text_starts(list.items[i].name, "python") &&
		    list.items[i].kind != FS_KIND_FILE &&
		    version_take(list.items[i].name + 6, "", found) &&
		    !version_is_full(found))
			snprintf(out, 16, "%.15s", found);
}

void version_of_installation(struct source *s, const char *program, const char *prefix,
                             const char *minor, char out[32])
{
	if (version_in_conda_meta(s, prefix, out) ||
	    version_in_plist(s, prefix, minor, out) ||
	    version_in_path(program, minor, out) ||
	    version_in_patchlevel(s, prefix, minor, out) ||
	    version_in_dpkg(s, prefix, minor, out))
		return;
	snprintf(out, 32, "%s", minor);
}
