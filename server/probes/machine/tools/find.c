/* SPDX-License-Identifier: MIT */
/*
 * Where programs lie: the folders of PATH, then those that installers use when a shell's
 * start-up files, which a server does not read, would have added them.
 */
#include "../../probe.h"
#include "tools.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

static const char *const usual_folders[] = {"/opt/homebrew/bin", "/usr/local/bin",
                                            "/usr/bin", "/bin"};
static const char *const home_folders[] = {".local/bin", ".cargo/bin", "bin"};

void tool_home(const struct source *s, const char *name, struct str *out)
{
	str_clear(out);
	fs_join(out, s->home, name);
}

static bool has_file(struct source *s, const char *dir, const char *name, struct str *out)
{
	if (dir[0] != '/')
		return false;
	str_clear(out);
	fs_join(out, dir, name);
	return source_is_file(s, out->data);
}

bool tool_find(struct source *s, const char *name, struct str *out)
{
	CLEANUP(strlist_release) struct strlist folders = STRLIST_INIT;
	CLEANUP(str_release) struct str folder = STR_INIT;
	const char *path = source_env(s, "PATH");

	if (path)
		strlist_split(&folders, path, ":");
	for (size_t i = 0; i < folders.count && i < 256; i++)
		if (has_file(s, folders.items[i], name, out))
			return true;
	for (size_t i = 0; i < sizeof(home_folders) / sizeof(home_folders[0]); i++) {
		tool_home(s, home_folders[i], &folder);
		if (has_file(s, folder.data, name, out))
			return true;
	}
	for (size_t i = 0; i < sizeof(usual_folders) / sizeof(usual_folders[0]); i++)
		if (has_file(s, usual_folders[i], name, out))
			return true;
	str_clear(out);
	return false;
}
