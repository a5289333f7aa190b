/* SPDX-License-Identifier: MIT */
/*
 * Messages to whoever runs the program, on standard error, one line each:
 * "trilane: warning: …".  Text from outside is cleaned of control characters.
 * One write(2) a line, so threads and processes do not mix theirs.
 */
#ifndef TRILANE_LOG_H
#define TRILANE_LOG_H

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO };

void log_write(enum log_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define log_error(...)   log_write(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_WARNING, __VA_ARGS__)
#define log_info(...)    log_write(LOG_INFO, __VA_ARGS__)

#endif
