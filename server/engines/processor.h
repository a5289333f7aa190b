/* SPDX-License-Identifier: MIT */
/*
 * What the cpu engine asks of the processor and the system under it.
 *
 * Features are those that the processor has and the system has switched on, or that a
 * translator carries out.  processor_x86.c, _arm.c, _other.c; features_*.c; system_*.c.
 */
#ifndef ENGINES_PROCESSOR_H
#define ENGINES_PROCESSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool processor_has_avx512(void); /* the F part */
bool processor_has_avx2(void);   /* and FMA */
bool processor_has_sse4(void);   /* SSE4.1, and what came before it */

/* The calling thread's floating-point mode.  Denormal operands and results cost a hundred
 * cycles each on some processors, and Adam's averages decay through them. */
uint64_t processor_flush_to_zero(void); /* switches it on; returns the mode before */
void processor_restore(uint64_t mode);
bool processor_flushes_to_zero(void); /* of the calling thread, tried out */

/* A hint to the processor that this is a waiting loop. */
void processor_pause(void);

/* The processor's name for users into NAME, "" if unknown. */
void processor_name(char *name, size_t size);

/* To be called by each thread that computes: asks for the fast cores where the system
 * has a way to say so. */
void system_thread_started(void);
/* Asks for big pages; P is aligned to SYSTEM_HUGE_PAGE. */
void system_prefer_huge_pages(void *p, size_t size);
enum { SYSTEM_HUGE_PAGE = 2 << 20 };

#endif
