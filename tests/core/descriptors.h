/* SPDX-License-Identifier: MIT */
/* How many descriptors of this process are open: the same before and after what gives all
 * of its own back. */
#ifndef TESTS_CORE_DESCRIPTORS_H
#define TESTS_CORE_DESCRIPTORS_H

#include <fcntl.h>

static inline int count_open(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

#endif
