/* SPDX-License-Identifier: MIT */
/*
 * What the system can do for a measurement.
 */
#ifndef WORKER_SYSTEM_H
#define WORKER_SYSTEM_H

/* Asks for the processors and the attention that a run of THREADS threads should have:
 * the fastest processors, one a core while they last, and no others (Linux); the class
 * user-initiated (macOS).  Threads that are started later inherit it.  A wish: what the
 * system refuses is left as it is. */
void system_prepare(unsigned threads);

#endif
