/* SPDX-License-Identifier: MIT */
/* What CLEANUP() calls: each gets the address of a variable that goes out of scope. */
#include "trilane/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "trilane/banned.h"

void cleanup_free(void *pointer_to_pointer)
{
	free(*(void **)pointer_to_pointer);
}

void cleanup_close(const int *fd)
{
	int kept = errno;

	if (*fd >= 0)
		close(*fd);
	errno = kept;
}

void cleanup_file(void *pointer_to_file)
{
	FILE *f = *(FILE **)pointer_to_file;

	if (f)
		fclose(f);
}

void cleanup_dir(void *pointer_to_dir)
{
	DIR *d = *(DIR **)pointer_to_dir;

	if (d)
		closedir(d);
}

int move_fd(int *fd)
{
	int moved = *fd;

	*fd = -1;
	return moved;
}
