/* SPDX-License-Identifier: MIT */
/* Literals of expressions, the search for many patterns at once, and its bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "literals.h"
#include "log_text.h"
#include "pattern.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

/* Clauses joined by "&", their texts by "/". */
static void add_branch(const struct literal_branch *b, struct str *out)
{
	for (size_t i = 0; i < b->count; i++)
		for (size_t j = 0; j < b->clauses[i].any.count; j++)
			str_addf(out, "%s%s",
			         j   ? "/"
			         : i ? "&"
			             : "",
			         b->clauses[i].any.items[j]);
}

static void literals_are_what_must_stand(void **state)
{
	static const struct {
		const char *expression, *literals; /* NULL: none */
	} cases[] = {
		{"Symbol not found", "symbol not found"},
		{"a?bcd+e", "bcd"},
		{"one|three", "one|three"},
		{"(?:have|need) arm64", " arm64&have/need"},
		{"(?:alpha|beta)x?", "alpha/beta"},
		{"(?:alpha|beta)?xyz", "xyz"},
		{"(?<name>first|second)", "first/second"},
		{"(?!never)abc", "abc"},
		{"code\\(7\\)", "code(7)"},
		{"[abc]def[^]]ghijk", "ghijk&def"},
		{"(*UCP)Needs \\S+ (?:and|or) more|less", "needs & more|less"},
		{"one.two.three.four.fives.x{3}", "three&fives&four&one"},
		{"(?:ab|longer)", NULL},
		{".*", NULL},
		{"ab", NULL},
		{"abcd|", NULL},
		{"abc*", NULL},
		{"(?:a(?:b(?:c(?:d(?:e(?:f(?:g(?:hijk))))))))", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(literals_release) struct literals l = LITERALS_INIT;
		CLEANUP(str_release) struct str joined = STR_INIT;
		bool found = literals_read(cases[i].expression, &l);

		for (size_t j = 0; j < l.count; j++) {
			str_add(&joined, j ? "|" : "");
			add_branch(&l.branches[j], &joined);
		}
		if (found != (cases[i].literals != NULL) ||
		    (found && !text_equal(joined.data, cases[i].literals)))
			fail_msg("\"%s\": %s", cases[i].expression, joined.data);
	}
}

struct fixture {
	struct pattern_set set;
	struct pattern_matches matches[8];
	struct str text;
};

static void search(struct fixture *f, const char *const *expressions, unsigned lines,
                   const char *text, size_t n)
{
	*f = (struct fixture){.set = PATTERN_SET_INIT, .text = STR_INIT};
	for (size_t i = 0; expressions[i]; i++) {
		assert_int_equal(pattern_check(expressions[i], NULL), 0);
		assert_int_equal(pattern_set_add(&f->set, expressions[i], lines), i);
		assert_int_equal(pattern_set_add(&f->set, expressions[i], lines), i);
	}
	pattern_set_compile(&f->set);
	log_text_normalize(text, n, &f->text);
	pattern_set_run(&f->set, &f->text, f->matches);
}

static void release(struct fixture *f)
{
	pattern_matches_release(f->matches, f->set.count);
	pattern_set_release(&f->set);
	str_release(&f->text);
}

static void matches_carry_line_and_captures(void **state)
{
	static const char *const expressions[] = {"version (?<v>\\d+)", "SION 2", NULL};
	static const char text[] = "first\n\nVersion 12 here\nversion 13\n";
	struct fixture f;

	(void)state;
	search(&f, expressions, 1, text, strlen(text));
	assert_int_equal(f.matches[0].count, 2);
	assert_int_equal(f.matches[0].items[0].line, 3);
	assert_int_equal(f.matches[0].items[0].size, strlen("Version 12 here"));
	assert_memory_equal(f.matches[0].items[0].text, "Version 12 here", 15);
	assert_string_equal(
		json_string_value(json_object_get(f.matches[0].items[1].captures, "v")),
		"13");
	assert_int_equal(f.matches[1].count, 0);
	release(&f);
}

static void lines_are_joined_only_when_asked(void **state)
{
	static const char *const expressions[] = {"begin.*end", NULL};
	static const char text[] = "begin\nmiddle\nend\n";
	struct fixture f;

	(void)state;
	search(&f, expressions, 1, text, strlen(text));
	assert_int_equal(f.matches[0].count, 0);
	release(&f);
	search(&f, expressions, 3, text, strlen(text));
	assert_int_equal(f.matches[0].count, 1);
	release(&f);
}

/* Resolvers wrap their sentences at any blank, indent what follows and draw bars. */
static void wrapped_sentences_are_read_as_one(void **state)
{
	static const char *const expressions[] = {"has no wheels with a matching tag",
	                                          NULL};
	static const char *const texts[] = {
		"plum==1 has no wheels with a matching tag",
		"plum==1 has\n      no wheels with a matching\n      tag here",
		"plum has no\n  \xe2\x94\x82  wheels with a\n \xe2\x94\x82 matching tag",
		"plum==1 has no wheels with a \n\t matching tag",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct fixture f;

		search(&f, expressions, 3, texts[i], strlen(texts[i]));
		assert_true(f.matches[0].count > 0);
		release(&f);
	}
}

/* The automaton knows the ends of literals only, and many lines have a part of them. */
static void all_that_must_stand_is_asked_for(void **state)
{
	static const char *const expressions[] = {
		"\\d first of the same long ending", "second of the same long ending",
		"left.*(?:middle|centre).*right|top.*bottom", NULL};
	static const char text[] = "right\nSecond of THE same long ending\nleft right\n"
				   "bottom\nleft Centre right\ntop of the bottom\n";
	struct fixture f;

	(void)state;
	search(&f, expressions, 1, text, strlen(text));
	assert_int_equal(f.matches[0].count, 0);
	assert_int_equal(f.matches[1].count, 1);
	assert_int_equal(f.matches[1].items[0].line, 2);
	assert_int_equal(f.matches[2].count, 2);
	assert_int_equal(f.matches[2].items[0].line, 5);
	assert_int_equal(f.matches[2].items[1].line, 6);
	release(&f);
}

static void decorations_are_taken_out(void **state)
{
	static const char *const expressions[] = {"^Symbol not found: '_TF'$", NULL};
	static const char *const texts[] = {
		"\x1b[1;31mSymbol\x1b[0m not found: '_TF'",
		"\\u001b[0;31mSymbol not found: '_TF'\\u001b[0m",
		"^[[31mSymbol not found: '_TF'^[[0m",
		"[0;31mSymbol not found: '_TF'[0m",
		"Symbol not found: \xe2\x80\x98_TF\xe2\x80\x99",
		"Symbol\xc2\xa0not found: '_TF'\r\n",
		"10%\r20%\rSymbol not found: '_TF'\rdone",
		"\x1b]0;title\aSymbol not found: '_TF'",
		"Xy\b\bSymbol not found: '_TF'",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct fixture f;

		search(&f, expressions, 1, texts[i], strlen(texts[i]));
		if (f.matches[0].count != 1 || f.matches[0].items[0].line != 1)
			fail_msg("text %zu: \"%s\"", i, f.text.data);
		release(&f);
	}
}

static void utf16_is_decoded(void **state)
{
	static const char *const expressions[] = {"illegal instruction", NULL};
	static const char plain[] = "zsh\nillegal instruction\n";
	char wide[2 * sizeof(plain)];

	(void)state;
	for (int big = 0; big < 2; big++) {
		struct fixture f;

		memset(wide, 0, sizeof(wide));
		for (size_t i = 0; i + 1 < sizeof(plain); i++)
			wide[2 * i + (size_t)big] = plain[i];
		search(&f, expressions, 1, wide, 2 * (sizeof(plain) - 1));
		assert_int_equal(f.matches[0].count, 1);
		assert_int_equal(f.matches[0].items[0].line, 2);
		release(&f);
	}
}

static void what_is_kept_and_tried_is_bounded(void **state)
{
	static const char *const expressions[] = {"abc.*abc.*abc.*abc.*xyz$",
	                                          "(?:a+b?c?)+abc!", "line", NULL};
	CLEANUP(str_release) struct str text = STR_INIT;
	struct fixture f;

	(void)state;
	for (int i = 0; i < 60000; i++)
		str_add(&text, "abcabcabc");
	for (int i = 0; i < 60000; i++)
		str_add(&text, "\nline");
	search(&f, expressions, 1, text.data, text.len);
	assert_int_equal(f.matches[0].count, 0);
	assert_int_equal(f.matches[2].count, PATTERN_MATCHES_MAX);
	release(&f);
}

static void bad_patterns_are_refused(void **state)
{
	static const char *const bad[] = {"abc(", "ab", "", "x*", "abc\\"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct error err = ERROR_INIT;

		assert_int_equal(pattern_check(bad[i], &err), ERROR_INVALID);
		assert_true(err.text[0] != '\0');
	}
}

static void patterns_that_backtrack_are_refused(void **state)
{
	static const char *const slow[] = {
		"needs wheel\\S*.{0,300}not found",
		"version [\\d.]+.{0,60}newer",
		"short|longer \\w*a?.{0,200}end",
	};
	static const char *const mended[] = {
		"needs wheel\\S*+.{0,300}not found",
		"version [\\d.]++.{0,60}newer",
		"short|longer \\w{0,20}a?.{0,200}end",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++) {
		struct error err = ERROR_INIT;

		assert_int_equal(pattern_check(slow[i], &err), ERROR_INVALID);
		assert_non_null(strstr(err.text, "backtracks"));
		assert_int_equal(pattern_check(mended[i], NULL), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literals_are_what_must_stand),
		cmocka_unit_test(matches_carry_line_and_captures),
		cmocka_unit_test(lines_are_joined_only_when_asked),
		cmocka_unit_test(wrapped_sentences_are_read_as_one),
		cmocka_unit_test(all_that_must_stand_is_asked_for),
		cmocka_unit_test(decorations_are_taken_out),
		cmocka_unit_test(utf16_is_decoded),
		cmocka_unit_test(what_is_kept_and_tried_is_bounded),
		cmocka_unit_test(bad_patterns_are_refused),
		cmocka_unit_test(patterns_that_backtrack_are_refused),
	};

	return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
