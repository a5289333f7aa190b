/* SPDX-License-Identifier: MIT */
/* Reading what the command line names.  Unlike fs_read() it waits for a pipe. */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "trilane/cleanup.h"
#include "trilane/fs.h"

#include "trilane/banned.h"

/* Standard input that was closed is held open the wrong way round (cli.c). */
static bool is_readable(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && (flags & O_ACCMODE) != O_WRONLY;
}

int input_read(const char *path, size_t limit, struct str *out, bool *more,
               struct error *err)
{
	bool standard = text_equal(path, "-");
	CLEANUP_CLOSE int opened = standard ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	int rc;

	*more = false;
	if (!standard && opened < 0)
		return error_set_errno(err, errno, "cannot open %s", path);
	if (standard && !is_readable(STDIN_FILENO))
		return 0;
	rc = fs_read_fd(standard ? STDIN_FILENO : opened, limit, out, err);
	*more = rc == ERROR_TOO_LARGE;
	if (rc && !*more)
		error_prefix(err, "%s", standard ? "standard input" : path);
	return *more ? 0 : rc;
}
