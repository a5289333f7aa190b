/* SPDX-License-Identifier: MIT */
/* The lock of the machine: flock(2) on a file of the user's in /tmp. */
#include "machine_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/fs.h"

#include "trilane/banned.h"

#define PAUSE_NS (200 * NS_PER_MS)

int machine_lock_take(const char *root, const atomic_bool *cancelled,
                      void (*waiting)(void *context), void *context, int *fd,
                      struct error *err)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	fs_join(&path, root, "tmp");
	str_addf(&path, "/trilane-benchmark-%u.lock", (unsigned)geteuid());
	*fd = open(path.data, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
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
