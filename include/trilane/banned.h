/* SPDX-License-Identifier: MIT */
/*
 * Functions that this project does not use, made compile errors.  Included by every .c
 * file as its last header.
 */
#ifndef TRILANE_BANNED_H
#define TRILANE_BANNED_H

#undef alloca
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok gets alloca
#pragma GCC poison system popen tmpnam mktemp atoi atol atof

#endif
