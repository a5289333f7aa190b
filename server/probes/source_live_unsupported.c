/* SPDX-License-Identifier: MIT */
/* A system whose facts are reached by files alone, if at all. */
#include "source_private.h"

#include "trilane/banned.h"

bool source_live_sysctl(const char *name, struct str *value)
{
	(void)name;
	(void)value;
	return false;
}
