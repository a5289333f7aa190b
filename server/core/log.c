/* SPDX-License-Identifier: MIT */
/* Messages on standard error: one write a line, cleaned. */
#include "trilane/log.h"

#include <stdarg.h>
#include <unistd.h>

#include "trilane/cleanup.h"
#include "trilane/str.h"

#include "trilane/banned.h"

void log_write(enum log_level level, const char *format, ...)
{
	static const char *const names[] = {"error: ", "warning: ", ""};
	CLEANUP(str_release) struct str raw = STR_INIT_LIMIT(8192);
	CLEANUP(str_release) struct str line = STR_INIT;
	va_list args;
	ssize_t ignored;

	va_start(args, format);
	str_addv(&raw, format, args);
	va_end(args);
	str_addf(&line, "trilane: %s", names[level]);
	str_add_utf8(&line, raw.data, raw.len);
	str_add_char(&line, '\n');
	ignored = write(STDERR_FILENO, line.data, line.len);
	(void)ignored;
}
