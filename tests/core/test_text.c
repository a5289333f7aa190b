/* SPDX-License-Identifier: MIT */
/* Strings, lists, numbers, digests and ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trilane/cleanup.h"
#include "trilane/error.h"
#include "trilane/id.h"
#include "trilane/mem.h"
#include "trilane/sha256.h"
#include "trilane/str.h"

static void string_keeps_what_fits_under_its_ceiling(void **state)
{
	CLEANUP(str_release) struct str s = STR_INIT_LIMIT(5);

	(void)state;
	str_add(&s, "abc");
	assert_false(str_failed(&s));
	str_add(&s, "def");
	str_add(&s, "g");
	assert_true(str_failed(&s));
	assert_string_equal(s.data, "abc");
	str_clear(&s);
	assert_false(str_failed(&s));
	assert_string_equal(s.data, "");
}

static void string_grows_and_detaches(void **state)
{
	struct str s = STR_INIT;
	char *text;

	(void)state;
	for (int i = 0; i < 1000; i++)
		str_addf(&s, "%03d,", i);
	assert_int_equal(s.len, 4000);
	text = str_detach(&s);
	assert_memory_equal(text, "000,001,", 8);
	assert_string_equal(s.data, "");
	free(text);
	str_add(&s, " \t x y \n");
	str_trim(&s);
	assert_string_equal(s.data, "x y");
	str_release(&s);
}

static void blank_text_is_known(void **state)
{
	(void)state;
	assert_true(text_is_blank("", 0));
	assert_true(text_is_blank(" \t\r\n\0", 5));
	assert_true(text_is_blank("  x", 2));
	assert_false(text_is_blank("  x", 3));
	assert_false(text_is_blank("\v", 1));
}

static void utf8_is_judged_as_rfc_3629(void **state)
{
	(void)state;
	assert_true(text_is_utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 10));
	assert_false(text_is_utf8("\xc0\x80", 2));         /* overlong */
	assert_false(text_is_utf8("\xed\xa0\x80", 3));     /* surrogate */
	assert_false(text_is_utf8("\xf4\x90\x80\x80", 4)); /* above U+10FFFF */
	assert_false(text_is_utf8("\xe2\x82", 2));         /* cut */
	assert_false(text_is_utf8("\xff", 1));
}

static void unknown_bytes_become_replacement_characters(void **state)
{
	CLEANUP(str_release) struct str s = STR_INIT;

	(void)state;
	str_add_utf8(&s, "a\x1b[31m\xff\tb", 9);
	assert_string_equal(s.data, "a\xef\xbf\xbd[31m\xef\xbf\xbd\tb");
}

static void numbers_are_whole_or_refused(void **state)
{
	uint64_t u = 7;
	int64_t i;
	double d;

	(void)state;
	assert_true(text_to_u64("18446744073709551615", &u) && u == UINT64_MAX);
	assert_false(text_to_u64("18446744073709551616", &u));
	assert_false(text_to_u64("", &u) || text_to_u64("-1", &u));
	assert_false(text_to_u64(" 1", &u) || text_to_u64("1x", &u));
	assert_true(text_to_i64("-9223372036854775808", &i) && i == INT64_MIN);
	assert_false(text_to_i64("9223372036854775808", &i) || text_to_i64("--1", &i));
	assert_true(text_to_double("-2.5e3", &d) && d == -2500);
	assert_false(text_to_double("inf", &d) || text_to_double("0x10", &d));
	assert_false(text_to_double("1e999", &d) || text_to_double("", &d));
}

static void lists_split_and_end_with_null(void **state)
{
	CLEANUP(strlist_release) struct strlist list = STRLIST_INIT;

	(void)state;
	strlist_split(&list, ":/usr/bin::/bin:", ":");
	assert_int_equal(list.count, 2);
	assert_string_equal(list.items[0], "/usr/bin");
	assert_null(list.items[2]);
	assert_true(strlist_has(&list, "/bin"));
	strlist_sort(&list);
	assert_string_equal(list.items[0], "/bin");
	strlist_clear(&list);
	assert_null(list.items[0]);
}

static void sha256_gives_the_published_digests(void **state)
{
	char hex[SHA256_HEX_SIZE];
	CLEANUP_FREE char *million = xmalloc(1000000);

	(void)state;
	sha256_hex("abc", 3, hex);
	assert_string_equal(
		hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha256_hex("", 0, hex);
	assert_string_equal(
		hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	memset(million, 'a', 1000000);
	sha256_hex(million, 1000000, hex);
	assert_string_equal(
		hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void ids_are_valid_and_differ(void **state)
{
	char a[ID_SIZE], b[ID_SIZE];

	(void)state;
	id_new(a);
	id_new(b);
	assert_true(id_valid(a) && id_valid(b));
	assert_string_not_equal(a, b);
	assert_false(id_valid("short") || id_valid("../../../../../../etc/pass"));
}

static void ids_sort_behind_one_from_the_future(void **state)
{
	static const char last[] = "7zzzzzzzzz0123456789abcdef";
	char next[ID_SIZE];

	(void)state;
	assert_true(id_valid(last));
	id_new_after(last, next);
	assert_true(id_valid(next) && strcmp(next, last) > 0);
	assert_memory_equal(next, "8000000000", 10);
	id_new_after("", next);
	assert_true(id_valid(next) && strcmp(next, last) < 0);
}

static void error_codes_have_names(void **state)
{
	(void)state;
	assert_string_equal(error_code_name(ERROR_NONE), "none");
	assert_string_equal(error_code_name(ERROR_NOT_FOUND), "not_found");
	assert_string_equal(error_code_name(ERROR_FULL), "full");
	assert_string_equal(error_code_name((enum error_code)(ERROR_FULL - 1)), "failed");
	assert_string_equal(error_code_name((enum error_code)1), "failed");
}

static void arrays_grow_by_doubling_and_keep_their_items(void **state)
{
	CLEANUP_FREE char *items = NULL;
	size_t capacity = 0;

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		items = array_reserve(items, &capacity, i + 1, sizeof(*items));
		assert_true(capacity > i);
		items[i] = (char)i;
	}
	assert_int_equal(capacity, 128);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(items[i], i);
}

static void errors_carry_code_prefix_and_whole_characters(void **state)
{
	struct error err = ERROR_INIT;
	char many[501] = "";

	(void)state;
	assert_int_equal(error_set(&err, ERROR_INVALID, "batch is %d", 3), ERROR_INVALID);
	error_prefix(&err, "spec");
	assert_int_equal(err.code, ERROR_INVALID);
	assert_string_equal(err.text, "spec: batch is 3");
	assert_int_equal(error_set_errno(&err, 2, "x"), ERROR_NOT_FOUND);
	assert_string_equal(err.text, "x: No such file or directory");
	for (size_t i = 0; i < 500; i += 2)
		memcpy(many + i, "\xc3\xa9", 2);
	error_set(&err, ERROR_FAILED, "%s", many);
	assert_true(text_is_utf8(err.text, strlen(err.text)));
	assert_true(strlen(err.text) > 390);
	assert_int_equal(error_set(NULL, ERROR_BUSY, "x"), ERROR_BUSY);
}

static void markdown_finds_nothing_to_act_on(void **state)
{
	CLEANUP(str_release) struct str s = STR_INIT;

	(void)state;
	str_add_markdown(&s, "a|b `c` [d](e) <f> & *_#~!\\\n\t\x1b.");
	assert_string_equal(s.data, "a\\|b \\`c\\` \\[d\\](e) &lt;f&gt; &amp; "
	                            "\\*\\_\\#\\~\\!\\\\   .");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(string_keeps_what_fits_under_its_ceiling),
		cmocka_unit_test(string_grows_and_detaches),
		cmocka_unit_test(blank_text_is_known),
		cmocka_unit_test(utf8_is_judged_as_rfc_3629),
		cmocka_unit_test(unknown_bytes_become_replacement_characters),
		cmocka_unit_test(markdown_finds_nothing_to_act_on),
		cmocka_unit_test(numbers_are_whole_or_refused),
		cmocka_unit_test(lists_split_and_end_with_null),
		cmocka_unit_test(sha256_gives_the_published_digests),
		cmocka_unit_test(ids_are_valid_and_differ),
		cmocka_unit_test(ids_sort_behind_one_from_the_future),
		cmocka_unit_test(error_codes_have_names),
		cmocka_unit_test(arrays_grow_by_doubling_and_keep_their_items),
		cmocka_unit_test(errors_carry_code_prefix_and_whole_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
