/* SPDX-License-Identifier: MIT */
/*
 * Locals that clean up when their scope ends.
 *
 *	CLEANUP(str_release) struct str text = STR_INIT;
 *	CLEANUP_FREE char *name = xstrdup(…);
 *	CLEANUP_CLOSE int fd = open(…);
 *
 * CLEANUP(f) calls f(&variable): every X_release() of this project has that shape.
 * Ownership leaves by move_ptr() or move_fd().
 */
#ifndef TRILANE_CLEANUP_H
#define TRILANE_CLEANUP_H

#define CLEANUP(function) __attribute__((cleanup(function)))
#define CLEANUP_FREE      CLEANUP(cleanup_free)
#define CLEANUP_CLOSE     CLEANUP(cleanup_close)
#define CLEANUP_FILE      CLEANUP(cleanup_file)
#define CLEANUP_DIR       CLEANUP(cleanup_dir)

void cleanup_free(void *pointer_to_pointer);
void cleanup_close(const int *fd);        /* -1 is nothing; errno is kept */
void cleanup_file(void *pointer_to_file); /* FILE ** */
void cleanup_dir(void *pointer_to_dir);   /* DIR ** */

/* Takes the value out of the variable, which then holds nothing. */
#define move_ptr(variable) \
	__extension__({ \
		__typeof__(variable) moved_ = (variable); \
		(variable) = NULL; \
		moved_; \
	})
int move_fd(int *fd);

#endif
