/* SPDX-License-Identifier: MIT */
/*
 * Functions that this project does not use, made compile errors.  Included by every .c
 * file as its last header.
 */
#ifndef TRILANE_BANNED_H
#define TRILANE_BANNED_H

/* Some C libraries define these as macros. */
#undef alloca
#undef sprintf
#undef strcat
#undef strcpy
#undef strncat
#undef strncpy
#undef vsprintf
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok gets alloca
#pragma GCC poison system popen tmpnam mktemp atoi atol atof

#endif
