/* SPDX-License-Identifier: MIT */
/* Files, and the root that paths cannot leave. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "descriptors.h"
#include "trilane/cleanup.h"
#include "trilane/fs.h"

/*
 * BASE/secret              outside
 * BASE/root/etc/name       "inside"
 * BASE/root/link           -> /etc/name      absolute: inside the root
 * BASE/root/up             -> ../../secret   would leave the root
 * BASE/root/loop           -> loop
 * BASE/root/dir            -> etc/
 * BASE/root/fifo
 */
struct tree {
	struct str base;
	struct fs_root root;
};

static void at(const struct tree *t, const char *name, struct str *out)
{
	str_clear(out);
	fs_join(out, t->base.data, name);
}

static void make_link(const struct tree *t, const char *target, const char *name)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	at(t, name, &path);
	assert_int_equal(symlink(target, path.data), 0);
}

static int set_up(void **state)
{
	static struct tree t;
	CLEANUP(str_release) struct str path = STR_INIT;

	t = (struct tree){.base = STR_INIT, .root = FS_ROOT_INIT};
	assert_int_equal(fs_make_temporary_dir("trilane-test", &t.base, NULL), 0);
	at(&t, "secret", &path);
	assert_int_equal(fs_write(path.data, "outside", 7, 0600, NULL), 0);
	at(&t, "root/etc", &path);
	assert_int_equal(fs_make_dirs(path.data, 0700, NULL), 0);
	at(&t, "root/etc/name", &path);
	assert_int_equal(fs_write(path.data, "inside", 6, 0600, NULL), 0);
	make_link(&t, "/etc/name", "root/link");
	make_link(&t, "../../secret", "root/up");
	make_link(&t, "loop", "root/loop");
	make_link(&t, "etc/", "root/dir");
	at(&t, "root/fifo", &path);
	assert_int_equal(mkfifo(path.data, 0600), 0);
	at(&t, "root", &path);
	assert_int_equal(fs_root_open(&t.root, path.data, NULL), 0);
	*state = &t;
	return 0;
}

static int tear_down(void **state)
{
	struct tree *t = *state;

	fs_root_release(&t->root);
	assert_int_equal(fs_remove_tree(t->base.data, NULL), 0);
	assert_int_not_equal(access(t->base.data, F_OK), 0);
	str_release(&t->base);
	return 0;
}

static void absolute_links_stay_inside(void **state)
{
	struct tree *t = *state;
	CLEANUP(str_release) struct str text = STR_INIT, real = STR_INIT;

	assert_int_equal(fs_root_read(&t->root, "/link", 100, &text, NULL), 0);
	assert_string_equal(text.data, "inside");
	assert_int_equal(fs_root_resolve(&t->root, "/dir/../link", &real, NULL), 0);
	assert_string_equal(real.data, "/etc/name");
	str_clear(&real);
	assert_int_equal(fs_root_resolve(&t->root, "/dir/name", &real, NULL), 0);
	assert_string_equal(real.data, "/etc/name");
}

static void nothing_leads_out(void **state)
{
	struct tree *t = *state;
	CLEANUP(str_release) struct str text = STR_INIT;

	assert_int_equal(fs_root_read(&t->root, "/up", 100, &text, NULL),
	                 ERROR_NOT_FOUND);
	assert_int_equal(fs_root_read(&t->root, "/../../secret", 100, &text, NULL),
	                 ERROR_NOT_FOUND);
	assert_int_equal(fs_root_read(&t->root, "/../etc/../etc/name", 100, &text, NULL),
	                 0);
	assert_string_equal(text.data, "inside");
}

static void loops_fifos_and_folders_end_in_errors(void **state)
{
	struct tree *t = *state;
	CLEANUP(str_release) struct str text = STR_INIT;

	assert_true(fs_root_read(&t->root, "/loop", 100, &text, NULL) < 0);
	assert_int_equal(fs_root_read(&t->root, "/fifo", 100, &text, NULL),
	                 ERROR_UNSUPPORTED);
	assert_int_equal(fs_root_read(&t->root, "/etc", 100, &text, NULL),
	                 ERROR_UNSUPPORTED);
	assert_int_equal(fs_root_read(&t->root, "/etc/name/x", 100, &text, NULL),
	                 ERROR_NOT_FOUND);
}

static void limits_hold(void **state)
{
	struct tree *t = *state;
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	struct error err = ERROR_INIT;

	assert_int_equal(fs_root_read(&t->root, "/link", 5, &text, NULL),
	                 ERROR_TOO_LARGE);
	str_clear(&text);
	assert_int_equal(fs_root_read(&t->root, "/link", 6, &text, NULL), 0);
	str_clear(&text);
	assert_int_equal(fs_root_read_head(&t->root, "/link", 2, &text, NULL), 0);
	assert_string_equal(text.data, "in");
	assert_int_equal(fs_root_read_head(&t->root, "/none", 2, &text, &err),
	                 ERROR_NOT_FOUND);
	assert_string_equal(err.text, "cannot open /none: No such file or directory");
	assert_int_equal(fs_root_list(&t->root, "/", 2, &list, NULL), ERROR_TOO_LARGE);
}

static void no_descriptor_is_left_behind(void **state)
{
	struct tree *t = *state;
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	struct fs_info info;
	const int before = count_open();

	for (int i = 0; i < 3; i++) {
		fs_root_read(&t->root, "/link", 100, &text, NULL);
		fs_root_read(&t->root, "/loop", 100, &text, NULL);
		fs_root_read(&t->root, "/none", 100, &text, NULL);
		fs_root_info(&t->root, "/dir", &info, NULL);
		fs_root_list(&t->root, "/", 0, &list, NULL);
		fs_list_release(&list);
		fs_root_list(&t->root, "/link", 0, &list, NULL);
	}
	assert_int_equal(count_open(), before);
}

static void lists_are_sorted_and_tell_kinds(void **state)
{
	struct tree *t = *state;
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;

	assert_int_equal(fs_root_list(&t->root, "/", 0, &list, NULL), 0);
	assert_int_equal(list.count, 6);
	assert_string_equal(list.items[0].name, "dir");
	assert_int_equal(list.items[0].kind, FS_KIND_LINK);
	assert_int_equal(list.items[1].kind, FS_KIND_DIR);
	assert_int_equal(list.items[2].kind, FS_KIND_OTHER);
}

static void links_can_be_looked_at(void **state)
{
	struct tree *t = *state;
	CLEANUP(str_release) struct str target = STR_INIT;
	struct fs_info info;

	assert_int_equal(fs_root_read_link(&t->root, "/link", &target, NULL), 0);
	assert_string_equal(target.data, "/etc/name");
	assert_int_equal(fs_root_info_link(&t->root, "/loop", &info, NULL), 0);
	assert_int_equal(info.kind, FS_KIND_LINK);
	assert_true(fs_root_is_file(&t->root, "/link"));
	assert_false(fs_root_is_file(&t->root, "/up"));
}

static void writing_replaces_the_whole_file(void **state)
{
	struct tree *t = *state;
	CLEANUP(str_release) struct str path = STR_INIT, text = STR_INIT;
	struct stat st;

	at(t, "file", &path);
	assert_int_equal(fs_write(path.data, "one", 3, 0600, NULL), 0);
	assert_int_equal(fs_write(path.data, "two", 3, 0600, NULL), 0);
	assert_int_equal(fs_read(path.data, 10, &text, NULL), 0);
	assert_string_equal(text.data, "two");
	assert_int_equal(stat(path.data, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void names_join_and_part(void **state)
{
	CLEANUP(str_release) struct str s = STR_INIT;

	(void)state;
	fs_join(&s, "/", "etc");
	assert_string_equal(s.data, "/etc");
	str_clear(&s);
	fs_join(&s, "/a//", "/b");
	assert_string_equal(s.data, "/a/b");
	str_clear(&s);
	fs_dir_name(&s, "/a");
	assert_string_equal(s.data, "/");
	assert_string_equal(fs_base_name("/a/b"), "b");
}

#define IN_TREE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TREE(absolute_links_stay_inside),
		IN_TREE(nothing_leads_out),
		IN_TREE(loops_fifos_and_folders_end_in_errors),
		IN_TREE(limits_hold),
		IN_TREE(lists_are_sorted_and_tell_kinds),
		IN_TREE(no_descriptor_is_left_behind),
		IN_TREE(links_can_be_looked_at),
		IN_TREE(writing_replaces_the_whole_file),
		cmocka_unit_test(names_join_and_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
