/* SPDX-License-Identifier: MIT */
/* The lock of the machine: flock(2) on a file of the user's in /tmp. */
#include "machine_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/fs.h"

#include "trilane/banned.h"

#define PAUSE_NS (200 * NS_PER_MS)

/* The folder is everybody's: a file that another user put there is theirs to hold. */
static int open_own(const char *path)
{
	CLEANUP_CLOSE int fd =
		open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_uid != geteuid())
		return -1;
	return move_fd(&fd);
}

int machine_lock_take(const char *root, const atomic_bool *cancelled,
                      void (*waiting)(void *context), void *context, int *fd,
                      struct error *err)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	fs_join(&path, root, "tmp");
	str_addf(&path, "/trilane-benchmark-%u.lock", (unsigned)geteuid());
	*fd = open_own(path.data);
	while (*fd >= 0 && flock(*fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) {
		if (cancelled && atomic_load(cancelled)) {
			cleanup_close(fd);
			*fd = -1;
			return error_set(err, ERROR_CANCELLED, "cancelled");
		}
		waiting(context);
		clock_sleep_ns(PAUSE_NS);
	}
	return 0;
}
