/* SPDX-License-Identifier: MIT */
/*
 * Logs, each a file in tests/advice/logs named CAUSE.N.txt: the first finding must have
 * that cause; CAUSE.blocker.N.txt: as a blocker, where a mere hint would be too little.
 * A name that begins with "healthy" or "own-bug" stands for a log that must raise neither
 * blocker nor warning.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "trilane/advice.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/finding.h"
#include "trilane/fs.h"

#include "trilane/banned.h"

/* 1 and a line of explanation if the log does not lead where its name says. */
static int judge_file(const char *dir, const char *name)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(str_release) struct str wanted = STR_INIT;
	enum severity worst = SEVERITY_INFO;
	json_t *findings;
	CLEANUP_FREE char *first = NULL;
	const char *cause;

	fs_join(&path, dir, name);
	assert_int_equal(fs_read(path.data, 1 << 20, &text, NULL), 0);
	str_add_n(&wanted, name, strcspn(name, "."));
	findings = advice_log(advice, text.data, text.len, NULL);
	cause = fact_get_string(json_array_get(findings, 0), "cause");
	first = strdup(cause ? cause : "nothing");
	findings_worst(findings, &worst);
	json_decref(findings);
	if (text_starts(name, "healthy") || text_starts(name, "own-bug")) {
		if (worst > SEVERITY_WARNING)
			return 0;
	} else if (text_equal(first, wanted.data) &&
	           (!strstr(name, ".blocker.") || worst == SEVERITY_BLOCKER)) {
		return 0;
	}
	print_error("%s: %s\n", name, first);
	return 1;
}

static void logs_lead_to_their_causes(void **state)
{
	CLEANUP(str_release) struct str dir = STR_INIT;
	CLEANUP(fs_root_release) struct fs_root root = FS_ROOT_INIT;
	CLEANUP(fs_list_release) struct fs_list list = FS_LIST_INIT;
	int wrong = 0;

	(void)state;
	fs_join(&dir, getenv("TRILANE_TEST_DATA"), "advice/logs");
	assert_int_equal(fs_root_open(&root, dir.data, NULL), 0);
	assert_int_equal(fs_root_list(&root, "/", 0, &list, NULL), 0);
	assert_true(list.count > 20);
	for (size_t i = 0; i < list.count; i++)
		wrong += judge_file(dir.data, list.items[i].name);
	assert_int_equal(wrong, 0);
}

static void the_deciding_line_is_quoted_with_its_number(void **state)
{
	static const char log[] = "one\ntwo\r\n\x1b[31mOMP: Error #15: x\x1b[0m\nfour\n";
	json_t *findings = advice_log(advice, log, strlen(log), NULL);
	const json_t *evidence = json_array_get(
		json_object_get(json_array_get(findings, 0), "evidence"), 0);

	(void)state;
	assert_string_equal(fact_get_string(evidence, "value"), "OMP: Error #15: x");
	assert_string_equal(fact_get_string(evidence, "source"), "line 3");
	json_decref(findings);
}

static void strings_and_web_pages_are_read(void **state)
{
	static const char *const logs[] = {
		"{\"m\":\"File \\\"a.py\\\"\\nNo module named \\'tensorflow\\'\"}",
		"<pre>No module named &#39;tensorflow&#39;&lt;/pre&gt;",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
		json_t *findings = advice_log(advice, logs[i], strlen(logs[i]), NULL);

		assert_string_equal(fact_get_string(json_array_get(findings, 0), "cause"),
		                    "wrong-interpreter");
		json_decref(findings);
	}
}

static void a_log_without_a_known_cause_says_what_to_collect(void **state)
{
	json_t *d = advice_diagnosis(advice, "it broke\n", 9, NULL);

	(void)state;
	assert_int_equal(json_array_size(json_object_get(d, "findings")), 0);
	assert_non_null(fact_get_string(d, "next.sentence"));
	assert_true(json_array_size(fact_get(d, "next.collect")) > 2);
	json_decref(d);
	d = advice_diagnosis(advice, " \r\n\t", 4, NULL);
	assert_null(json_object_get(d, "next"));
	json_decref(d);
}

/* joined.json: a log from a machine whose REPORT is known. */
static void the_machine_helps_to_decide(void **state)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	json_t *cases;
	const json_t *item;
	size_t i;
	int wrong = 0;

	(void)state;
	fs_join(&path, getenv("TRILANE_TEST_DATA"), "advice/joined.json");
	cases = json_load_file(path.data, 0, NULL);
	assert_true(json_array_size(cases) > 3);
	json_array_foreach(cases, i, item)
	{
		const char *log = fact_get_string(item, "log");
		json_t *findings = advice_log(advice, log, strlen(log),
		                              json_object_get(item, "report"));
		const json_t *first = json_array_get(findings, 0);

		if (!text_equal(fact_get_string(first, "cause"),
		                fact_get_string(item, "cause")) ||
		    !text_equal(fact_get_string(first, "confidence"),
		                fact_get_string(item, "confidence"))) {
			print_error("%s: %s, %s\n", fact_get_string(item, "name"),
			            fact_get_string(first, "cause"),
			            fact_get_string(first, "confidence"));
			wrong++;
		}
		json_decref(findings);
	}
	json_decref(cases);
	assert_int_equal(wrong, 0);
}

/* Nothing here is timed; without the limits these would take minutes. */
static void hostile_logs_end(void **state)
{
	static const char *const pieces[] = {
		"a",
		"((((((((",
		"[[[[{{{{",
		"  File \"x.py\", line 1, in <module>\n",
		"\x1b[",
		"tensorflow tensorflow ",
		"dlopen(libmetal_plugin.dylib ",
		"\n",
		"loss: 0.1 loss: ",
		"Epoch 1\nloss: 2.5 ",
		"\\n\\\"&quot;&",
		"\xff\xfe",
		"from versions: ",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		CLEANUP(str_release) struct str log = STR_INIT;

		while (log.len < ADVICE_LOG_MAX)
			str_add(&log, pieces[i]);
		json_decref(advice_log(advice, log.data, log.len, NULL));
	}
	json_decref(advice_log(advice, "", 0, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logs_lead_to_their_causes),
		cmocka_unit_test(the_deciding_line_is_quoted_with_its_number),
		cmocka_unit_test(strings_and_web_pages_are_read),
		cmocka_unit_test(a_log_without_a_known_cause_says_what_to_collect),
		cmocka_unit_test(the_machine_helps_to_decide),
		cmocka_unit_test(hostile_logs_end),
	};

	return cmocka_run_group_tests_name("log", tests, advice_set_up, advice_tear_down);
}
