/* SPDX-License-Identifier: MIT */
/*
 * Logs as people paste them, made plain: UTF-16 decoded, terminal escapes taken out (also
 * those that came as text, "\u001b[31m", "^[[0m"), carriage returns of progress bars made
 * line breaks, quotation marks and blanks of word processors made ASCII, what strings of
 * JSON and Python (\", \n) and web pages (&quot;) write for a character made that one.
 *
 * A line ends at '\n', which counts in line numbers, or at '\v', which stands where a
 * carriage return or a written "\n" made a new line that is none in the file.
 */
#ifndef TRILANE_ADVICE_LOG_TEXT_H
#define TRILANE_ADVICE_LOG_TEXT_H

#include "trilane/str.h"

void log_text_normalize(const char *bytes, size_t n, struct str *out);

#endif
