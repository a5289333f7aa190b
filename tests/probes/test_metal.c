/* SPDX-License-Identifier: MIT */
/*
 * Judging a plugin from files: a made plugin beside made libraries of TensorFlow, in
 * every way in which the dynamic linker accepts or refuses it; and the table of known
 * pairs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "machine_builder.h"
#include "macho.h"
#include "macho_builder.h"
#include "python/plugin/metal.h"
#include "python/plugin/plugin_facts.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/fs.h"

#include "trilane/banned.h"

#define SITE "/env/lib/python3.11/site-packages"

static const char plugin_path[] = SITE "/tensorflow-plugins/libmetal_plugin.dylib";
static const char internal_path[] =
	SITE "/tensorflow/python/_pywrap_tensorflow_internal.so";
static const char framework_path[] = SITE "/tensorflow/libtensorflow_framework.2.dylib";

/* What is on disk in a test; the plugin needs the internal library and both kinds of
 * symbols. */
struct scene {
	struct recipe plugin, internal, framework;
	size_t cut_framework; /* not 0: only so many bytes of it are there */
};

static struct scene matching(void)
{
	return (struct scene){
		.plugin = {.install_name = "bazel-out/metal_plugin/libmetal_plugin.dylib",
	                   .libraries = {{"/usr/lib/libSystem.B.dylib", 0},
	                                 {"@rpath/_pywrap_tensorflow_internal.so", 0}},
	                   .rpaths = {"@loader_path/../_solib"},
	                   .imports = {{"_malloc", 1, false, false},
	                               {"_from_internal", 2, false, false},
	                               {"_reexported", 2, false, true},
	                               {"_TF_FromAnywhere", MACHO_ORDINAL_FLAT, false,
	                                true},
	                               {"_TF_ItsOwn", MACHO_ORDINAL_FLAT, false, false},
	                               {"__ZdlPv", MACHO_ORDINAL_WEAK, false, false},
	                               {"_objc_msgSend", MACHO_ORDINAL_FLAT, false,
	                                false},
	                               {"_optional", 2, true, false}},
	                   .exports = {{"_TF_ItsOwn", 0, NULL}}},
		.internal = {.install_name = "@rpath/_pywrap_tensorflow_internal.so",
	                     .libraries = {{"@rpath/libtensorflow_framework.2.dylib", 0}},
	                     .exports = {{"_from_internal", 0, NULL},
	                                 {"_reexported", 1, "_original"},
	                                 {"__ZN3tsl6HiddenEv", 0, NULL}}},
		.framework = {.install_name = "@rpath/libtensorflow_framework.2.dylib",
	                      .exports = {{"_TF_FromAnywhere", 0, NULL},
	                                  {"_original", 0, NULL}}},
	};
}

static void put(const char *dir, const char *path, const struct recipe *r, size_t cut)
{
	CLEANUP(str_release) struct str file = STR_INIT;

	macho_build(r, &file);
	machine_file(dir, path, file.data, cut ? cut : file.len);
}

static void judge(const struct scene *scene, const char *arch,
                  struct plugin_judgement *out)
{
	static const char recording[] =
		"{\"schema\":\"trilane/recording/1\",\"os\":\"macOS\",\"arch\":\"arm64\","
		"\"process_arch\":\"arm64\",\"translated\":false,\"home\":\"/Users/"
		"pat\"}";
	CLEANUP(source_release) struct source s = SOURCE_INIT;
	CLEANUP(str_release) struct str dir = STR_INIT;
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(strlist_release) struct strlist libraries = STRLIST_INIT;

	assert_int_equal(fs_make_temporary_dir("trilane-test", &dir, NULL), 0);
	str_addf(&path, "%s/recording.json", dir.data);
	assert_int_equal(fs_write(path.data, recording, strlen(recording), 0644, NULL),
	                 0);
	put(dir.data, plugin_path, &scene->plugin, 0);
	put(dir.data, internal_path, &scene->internal, 0);
	put(dir.data, framework_path, &scene->framework, scene->cut_framework);
	assert_int_equal(source_open_recording(&s, dir.data, NULL), 0);
	strlist_add(&libraries, internal_path);
	strlist_add(&libraries, framework_path);
	plugin_judge(&s, plugin_path, arch, &libraries, out);
	fs_remove_tree(dir.data, NULL);
}

static void expect(const struct scene *scene, const char *library, const char *symbol,
                   size_t count)
{
	CLEANUP(plugin_judgement_release) struct plugin_judgement j = {.known = false};

	judge(scene, "arm64", &j);
	assert_true(j.known);
	if (!text_equal(j.missing_library, library))
		fail_msg("missing library %s",
		         j.missing_library ? j.missing_library : "none");
	if (!text_equal(j.missing_symbol, symbol))
		fail_msg("missing symbol %s",
		         j.missing_symbol ? j.missing_symbol : "none");
	assert_int_equal(j.missing_count, count);
}

static void test_matching(void **state)
{
	struct scene scene = matching();

	(void)state;
	expect(&scene, NULL, NULL, 0);
	scene.plugin.chained = 1;
	expect(&scene, NULL, NULL, 0);
}

/* The file is there, but under another install name. */
static void test_missing_library(void **state)
{
	struct scene scene = matching();

	(void)state;
	scene.internal.install_name = "bazel-out/lib__pywrap_16_shared_object.dylib";
	expect(&scene, "@rpath/_pywrap_tensorflow_internal.so", NULL, 0);
	scene.plugin.libraries[1].command = 0x80000018; /* weak: it may be missing */
	expect(&scene, NULL, NULL, 0);
}

static void test_missing_two_level(void **state)
{
	struct scene scene = matching();

	(void)state;
	/* The framework has it, but the plugin asks the other library. */
	scene.plugin.imports[1].name = "_TF_FromAnywhere";
	expect(&scene, NULL, "_TF_FromAnywhere", 1);
}

/* What the internal library exports is not visible to a flat look-up. */
static void test_missing_flat(void **state)
{
	struct scene scene = matching();

	(void)state;
	scene.plugin.imports[3].name = "__ZN3tsl6HiddenEv";
	expect(&scene, NULL, "__ZN3tsl6HiddenEv", 1);
}

static void test_reexport_that_leads_nowhere(void **state)
{
	struct scene scene = matching();

	(void)state;
	scene.framework.exports[1].name = "_renamed";
	expect(&scene, NULL, "_reexported", 1);
}

/* A library that is cut decides nothing about its symbols. */
static void test_cut(void **state)
{
	CLEANUP(plugin_judgement_release) struct plugin_judgement j = {.known = false};
	CLEANUP(str_release) struct str file = STR_INIT;
	struct scene scene = matching();

	(void)state;
	macho_build(&scene.framework, &file);
	scene.cut_framework = file.len - 3;
	judge(&scene, "arm64", &j);
	assert_false(j.known);
	assert_null(j.missing_symbol);
}

static void test_other_architecture(void **state)
{
	CLEANUP(plugin_judgement_release) struct plugin_judgement j = {.known = false};
	struct scene scene = matching();

	(void)state;
	judge(&scene, "x86_64", &j);
	assert_false(j.known);
}

/* Pairs that people tried and reported. */
static const struct {
	const char *package, *tensorflow, *metal;
	bool loads;
	const char *missing;
} pairs[] = {
	{"tensorflow", "2.20.0", "1.2.0", false, "@rpath/_pywrap_tensorflow_internal.so"},
	{"tensorflow", "2.20.0", "1.1.0", false, "@rpath/_pywrap_tensorflow_internal.so"},
	{"tensorflow", "2.21.0", "1.2.0", false, "@rpath/_pywrap_tensorflow_internal.so"},
	{"tensorflow", "2.19.0", "1.2.0", true, NULL},
	{"tensorflow", "2.19.0", "1.1.0", false, "__ZN3tsl8internal10LogMessageC1EPKcii"},
	{"tensorflow", "2.18.0", "1.1.0", false, "__ZN3tsl8internal10LogMessageC1EPKcii"},
	{"tensorflow", "2.18.1", "1.2.0", true, NULL},
	{"tensorflow", "2.17.0", "1.1.0", true, NULL},
	{"tensorflow", "2.16.2", "1.2.0", true, NULL},
	{"tensorflow-macos", "2.15.0", "1.1.0", true, NULL},
	{"tensorflow-macos", "2.14.0", "1.1.0", true, NULL},
	{"tensorflow-macos", "2.13.0", "1.1.0", true, NULL},
	{"tensorflow-macos", "2.13.0", "1.0.0", true, NULL},
	{"tensorflow-macos", "2.12.0", "1.0.0", true, NULL},
	{"tensorflow-macos", "2.12.0", "0.8.0", true, NULL},
	{"tensorflow-macos", "2.11.0", "0.8.0", false, "_TF_GetInputPropertiesList"},
	{"tensorflow-macos", "2.11.0", "0.7.0", true, NULL},
	{"tensorflow-macos", "2.10.0", "0.7.0", false,
         "__ZN3tsl8internal10LogMessage16VmoduleActivatedEPKci"},
	{"tensorflow-macos", "2.10.0", "0.6.0", true, NULL},
	{"tensorflow-macos", "2.9.0", "0.6.0", true, NULL},
	{"tensorflow-macos", "2.9.0", "0.5.0", true, NULL},
};

static void test_known_pairs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		json_t *answer = plugin_facts_judge(pairs[i].package, pairs[i].tensorflow,
		                                    pairs[i].metal, "arm64");
		bool loads = !pairs[i].loads;

		if (!answer)
			fail_msg("%s with %s: nothing is known", pairs[i].tensorflow,
			         pairs[i].metal);
		fact_get_bool(answer, "loads", &loads);
		if (loads != pairs[i].loads)
			fail_msg("%s with %s", pairs[i].tensorflow, pairs[i].metal);
		const char *missing = fact_get_string(answer, "missing_library");
		if (!missing)
			missing = fact_get_string(answer, "missing_symbol");
		if (!text_equal(missing, pairs[i].missing))
			fail_msg("%s with %s misses %s", pairs[i].tensorflow,
			         pairs[i].metal, missing ? missing : "nothing");
		json_decref(answer);
	}
}

static void test_unknown_pairs(void **state)
{
	json_t *answer;

	(void)state;
	assert_null(plugin_facts_judge("tensorflow", "2.99.0", "1.2.0", "arm64"));
	assert_null(plugin_facts_judge("tensorflow", "2.18.0", "9.9", "arm64"));
	assert_null(plugin_facts_judge("tensorflow", "2.18.0", "1.2.0", "riscv64"));
	assert_null(plugin_facts_judge("tensorflow-macos", "1.15", "0.5.0", "arm64"));
	/* Patch releases go with their series. */
	answer = plugin_facts_judge("tensorflow", "2.18.7", "1.2.0", "arm64");
	assert_non_null(answer);
	json_decref(answer);
	/* On Intel the neighbours on both sides must agree. */
	assert_null(plugin_facts_judge("tensorflow", "2.11.0", "0.6.0", "x86_64"));
	answer = plugin_facts_judge("tensorflow", "2.9.0", "0.6.0", "x86_64");
	assert_non_null(answer);
	json_decref(answer);
}

/* A library whose distribution is gone may be of any version. */
static void test_unknown_version(void **state)
{
	json_t *answer = plugin_facts_judge_any("tensorflow", "2.20.0", "arm64");

	(void)state;
	assert_non_null(answer);
	assert_true(json_is_false(json_object_get(answer, "loads")));
	json_decref(answer);
	assert_null(plugin_facts_judge_any("tensorflow", "2.18.0", "arm64"));
	assert_null(plugin_facts_judge_any("tensorflow", "2.99.0", "arm64"));
	assert_null(plugin_facts_judge_any("tensorflow", "2.20.0", "riscv64"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matching),
		cmocka_unit_test(test_missing_library),
		cmocka_unit_test(test_missing_two_level),
		cmocka_unit_test(test_missing_flat),
		cmocka_unit_test(test_reexport_that_leads_nowhere),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_other_architecture),
		cmocka_unit_test(test_known_pairs),
		cmocka_unit_test(test_unknown_pairs),
		cmocka_unit_test(test_unknown_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
