/* SPDX-License-Identifier: MIT */
/* What is the same on every platform; the rest is in platform_<os>.c. */
#include "trilane/platform.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "trilane/str.h"
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

bool platform_terminal_has_colours(int fd)
{
	const char *none = getenv("NO_COLOR"), *kind = getenv("TERM");

	return isatty(fd) && !(none && none[0]) && !(kind && text_equal(kind, "dumb"));
}

int platform_terminal_columns(int fd)
{
	struct winsize size;

	if (!isatty(fd) || ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}
