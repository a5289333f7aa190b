/* SPDX-License-Identifier: MIT */
/*
 * pip, uv and pyenv as programs.  (The pip of each environment is a package there.)
 */
#include <string.h>

#include "tools.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

/* Configuration of pip that changes where packages come from or go to. */
static json_t *pip_configuration(struct source *s)
{
	static const char *const in_home[] = {".config/pip/pip.conf", ".pip/pip.conf",
	                                      "Library/Application Support/pip/pip.conf"};
	CLEANUP(str_release) struct str path = STR_INIT;
	json_t *paths = json_array();

	if (source_is_file(s, "/etc/pip.conf"))
		json_add_text(paths, "/etc/pip.conf");
	for (size_t i = 0; i < sizeof(in_home) / sizeof(in_home[0]); i++) {
		tool_home(s, in_home[i], &path);
		if (source_is_file(s, path.data))
			json_add_text(paths, path.data);
	}
	return paths;
}

void tool_pip(struct source *s, json_t *report)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	if (tool_find(s, "pip3", &path) || tool_find(s, "pip", &path))
		machine_set_text(report, "tools.pip.path", path.data, "PATH");
	else
		machine_absent(report, "tools.pip.path", FACT_UNAVAILABLE,
		               "no pip3 in the folders of PATH");
	machine_set(report, "tools.pip.configuration", pip_configuration(s),
	            "the usual paths");
}

/* Homebrew's link names the version: ../Cellar/uv/0.5.1/bin/uv. */
static bool cellar_version(struct source *s, const char *path, const char *tool,
                           struct str *version)
{
	CLEANUP(str_release) struct str real = STR_INIT;
	CLEANUP(str_release) struct str marker = STR_INIT;
	const char *at;

	str_addf(&marker, "/Cellar/%s/", tool);
	if (source_resolve(s, path, &real, NULL) < 0)
		return false;
	at = strstr(real.data, marker.data);
	if (!at)
		return false;
	at += marker.len;
	str_clear(version);
	str_add_n(version, at, strcspn(at, "/"));
	return version->len > 0;
}

/* uv's installer leaves ~/.config/uv/uv-receipt.json with its version. */
static bool receipt_version(struct source *s, struct str *version)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	json_t *document = NULL;
	const char *said;

	tool_home(s, ".config/uv/uv-receipt.json", &path);
	if (!file_text(s, path.data, &text) ||
	    document_parse(text.data, text.len, SMALL_FILE_BYTES, &document, NULL) < 0)
		return false;
	said = json_string_value(json_object_get(document, "version"));
	str_clear(version);
	if (said)
		str_add(version, said);
	json_decref(document);
	return version->len > 0;
}

void tool_uv(struct source *s, json_t *report)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str version = STR_INIT;

	if (!tool_find(s, "uv", &path)) {
		machine_absent(report, "tools.uv", FACT_UNAVAILABLE,
		               "no uv in the folders of PATH");
		return;
	}
	machine_set_text(report, "tools.uv.path", path.data, "PATH");
	if (cellar_version(s, path.data, "uv", &version) || receipt_version(s, &version))
		machine_set_text(report, "tools.uv.version", version.data,
		                 "its installation");
	else
		machine_absent(report, "tools.uv.version", FACT_NOT_MEASURED,
		               "it is not run");
}

void tool_pyenv(struct source *s, json_t *report)
{
	CLEANUP(str_release) struct str root = STR_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *said = source_env(s, "PYENV_ROOT");

	tool_home(s, ".pyenv", &root);
	if (said && said[0] == '/') {
		str_clear(&root);
		str_add(&root, said);
	}
	if (!source_is_dir(s, root.data)) {
		machine_absent(report, "tools.pyenv", FACT_UNAVAILABLE, "no folder %s",
		               root.data);
		return;
	}
	machine_set_text(report, "tools.pyenv.root", root.data, "its folder");
	fs_join(&path, root.data, "version");
	if (file_text(s, path.data, &text))
		machine_set_text(report, "tools.pyenv.global", text.data, path.data);
	else
		machine_absent(report, "tools.pyenv.global", FACT_UNAVAILABLE,
		               "no global version is set");
}
