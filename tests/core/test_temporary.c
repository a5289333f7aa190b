/* SPDX-License-Identifier: MIT */
/* Temporary folders: removed when released, and swept when their program is gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trilane/cleanup.h"
#include "trilane/fs.h"
#include "trilane/mem.h"
#include "trilane/temporary.h"

#include "trilane/banned.h"

struct fixture {
	struct str base;
	char *before; /* TMPDIR */
};

static int set_up(void **state)
{
	static struct fixture f;
	const char *before = getenv("TMPDIR");

	f = (struct fixture){.base = STR_INIT, .before = before ? xstrdup(before) : NULL};
	assert_int_equal(fs_make_temporary_dir("trilane-test", &f.base, NULL), 0);
	setenv("TMPDIR", f.base.data, 1);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	if (f->before)
		setenv("TMPDIR", f->before, 1);
	else
		unsetenv("TMPDIR");
	fs_remove_tree(f->base.data, NULL);
	str_release(&f->base);
	free(f->before);
	return 0;
}

static bool is_there(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0;
}

static void make(const struct fixture *f, const char *name, struct str *path)
{
	fs_join(path, f->base.data, name);
	assert_int_equal(fs_make_dirs(path->data, 0700, NULL), 0);
}

static void test_release(void **state)
{
	struct temporary t = TEMPORARY_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;

	(void)state;
	assert_int_equal(temporary_open(&t, "trilane-one", NULL), 0);
	str_add(&path, t.path.data);
	assert_true(is_there(path.data));
	temporary_release(&t);
	assert_false(is_there(path.data));
	temporary_release(&t);
}

/* Nobody holds the lock of the first; the others are in use, or of another name. */
static void test_sweep(void **state)
{
	const struct fixture *f = *state;
	CLEANUP(temporary_release) struct temporary used = TEMPORARY_INIT;
	CLEANUP(temporary_release) struct temporary next = TEMPORARY_INIT;
	CLEANUP(str_release) struct str dead = STR_INIT;
	CLEANUP(str_release) struct str inside = STR_INIT;
	CLEANUP(str_release) struct str other = STR_INIT;
	CLEANUP(str_release) struct str longer = STR_INIT;
	CLEANUP(str_release) struct str link = STR_INIT;

	make(f, "trilane-one-000000", &dead);
	make(f, "trilane-one-000000/cache", &inside);
	make(f, "trilane-two-000000", &other);
	make(f, "trilane-oneself", &longer);
	fs_join(&link, f->base.data, "trilane-one-111111");
	assert_int_equal(symlink(other.data, link.data), 0);
	assert_int_equal(temporary_open(&used, "trilane-one", NULL), 0);
	assert_false(is_there(dead.data));
	assert_int_equal(temporary_open(&next, "trilane-one", NULL), 0);
	assert_true(is_there(used.path.data));
	assert_true(is_there(other.data));
	assert_true(is_there(longer.data));
	assert_true(is_there(link.data));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_release, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_sweep, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
