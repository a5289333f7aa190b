/* SPDX-License-Identifier: MIT */
/* The analysis of macOS machines, live or recorded: a function a row of the table. */
#ifndef PROBES_MACOS_H
#define PROBES_MACOS_H

#include "../machine.h"

void macos_system(struct source *s, json_t *report);
void macos_cores(struct source *s, json_t *report);
void macos_isa(struct source *s, json_t *report);
void macos_memory(struct source *s, json_t *report);
void macos_gpus(struct source *s, json_t *report);
void macos_translator(struct source *s, json_t *report);
void macos_container(struct source *s, json_t *report);
void macos_power(struct source *s, json_t *report);
void macos_thermal(struct source *s, json_t *report);

/* A command's output in OUT; false if it could not be had. */
bool macos_command(struct source *s, const char *const *argv, struct str *out);
/* The document of system_profiler; a new reference, NULL if it cannot be had. */
json_t *macos_profiler(struct source *s);
/* Its first item of SPHardwareDataType, borrowed from DOCUMENT; NULL: none. */
const json_t *macos_hardware(const json_t *document);
/* 15 of machine.os.version "15.3.1"; 0 if unknown. */
int macos_major(const json_t *report);
/* 1 of "Apple M1 Pro"; 0 if CHIP is NULL or no Apple M chip. */
int macos_chip_generation(const char *chip);
/* "Apple M1 Max" of "…RELEASE_ARM64_T6001"; NULL if unknown. */
const char *macos_chip_of_kernel(const char *kernel_version);

#endif
