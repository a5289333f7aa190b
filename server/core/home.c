/* SPDX-License-Identifier: MIT */
/* The home folder.  Apart from platform.c because the password database is not for
 * static programs, and the worker can be one. */
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "trilane/platform.h"

#include "trilane/banned.h"

int platform_home_dir(struct str *out, struct error *err)
{
	const char *home = getenv("HOME");
	struct passwd entry, *found = NULL;
	char buffer[4096];

	if (!home || home[0] != '/') {
		if (getpwuid_r(getuid(), &entry, buffer, sizeof(buffer), &found) != 0 ||
		    !found || !found->pw_dir || found->pw_dir[0] != '/')
			return error_set(err, ERROR_NOT_FOUND,
			                 "no home folder: HOME is not set");
		home = found->pw_dir;
	}
	str_add(out, home);
	return 0;
}
