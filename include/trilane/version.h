/* SPDX-License-Identifier: MIT */
/* The program's own version; both strings are constant. */
#ifndef TRILANE_VERSION_H
#define TRILANE_VERSION_H

const char *trilane_version(void); /* "0.1.0" */
const char *trilane_build(void);   /* compiler, build type, architecture */

#endif
