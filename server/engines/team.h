/* SPDX-License-Identifier: MIT */
/*
 * A team of threads that shares out loops.
 *
 * The caller is member 0.  Every member begins with the part of a loop that is always its
 * own, so that what it touches stays in its caches, and then takes over what others have
 * not begun: a member that the system lets wait on a busy machine holds up nobody but the
 * item in its hands.  Waiting spins briefly, then yields, then sleeps: on a quiet machine
 * a loop costs less than a microsecond more than its work, and an idle team costs
 * nothing.
 */
#ifndef ENGINES_TEAM_H
#define ENGINES_TEAM_H

#include "trilane/error.h"

enum { TEAM_MAX = 256 };

struct team;

int team_new(unsigned members, struct team **out, struct error *err);
void team_free(struct team *team);
unsigned team_size(const struct team *team);

/* Does things BEGIN to END on one member. */
typedef void team_work(void *context, unsigned member, unsigned begin, unsigned end);

/* Calls work for all of COUNT things, at most GRAIN at a time, on all members, and
 * returns when everything is done.  Which member does what is not determined. */
void team_for(struct team *team, unsigned count, unsigned grain, team_work *work,
              void *context);

#endif
