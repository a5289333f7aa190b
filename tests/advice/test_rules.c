/* SPDX-License-Identifier: MIT */
/* The rules that the program carries, and the reader of a site's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trilane/advice.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/fs.h"

#include "trilane/banned.h"

static struct advice *embedded(void)
{
	struct error err = ERROR_INIT;
	struct advice *a = NULL;

	if (advice_new(NULL, &a, &err))
		fail_msg("%s", err.text);
	return a;
}

static void embedded_rules_are_valid(void **state)
{
	struct error err = ERROR_INIT;
	struct advice *a = embedded();

	(void)state;
	assert_true(advice_count(a) > 60);
	advice_free(a);
	if (advice_validate(NULL, &err))
		fail_msg("%s", err.text);
}

static void every_rule_has_its_page(void **state)
{
	static const char *const parts[] = {"## Symptom", "## Cause", "## Evidence",
	                                    "## Fix", "## References"};
	struct advice *a = embedded();
	json_t *rules = advice_rules(a), *row;
	size_t i;

	(void)state;
	json_array_foreach(rules, i, row)
	{
		const char *id = fact_get_string(row, "id");
		const char *page = advice_page(a, id);

		if (!page)
			fail_msg("no page for %s", id);
		for (size_t p = 0; p < sizeof(parts) / sizeof(parts[0]); p++)
			if (!text_contains(page, parts[p]))
				fail_msg("%s.md: no %s", id, parts[p]);
	}
	assert_null(advice_page(a, "unheard-of"));
	assert_null(advice_page(a, "../adding-a-rule"));
	json_decref(rules);
	advice_free(a);
}

/* "a list of requirements" and so on, as the pages say it. */
static void add_ways(const json_t *detects, struct str *out)
{
	static const struct {
		const char *kind, *words;
	} ways[] = {
		{"facts", "from the environment"},
		{"log", "from a log"},
		{"requirements", "from a list of requirements"},
		{"result", "from a benchmark's result"},
	};
	size_t left = json_array_size(detects);

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		size_t j;
		const json_t *kind;

		json_array_foreach(detects, j, kind)
		{
			if (!text_equal(json_string_value(kind), ways[i].kind))
				continue;
			str_addf(out, "%s%s", ways[i].words,
			         left > 2    ? ", "
			         : left == 2 ? " and "
			                     : "");
			left--;
		}
	}
}

static void every_page_says_what_its_rule_is(void **state)
{
	struct advice *a = embedded();
	json_t *rules = advice_rules(a), *row;
	size_t i;

	(void)state;
	json_array_foreach(rules, i, row)
	{
		const char *id = fact_get_string(row, "id");
		CLEANUP(str_release) struct str start = STR_INIT;
		CLEANUP(str_release) struct str ways = STR_INIT;

		str_addf(&start, "# %s\n\n`%s` · family %s · ",
		         fact_get_string(row, "title"), id,
		         fact_get_string(row, "family"));
		str_addf(&ways, " · found ");
		add_ways(json_object_get(row, "detects"), &ways);
		str_add_char(&ways, '\n');
		if (!text_starts(advice_page(a, id), start.data) ||
		    !text_contains(advice_page(a, id), ways.data))
			fail_msg("%s.md does not begin with:\n%s…%s", id, start.data,
			         ways.data);
	}
	json_decref(rules);
	advice_free(a);
}

/* All that the rule refers to, each page on the web once. */
static void every_page_has_its_references(void **state)
{
	struct advice *a = embedded();
	json_t *rules = advice_rules(a), *row;
	size_t i, j;

	(void)state;
	json_array_foreach(rules, i, row)
	{
		const char *id = fact_get_string(row, "id");
		json_t *rule = advice_rule(a, id), *reference;
		CLEANUP(str_release) struct str end = STR_INIT;

		str_add(&end, "## References\n\n");
		json_array_foreach(json_object_get(rule, "references"), j, reference)
		{
			const char *url = fact_get_string(reference, "url");

			if (text_contains(end.data, url))
				fail_msg("%s refers to %s twice", id, url);
			str_addf(&end, "- [%s](%s)\n",
			         fact_get_string(reference, "title"), url);
		}
		if (!text_ends(advice_page(a, id), end.data))
			fail_msg("%s.md does not end with:\n%s", id, end.data);
		json_decref(rule);
	}
	json_decref(rules);
	advice_free(a);
}

static void a_rule_is_given_with_its_references(void **state)
{
	struct advice *a = embedded();
	json_t *rule = advice_rule(a, "numpy2-abi-mismatch");

	(void)state;
	assert_non_null(rule);
	assert_string_equal(fact_get_string(rule, "family"), "numpy-abi");
	assert_non_null(fact_get_string(
		json_array_get(json_object_get(rule, "references"), 0), "url"));
	assert_null(advice_rule(a, "unheard-of"));
	json_decref(rule);
	advice_free(a);
}

/* A folder that holds one rule file with TEXT. */
static int with_rule(const char *text, struct advice **out, struct error *err)
{
	CLEANUP(str_release) struct str dir = STR_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;
	int rc;

	assert_int_equal(fs_make_temporary_dir("rules", &dir, NULL), 0);
	fs_join(&path, dir.data, "site.json");
	assert_int_equal(fs_write(path.data, text, strlen(text), 0600, NULL), 0);
	rc = advice_new(dir.data, out, err);
	fs_remove_tree(dir.data, NULL);
	return rc;
}

#define RULE(more) \
	"{\"schema\":\"trilane/rules/1\",\"rules\":[{\"id\":\"site-proxy\"," \
	"\"cause\":\"site-proxy\",\"family\":\"environment\",\"severity\":\"warning\"," \
	"\"confidence\":\"likely\",\"title\":\"The proxy\"," \
	"\"explanation\":\"It is {match.what|in the way}.\"," \
	"\"remedy\":{\"text\":\"Set it.\"},\"references\":[\"pip-install\"]," more "}]}"

static void a_site_adds_its_own(void **state)
{
	static const char log[] = "Proxy nine refused\n";
	struct error err = ERROR_INIT;
	struct advice *a = NULL;
	json_t *findings;

	(void)state;
	if (with_rule(RULE("\"log\":[{\"line\":\"proxy (?<what>\\\\w+) refused\"}]"), &a,
	              &err))
		fail_msg("%s", err.text);
	findings = advice_log(a, log, strlen(log), NULL);
	assert_string_equal(fact_get_string(json_array_get(findings, 0), "cause"),
	                    "site-proxy");
	assert_string_equal(fact_get_string(json_array_get(findings, 0), "explanation"),
	                    "It is nine.");
	json_decref(findings);
	advice_free(a);
}

static void what_is_wrong_with_a_rule_is_said(void **state)
{
	static const char *const cases[][2] = {
		{"{", "site.json"},
		{"[]", "site.json"},
		{"{\"schema\":\"trilane/rules/2\",\"rules\":[]}",
	         "not a document of rules"},
		{RULE("\"x\":1"), "unknown member x"},
		{RULE("\"log\":[]"), "nothing can detect it"},
		{RULE("\"log\":[{\"line\":\"ab\"}]"), "three plain characters"},
		{RULE("\"log\":[{\"line\":\"abc(\"}]"), "pattern"},
		{RULE("\"log\":[{\"line\":\"abcd\",\"severity\":\"bad\"}]"), "severity"},
		{RULE("\"log\":[{\"when\":true}]"), "a line belongs to a log"},
		{RULE("\"facts\":[{\"each\":\"machine\",\"when\":{\"path\":\"a.b\"}}]"),
	         "without an operator"},
		{RULE("\"facts\":[{\"each\":\"machine\",\"title\":\"{oh no}\"}]"),
	         "placeholder"},
		{RULE("\"supersedes\":[\"nobody\"],\"facts\":[{\"each\":\"machine\"}]"),
	         "nobody"},
		{RULE("\"supersedes\":3,\"facts\":[{\"each\":\"machine\"}]"),
	         "wrong type"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = ERROR_INIT;
		struct advice *a = NULL;

		assert_true(with_rule(cases[i][0], &a, &err) < 0);
		if (!text_contains(err.text, cases[i][1]))
			fail_msg("case %zu: %s", i, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(embedded_rules_are_valid),
		cmocka_unit_test(every_rule_has_its_page),
		cmocka_unit_test(every_page_says_what_its_rule_is),
		cmocka_unit_test(every_page_has_its_references),
		cmocka_unit_test(a_rule_is_given_with_its_references),
		cmocka_unit_test(a_site_adds_its_own),
		cmocka_unit_test(what_is_wrong_with_a_rule_is_said),
	};

	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
