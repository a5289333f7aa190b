/* SPDX-License-Identifier: MIT */
/* The recorder: what it is shown it copies, redacted. */
#include "source_recorder.h"

#include "trilane/banned.h"

void recorder_command(struct source_recorder *r, const char *name, const char *out,
                      size_t n, int exit_code)
{
	(void)r;
	(void)name;
	(void)out;
	(void)n;
	(void)exit_code;
}

void recorder_sysctl(struct source_recorder *r, const char *name, const char *value)
{
	(void)r;
	(void)name;
	(void)value;
}

void recorder_file(struct source_recorder *r, const char *path, const char *bytes,
                   size_t n)
{
	(void)r;
	(void)path;
	(void)bytes;
	(void)n;
}

void recorder_link(struct source_recorder *r, const char *path)
{
	(void)r;
	(void)path;
}

void recorder_list(struct source_recorder *r, const char *path,
                   const struct fs_list *list)
{
	(void)r;
	(void)path;
	(void)list;
}
