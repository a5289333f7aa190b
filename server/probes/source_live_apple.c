/* SPDX-License-Identifier: MIT */
/*
 * sysctl by name on macOS, printed as sysctl(8) does.  The kernel is asked for the
 * value's format ("A" text, "I" int, "Q" 64 bits, "S,xsw_usage" a struct) by the same
 * undocumented but unchanged query that sysctl(8) uses: name {0, 4}.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysctl.h>
#include <sys/types.h>

#include "source_private.h"
#include "trilane/cleanup.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum { VALUE_LIMIT = 64 * 1024 };

/* The format string behind the four bytes of kind; empty if it cannot be had. */
static void format_of(const char *name, char format[64])
{
	int mib[CTL_MAXNAME + 2] = {0, 4};
	size_t parts = CTL_MAXNAME, size;
	char reply[64 + sizeof(unsigned)] = {0};

	format[0] = '\0';
	if (sysctlnametomib(name, mib + 2, &parts) != 0)
		return;
	size = sizeof(reply) - 1;
	if (sysctl(mib, (u_int)(parts + 2), reply, &size, NULL, 0) != 0 ||
	    size <= sizeof(unsigned))
		return;
	snprintf(format, 64, "%s", reply + sizeof(unsigned));
}

static void print_swap(const void *bytes, struct str *value)
{
	struct xsw_usage swap;

	memcpy(&swap, bytes, sizeof(swap));
	str_addf(value, "total = %.2fM  used = %.2fM  free = %.2fM",
	         (double)swap.xsu_total / 1048576, (double)swap.xsu_used / 1048576,
	         (double)swap.xsu_avail / 1048576);
}

static bool print_integer(const char *format, const void *bytes, size_t size,
                          struct str *value)
{
	bool is_unsigned = strchr(format, 'U') != NULL;

	if (size == sizeof(int32_t)) {
		int32_t i;

		memcpy(&i, bytes, sizeof(i));
		if (is_unsigned)
			str_addf(value, "%u", (unsigned)i);
		else
			str_addf(value, "%d", i);
		return true;
	}
	if (size == sizeof(int64_t)) {
		int64_t q;

		memcpy(&q, bytes, sizeof(q));
		if (is_unsigned)
			str_addf(value, "%llu", (unsigned long long)q);
		else
			str_addf(value, "%lld", (long long)q);
		return true;
	}
	return false;
}

bool source_live_sysctl(const char *name, struct str *value)
{
	CLEANUP_FREE char *bytes = NULL;
	char format[64];
	size_t size = 0;

	if (sysctlbyname(name, NULL, &size, NULL, 0) != 0 || size == 0 ||
	    size > VALUE_LIMIT)
		return false;
	bytes = xcalloc(size + 1, 1);
	if (sysctlbyname(name, bytes, &size, NULL, 0) != 0)
		return false;
	format_of(name, format);
	if (format[0] == 'A') {
		str_add_n(value, bytes, strlen(bytes));
		return true;
	}
	if (text_equal(format, "S,xsw_usage") && size == sizeof(struct xsw_usage)) {
		print_swap(bytes, value);
		return true;
	}
	return format[0] != 'S' && print_integer(format, bytes, size, value);
}
