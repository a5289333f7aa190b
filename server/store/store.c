/* SPDX-License-Identifier: MIT */
/*
 * Opening the store: a private folder, one program at a time, and what to do with a file
 * that is not what it should be.  The records are in job_records.c and documents.c.
 *
 * The folder is held by flock(2), not by SQLite's locks: a second server must fail at its
 * start and must not mark the first one's running jobs as failed.
 */
#include "trilane/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trilane/cleanup.h"
#include "trilane/embedded.h"
#include "trilane/fs.h"
#include "trilane/log.h"
#include "trilane/mem.h"

#include "store_private.h"

#include "trilane/banned.h"

extern const struct embedded_file store_migrations[];
extern const size_t store_migrations_count;

#define APPLICATION_ID 0x7472696c /* "tril" */

static int make_private_dir(const char *dir, struct error *err)
{
	int rc = fs_make_dirs(dir, 0700, err);
	if (rc)
		return rc;
	struct stat st;
	if (stat(dir, &st))
		return error_set_errno(err, errno, "data folder %s", dir);
	if (!(st.st_mode & 077))
		return 0;
	if (st.st_uid != geteuid() || (st.st_mode & S_ISVTX))
		return error_set(err, ERROR_DENIED,
		                 "data folder %s is shared with other users; name one of "
		                 "your own",
		                 dir);
	if (chmod(dir, 0700))
		return error_set_errno(err, errno, "data folder %s", dir);
	return 0;
}

static int hold_dir(const char *dir, int *fd, struct error *err)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	fs_join(&path, dir, "lock");
	CLEANUP_CLOSE int lock =
		open(path.data, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (lock < 0)
		return error_set_errno(err, errno, "cannot write to data folder %s", dir);
	if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
		*fd = move_fd(&lock);
		return 0;
	}
	if (errno != EWOULDBLOCK)
		return error_set_errno(err, errno, "cannot lock data folder %s", dir);
	return error_set(err, ERROR_BUSY,
	                 "another running trilane uses data folder %s; stop it or "
	                 "name another folder",
	                 dir);
}

static void move_one_aside(const char *path, const char *suffix, const char *date)
{
	CLEANUP_FREE char *from = xasprintf("%s%s", path, suffix);
	CLEANUP_FREE char *to = xasprintf("%s.damaged-%s%s", path, date, suffix);
	/* Two in one millisecond cannot happen twice: the folder is ours alone. */
	rename(from, to);
}

static void move_aside(const char *path)
{
	char date[CLOCK_DATE_SIZE];
	clock_now(date);
	for (char *c = date; *c; c++)
		if (*c == ':')
			*c = '-';
	static const char *const suffixes[] = {"", "-wal", "-shm"};
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		move_one_aside(path, suffixes[i], date);
}

static int open_and_migrate(struct db *db, const char *path, struct error *err)
{
	int rc = db_open(db, path, APPLICATION_ID, err);
	if (rc)
		return rc;
	rc = db_migrate(db, store_migrations, store_migrations_count, err);
	if (rc)
		db_release(db);
	return rc;
}

static int open_database(struct store *s, const char *dir, struct error *err)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	fs_join(&path, dir, "trilane.db");
	struct error why = ERROR_INIT;
	int rc = open_and_migrate(&s->db, path.data, &why);
	if (rc == ERROR_DAMAGED) {
		log_warning("%s cannot be read and is moved aside (%s.damaged-…); a new "
		            "history begins",
		            path.data, path.data);
		move_aside(path.data);
		rc = open_and_migrate(&s->db, path.data, &why);
	}
	return rc ? error_set(err, rc, "%s: %s", path.data, why.text) : 0;
}

int store_open(const char *dir, struct store **out, struct error *err)
{
	struct store *s = xcalloc(1, sizeof(*s));
	pthread_mutex_init(&s->lock, NULL);
	s->lock_fd = -1;
	int rc = make_private_dir(dir, err);
	if (!rc)
		rc = hold_dir(dir, &s->lock_fd, err);
	if (!rc)
		rc = open_database(s, dir, err);
	if (rc) {
		store_free(s);
		return rc;
	}
	*out = s;
	return 0;
}

void store_free(struct store *s)
{
	if (!s)
		return;
	db_release(&s->db);
	cleanup_close(&s->lock_fd);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
