/* SPDX-License-Identifier: MIT */
/* Linux has no sysctl by name: /proc/sys is files. */
#include "source_private.h"

#include "trilane/banned.h"

bool source_live_sysctl(const char *name, struct str *value)
{
	(void)name;
	(void)value;
	return false;
}
