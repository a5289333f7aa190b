/* SPDX-License-Identifier: MIT */
/*
 * What the program itself runs on: only what it needs to work, not what it reports.
 * (Facts about the machine are the probes' business.)
 */
#ifndef TRILANE_PLATFORM_H
#define TRILANE_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "trilane/error.h"
#include "trilane/str.h"

#define TRILANE_OS_MACOS "macOS"
#define TRILANE_OS_LINUX "Linux"

const char *platform_os(void); /* "macOS", "Linux" or "unknown" */
/* Of this build: "arm64", "x86_64" or "unknown". */
const char *platform_arch(void);
/* Is this process run by a translator (Rosetta 2, Rosetta for Linux, qemu-user)?
 * KIND, if not NULL, becomes "rosetta", "rosetta-linux", "qemu-user" or NULL. */
bool platform_translated(const char **kind);
/* Where data belongs: ~/Library/Application Support/Trilane; $XDG_DATA_HOME/trilane or
 * ~/.local/share/trilane. */
int platform_data_dir(struct str *out, struct error *err);
int platform_home_dir(struct str *out, struct error *err);
/* Processors this process may run on, at least 1: within its affinity and, in a
 * container, the quota of its cgroup; on Apple silicon the count of the highest
 * performance level. */
unsigned platform_cpu_count(void);
/* Asks the system to kill this process when its parent dies, where it can. */
void platform_die_with_parent(void);
/* Opens URL in the user's browser; false where there is none.  Never blocks. */
bool platform_open_browser(const char *url);
/* Peak resident set of this process, bytes; 0 if unknown. */
uint64_t platform_peak_memory_bytes(void);
/* Is FD a terminal, and are colours wanted there (https://no-color.org, TERM=dumb)? */
bool platform_terminal_has_colours(int fd);
/* Number of columns of the terminal FD, 80 if it is none. */
int platform_terminal_columns(int fd);

#endif
