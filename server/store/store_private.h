/* SPDX-License-Identifier: MIT */
/* Inside of the store, shared by its files: a database behind a lock. */
#ifndef TRILANE_STORE_PRIVATE_H
#define TRILANE_STORE_PRIVATE_H

#include <pthread.h>

#include "trilane/store.h"

#include "db.h"

struct store {
	pthread_mutex_t lock;
	struct db db;
	int lock_fd; /* holds the data folder for this process */
};

/* Every public function of the store holds it to its end:
 *	CLEANUP(store_let_go) struct store *held = store_hold(s);
 * declared before any statement, so that the statement is gone before the lock is. */
static inline struct store *store_hold(struct store *s)
{
	pthread_mutex_lock(&s->lock);
	return s;
}

static inline void store_let_go(struct store *const *held)
{
	pthread_mutex_unlock(&(*held)->lock);
}

#endif
