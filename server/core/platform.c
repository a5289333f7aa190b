/* SPDX-License-Identifier: MIT */
/* What is the same on every platform; the rest is in platform_<os>.c. */
#include "trilane/platform.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "trilane/version.h"

#include "trilane/banned.h"

const char *trilane_version(void)
{
	return TRILANE_VERSION;
}

const char *trilane_build(void)
{
	return TRILANE_BUILD;
}

const char *platform_arch(void)
{
#if defined(__aarch64__)
	return "arm64";
#elif defined(__x86_64__)
	return "x86_64";
#else
	return "unknown";
#endif
}

int platform_terminal_columns(int fd)
{
	struct winsize size;

	if (!isatty(fd) || ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}
