/* SPDX-License-Identifier: MIT */
/* A recording of this very machine replays to the facts that the machine gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/probes.h"
#include "trilane/recorder.h"

static json_t *probe(struct source *s)
{
	json_t *report = json_object();

	probes_run(s, report, NULL, NULL);
	return report;
}

static void live_recording_replays_to_the_same_facts(void **state)
{
	CLEANUP(str_release) struct str dir = STR_INIT;
	CLEANUP(redaction_release) struct redaction redaction = REDACTION_INIT;
	CLEANUP(source_release) struct source live = SOURCE_INIT;
	CLEANUP(source_release) struct source replay = SOURCE_INIT;
	struct source_recorder *recorder = NULL;
	static const char *const steady[] = {
		"os",  "kernel", "chip",       "arch",       "cores",
		"isa", "gpus",   "translator", "translated", "container"};
	json_t *first, *second;

	(void)state;
	assert_int_equal(fs_make_temporary_dir("trilane-live", &dir, NULL), 0);
	redaction_init_live(&redaction);
	assert_int_equal(source_open_live(&live, NULL), 0);
	assert_int_equal(recorder_new(&recorder, dir.data, &redaction, NULL), 0);
	recorder_attach(recorder, &live);
	first = probe(&live);
	assert_int_equal(
		recorder_finish(recorder, fact_get_string(first, "machine.arch"), NULL),
		0);
	recorder_free(recorder);
	assert_int_equal(source_open_recording(&replay, dir.data, NULL), 0);
	second = probe(&replay);
	for (size_t i = 0; i < sizeof(steady) / sizeof(steady[0]); i++) {
		const json_t *a =
			json_object_get(json_object_get(first, "machine"), steady[i]);
		const json_t *b =
			json_object_get(json_object_get(second, "machine"), steady[i]);

		if (!json_equal(a, b))
			fail_msg("%s differs", steady[i]);
	}
	json_decref(first);
	json_decref(second);
	fs_remove_tree(dir.data, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(live_recording_replays_to_the_same_facts)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
