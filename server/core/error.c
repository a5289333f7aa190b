/* SPDX-License-Identifier: MIT */
/* The one error shape: fill, prefix, name.  No allocation: errors report its failure too.
 */
#include "trilane/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trilane/banned.h"

/* Cuts TEXT at a UTF-8 character boundary when it was too long for its SIZE bytes. */
static void cut_at_character(char *text, size_t size, int wanted)
{
	size_t n = size - 1;

	if (wanted < 0 || (size_t)wanted < size)
		return;
	while (n > 0 && ((unsigned char)text[n - 1] & 0xc0) == 0x80)
		n--;
	if (n > 0 && (unsigned char)text[n - 1] >= 0xc0)
		n--;
	text[n] = '\0';
}

__attribute__((format(printf, 2, 0))) static void format_text(struct error *err,
                                                              const char *format,
                                                              va_list args)
{
	cut_at_character(err->text, sizeof(err->text),
	                 vsnprintf(err->text, sizeof(err->text), format, args));
}

int error_set(struct error *err, enum error_code code, const char *format, ...)
{
	va_list args;

	if (!err)
		return code;
	va_start(args, format);
	format_text(err, format, args);
	va_end(args);
	err->code = code;
	return code;
}

static enum error_code code_of_errno(int errnum)
{
	static const struct {
		int errnum;
		enum error_code code;
	} rows[] = {
		{EACCES, ERROR_DENIED},       {EBUSY, ERROR_BUSY},
		{EDQUOT, ERROR_FULL},         {EEXIST, ERROR_EXISTS},
		{EFBIG, ERROR_TOO_LARGE},     {ENOENT, ERROR_NOT_FOUND},
		{ENOEXEC, ERROR_UNSUPPORTED}, {ENOMEM, ERROR_NO_MEMORY},
		{ENOSPC, ERROR_FULL},         {ENOSYS, ERROR_UNSUPPORTED},
		{ENOTDIR, ERROR_NOT_FOUND},   {ENOTEMPTY, ERROR_EXISTS},
		{ENOTSUP, ERROR_UNSUPPORTED}, {EPERM, ERROR_DENIED},
		{EROFS, ERROR_DENIED},        {ETIMEDOUT, ERROR_TIMEOUT},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].errnum == errnum)
			return rows[i].code;
	return ERROR_FAILED;
}

static void append(struct error *err, const char *text)
{
	size_t n = strlen(err->text);

	cut_at_character(err->text + n, sizeof(err->text) - n,
	                 snprintf(err->text + n, sizeof(err->text) - n, "%s", text));
}

int error_set_errno(struct error *err, int errnum, const char *format, ...)
{
	enum error_code code = code_of_errno(errnum);
	char reason[128] = "unknown reason";
	va_list args;

	if (!err)
		return code;
	va_start(args, format);
	format_text(err, format, args);
	va_end(args);
#ifdef __GLIBC__
	/* glibc's strerror_r under _GNU_SOURCE returns the text. */
	const char *text = strerror_r(errnum, reason, sizeof(reason));
#else
	strerror_r(errnum, reason, sizeof(reason));
	const char *text = reason;
#endif
	append(err, ": ");
	append(err, text);
	err->code = code;
	return code;
}

void error_prefix(struct error *err, const char *format, ...)
{
	struct error whole;
	va_list args;

	if (!err)
		return;
	va_start(args, format);
	format_text(&whole, format, args);
	va_end(args);
	append(&whole, ": ");
	append(&whole, err->text);
	memcpy(err->text, whole.text, sizeof(err->text));
}

const char *error_code_name(enum error_code code)
{
	/* By -CODE. */
	static const char *const names[] = {
		"none",      "failed",      "no_memory", "not_found", "exists",
		"denied",    "invalid",     "too_large", "timeout",   "busy",
		"cancelled", "unsupported", "damaged",   "conflict",  "full",
	};
	size_t i = (size_t)-code;

	return i < sizeof(names) / sizeof(names[0]) ? names[i] : "failed";
}

void error_bug(const char *file, int line, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "trilane: bug: %s:%d: ", file, line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}
