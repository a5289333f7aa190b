/* SPDX-License-Identifier: MIT */
/*
 * A team of threads that work in step.
 *
 * The caller is member 0.  Waiting spins briefly, then yields, then sleeps: on a quiet
 * machine a barrier costs less than a microsecond, on a busy one nobody burns the core
 * that somebody else needs, and an idle team costs nothing.
 */
#ifndef ENGINES_TEAM_H
#define ENGINES_TEAM_H

#include "trilane/error.h"

enum { TEAM_MAX = 256 };

struct team;

int team_new(unsigned members, struct team **out, struct error *err);
void team_free(struct team *team);
unsigned team_size(const struct team *team);

/* Runs work(context, member) on every member and returns when all have finished. */
void team_run(struct team *team, void (*work)(void *context, unsigned member),
              void *context);

/* Inside work: returns when every member has called it. */
void team_barrier(struct team *team);

/* Member's part of COUNT things: from *BEGIN to *END. */
void team_part(const struct team *team, unsigned member, unsigned count, unsigned *begin,
               unsigned *end);

#endif
